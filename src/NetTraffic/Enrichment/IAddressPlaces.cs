using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>
/// Where addresses are and who routes them, as far as tables on this machine say. Safe for several threads; a lookup allocates nothing
/// once its texts have been asked for.
/// </summary>
public interface IAddressPlaces
{
    /// <summary>ISO 3166-1 alpha-2 code of an address's country; null: not known, or the address is not a public one.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6, of the header it stood in.</param>
    string? CountryCode(in IpAddress128 address, byte ipVersion);

    /// <summary>Number of the autonomous system that announces an address (RFC 6793); null: not known.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    long? AsNumber(in IpAddress128 address, byte ipVersion);

    /// <summary>Name of that autonomous system's holder; null: not known.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    string? Organization(in IpAddress128 address, byte ipVersion);
}
