using System.Globalization;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>What a <see cref="TrafficFilter"/> says of addresses, ports, protocols and applications: the same for flow rows and for packets. Allocates nothing per question.</summary>
internal sealed class TrafficMatcher
{
    private readonly AddressRange[] addresses;
    private readonly int[] ports;
    private readonly string[] protocols;
    private readonly bool[]? ipProtocols;
    private readonly bool[]? applications;
    private readonly Dictionary<int, bool> others = [];

    public TrafficMatcher(TrafficFilter filter)
    {
        addresses = [.. filter.Address];
        ports = [.. filter.Port];
        protocols = [.. filter.Protocol];
        if (protocols.Length > 0)
        {
            ipProtocols = new bool[256];
            for (int i = 0; i < ipProtocols.Length; i++)
            {
                string number = i.ToString(CultureInfo.InvariantCulture);
                string name = ProtocolNames.IpProtocol((byte)i);
                ipProtocols[i] = Array.Exists(protocols, wanted => wanted.Equals(name, StringComparison.OrdinalIgnoreCase) || SameNumber(wanted, number));
            }
        }

        if (filter.Application.Count > 0)
        {
            applications = [.. ApplicationTable.Names.Select(name => name.Length > 0 && filter.Application.Contains(name, StringComparer.OrdinalIgnoreCase))];
        }
    }

    public bool WantsApplication => applications is not null;

    public bool Address(byte ipVersion, in IpAddress128 source, in IpAddress128 destination)
    {
        if (addresses.Length == 0)
        {
            return true;
        }

        if (ipVersion == 0)
        {
            return false;
        }

        foreach (AddressRange range in addresses)
        {
            if (range.Contains(source) || range.Contains(destination))
            {
                return true;
            }
        }

        return false;
    }

    public bool Port(byte ipVersion, byte ipProtocol, ushort source, ushort destination)
    {
        if (ports.Length == 0)
        {
            return true;
        }

        if (ipVersion == 0 || !ProtocolNames.HasPorts(ipProtocol))
        {
            return false;
        }

        foreach (int port in ports)
        {
            if (port == source || port == destination)
            {
                return true;
            }
        }

        return false;
    }

    public bool Protocol(byte ipVersion, byte ipProtocol, ushort etherType, ushort linkType)
    {
        if (ipProtocols is null)
        {
            return true;
        }

        if (ipVersion != 0)
        {
            return ipProtocols[ipProtocol];
        }

        // There are as many of these as the wire makes up, 131,072 at most.
        int key = etherType != 0 ? etherType : linkType | 0x1_0000;
        if (!others.TryGetValue(key, out bool matches))
        {
            string name = ProtocolNames.Transport(0, 0, etherType, linkType);
            matches = Array.Exists(protocols, wanted => wanted.Equals(name, StringComparison.OrdinalIgnoreCase));
            others.Add(key, matches);
        }

        return matches;
    }

    /// <summary>Whether an application, by its number in <see cref="ApplicationTable"/>, is one of those wanted.</summary>
    public bool Application(int id) => applications is null || applications[id];

    private static bool SameNumber(string wanted, string number) =>
        byte.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out byte parsed) && parsed.ToString(CultureInfo.InvariantCulture) == number;
}
