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

    /// <summary>Name of that country in English; null: not known.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    string? Country(in IpAddress128 address, byte ipVersion)
    {
        string? code = CountryCode(address, ipVersion);
        return code is null ? null : Countries.Find(code)?.Name ?? code;
    }

    /// <summary>Number of the autonomous system that announces an address (RFC 6793); null: not known.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    long? AsNumber(in IpAddress128 address, byte ipVersion);

    /// <summary>Name of that autonomous system's holder; null: not known.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    string? Organization(in IpAddress128 address, byte ipVersion);
}

/// <summary>What questions about traffic need to know of addresses: where they are, and whether they are suspicious.</summary>
public interface IAddressFacts : IAddressPlaces
{
    /// <summary>
    /// Whether there is anything here that can say something of a kind; else a question about it is refused, not answered with nothing.
    /// </summary>
    /// <param name="fact">The kind.</param>
    bool CanTell(AddressFact fact) => true;

    /// <summary>Whether an address is suspicious, by the threshold that is set.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    bool IsSuspicious(in IpAddress128 address, byte ipVersion);
}
