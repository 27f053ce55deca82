using System.Globalization;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>The protocol's name, or the IP protocol's number, is one of some texts.</summary>
internal sealed class ProtocolMatch : IRowMatch, IPacketMatch
{
    private readonly string[] protocols;
    private readonly bool[] ipProtocols = new bool[256];
    private readonly Dictionary<int, bool> others = [];

    public ProtocolMatch(IReadOnlyList<string> protocols)
    {
        this.protocols = [.. protocols];
        for (int i = 0; i < ipProtocols.Length; i++)
        {
            ipProtocols[i] = IsWanted(ProtocolNames.IpProtocol((byte)i));
        }

        foreach (string wanted in this.protocols)
        {
            if (byte.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
            {
                ipProtocols[number] = true;
            }
        }
    }

    public bool Matches(in FlowRow row, in FlowOrigin origin) => Matches(row.IpVersion, row.IpProtocol, row.EtherType, row.LinkType);

    public bool Matches(in DecodedPacket packet) => Matches(packet.IpVersion, packet.IpProtocol, packet.EtherType, packet.LinkType);

    private bool Matches(byte ipVersion, byte ipProtocol, ushort etherType, ushort linkType)
    {
        if (ipVersion != 0)
        {
            return ipProtocols[ipProtocol];
        }

        // There are as many of these as the wire makes up, 131,072 at most.
        int key = etherType != 0 ? etherType : linkType | 0x1_0000;
        if (!others.TryGetValue(key, out bool matches))
        {
            matches = IsWanted(ProtocolNames.Protocol(0, 0, etherType, linkType));
            others.Add(key, matches);
        }

        return matches;
    }

    private bool IsWanted(string name) => Array.Exists(protocols, wanted => wanted.Equals(name, StringComparison.OrdinalIgnoreCase));
}
