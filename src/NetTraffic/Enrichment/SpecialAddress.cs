using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>
/// Addresses that belong to nobody on the internet: IANA's special-purpose registries (RFC 6890 and what came after), multicast (RFC 5771,
/// RFC 4291) and, of IPv6, what was never handed out. Nothing is to be found out about them elsewhere, and they say much about who asks:
/// they are sent nowhere.
/// </summary>
public static class SpecialAddress
{
    /// <summary>What an address is that no one else has.</summary>
    public const string Public = "Public";

    // What is more particular comes first.
    private static readonly (string Name, AddressRange Range)[] Ranges =
    [
        Row("Unspecified", "0.0.0.0/8"), Row("Private", "10.0.0.0/8"), Row("SharedAddressSpace", "100.64.0.0/10"),
        Row("Loopback", "127.0.0.0/8"), Row("LinkLocal", "169.254.0.0/16"), Row("Private", "172.16.0.0/12"),
        Row("Public", "192.0.0.9/32"), Row("Public", "192.0.0.10/32"), Row("Reserved", "192.0.0.0/24"),
        Row("Documentation", "192.0.2.0/24"), Row("Private", "192.168.0.0/16"), Row("Benchmarking", "198.18.0.0/15"),
        Row("Documentation", "198.51.100.0/24"), Row("Documentation", "203.0.113.0/24"), Row("Multicast", "224.0.0.0/4"),
        Row("Broadcast", "255.255.255.255/32"), Row("Reserved", "240.0.0.0/4"),
        Row("Unspecified", "::/128"), Row("Loopback", "::1/128"), Row("Translation", "64:ff9b:1::/48"), Row("Translation", "64:ff9b::/96"),
        Row("Discard", "100::/64"), Row("Benchmarking", "2001:2::/48"), Row("Documentation", "2001:db8::/32"),
        Row("Documentation", "3fff::/20"), Row("Orchid", "2001:10::/28"), Row("Orchid", "2001:20::/28"), Row("Public", "2000::/3"),
        Row("Private", "fc00::/7"), Row("LinkLocal", "fe80::/10"), Row("SiteLocal", "fec0::/10"), Row("Multicast", "ff00::/8"),
    ];

    // The first octets of IPv4 that any of them has; of the others nothing else needs to be asked.
    private static readonly bool[] FirstOctets =
    [
        .. Enumerable.Range(0, 256).Select(octet => Array.Exists(Ranges, row => row.Range.IpVersion == 4
            && (byte)(row.Range.First.Low >> 24) <= octet && octet <= (byte)(row.Range.Last.Low >> 24))),
    ];

    /// <summary>
    /// What an address is: <see cref="Public"/>, or Private, Loopback, Multicast and the like. An IPv4-mapped address is what the IPv4
    /// address in it is.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    public static string ScopeOf(in IpAddress128 address, byte ipVersion)
    {
        byte version = address.IsMapped ? (byte)4 : ipVersion;
        if (version == 4 && !FirstOctets[(byte)(address.Low >> 24)])
        {
            return Public;
        }

        foreach ((string name, AddressRange range) in Ranges)
        {
            if (range.Contains(address, version))
            {
                return name;
            }
        }

        return version == 4 ? Public : "Reserved";
    }

    /// <summary>Whether others on the internet can have to do with it.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    public static bool IsPublic(in IpAddress128 address, byte ipVersion) =>
        ScopeOf(address, ipVersion) == Public;

    private static (string Name, AddressRange Range) Row(string name, string network) => (name, AddressRange.Parse(network));
}
