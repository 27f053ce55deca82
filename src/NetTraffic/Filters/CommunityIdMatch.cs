using System.Text;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>The Community ID is one of some. Those of packets are remembered by flow, since each is a SHA-1.</summary>
internal sealed class CommunityIdMatch(IReadOnlyList<string> wanted) : IRowMatch, IPacketMatch
{
    private const int Remembered = 65_536;
    private readonly HashSet<string> wanted = new(wanted, StringComparer.Ordinal);
    private readonly Dictionary<FlowKey, bool> known = [];

    public bool Matches(in FlowRow row, in FlowOrigin origin) => row.IpVersion != 0 && wanted.Contains(CommunityId.Compute(row));

    public bool Matches(in DecodedPacket packet)
    {
        if (packet.IpVersion == 0)
        {
            return false;
        }

        FlowKey key = FlowKey.Of(packet, out _).WithoutInterface();
        if (known.TryGetValue(key, out bool matches))
        {
            return matches;
        }

        if (known.Count == Remembered)
        {
            known.Clear();
        }

        Span<byte> text = stackalloc byte[CommunityId.TextLength];
        CommunityId.Format(
            packet.Source, packet.Destination, packet.IpVersion, packet.IpProtocol, packet.SourcePort, packet.DestinationPort,
            ProtocolNames.HasPorts(packet.IpProtocol), 0, text);
        matches = wanted.Contains(Encoding.ASCII.GetString(text));
        known.Add(key, matches);
        return matches;
    }
}
