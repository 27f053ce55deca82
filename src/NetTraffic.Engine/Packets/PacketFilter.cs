using System.Text;
using NetTraffic.Capture;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>A <see cref="PacketQuery"/> over the packets of one source. Not thread-safe. Allocates nothing per packet.</summary>
internal sealed class PacketFilter : IDisposable
{
    private const int Remembered = 65_536;
    private readonly TrafficMatcher matcher;
    private readonly FlowSelection? flows;
    private readonly int capture;
    private readonly long sinceNs;
    private readonly long untilNs;
    private readonly string? bpfText;
    private readonly List<(int LinkType, BpfFilter Filter)> bpf = [];
    private readonly HashSet<string>? communityIds;
    private readonly Dictionary<FlowKey, bool> communities = [];

    /// <summary>Makes a filter.</summary>
    /// <param name="query">What is wanted; flow ids must have been made <see cref="PacketQuery.Flows"/> already.</param>
    /// <param name="captureId">The capture whose packets are asked about; empty: a file or an interface, whose packets any flow may name.</param>
    public PacketFilter(PacketQuery query, string captureId)
    {
        TrafficFilter filter = query.Filter;
        matcher = new TrafficMatcher(filter);
        flows = query.Flows;
        capture = captureId.Length == 0 ? FlowSelection.AnyCapture : flows?.NumberOf(captureId) ?? FlowSelection.NoCapture;
        sinceNs = filter.Since is { } since ? Clock.ToNanoseconds(since) : long.MinValue;
        untilNs = filter.Until is { } until ? Clock.ToNanoseconds(until) : long.MaxValue;
        bpfText = string.IsNullOrWhiteSpace(query.BpfFilter) ? null : query.BpfFilter;
        communityIds = filter.CommunityId.Count == 0 ? null : new(filter.CommunityId, StringComparer.Ordinal);
    }

    /// <summary>Whether a packet is wanted.</summary>
    /// <exception cref="CaptureException">The capture filter does not fit the packet's link type.</exception>
    public bool Matches(in RawPacket raw, in DecodedPacket packet, string interfaceName) =>
        packet.TimestampNs >= sinceNs && (packet.TimestampNs < untilNs || untilNs == long.MaxValue)
        && matcher.Address(packet.IpVersion, packet.Source, packet.Destination)
        && matcher.Port(packet.IpVersion, packet.IpProtocol, packet.SourcePort, packet.DestinationPort)
        && matcher.Protocol(packet.IpVersion, packet.IpProtocol, packet.EtherType, packet.LinkType)
        && MatchesApplication(packet) && MatchesFlow(packet, interfaceName) && (bpfText is null || MatchesBpf(raw));

    public void Dispose() => bpf.ForEach(compiled => compiled.Filter.Dispose());

    private bool MatchesApplication(in DecodedPacket packet)
    {
        if (!matcher.WantsApplication)
        {
            return true;
        }

        // Which side began the flow is not known here, so both ways count.
        return packet.IpVersion != 0
            && (matcher.Application(ApplicationTable.Find(packet.IpProtocol, packet.SourcePort, packet.DestinationPort))
                || matcher.Application(ApplicationTable.Find(packet.IpProtocol, packet.DestinationPort, packet.SourcePort)));
    }

    private bool MatchesFlow(in DecodedPacket packet, string interfaceName)
    {
        if (flows is null && communityIds is null)
        {
            return true;
        }

        FlowKey key = FlowKey.Of(packet, out _);
        key.Rest &= ~(ulong)ushort.MaxValue; // without the interface
        return (flows is null || flows.Contains(key, packet.TimestampNs, capture, interfaceName)) && (communityIds is null || MatchesCommunity(key, packet));
    }

    private bool MatchesCommunity(in FlowKey key, in DecodedPacket packet)
    {
        if (packet.IpVersion == 0)
        {
            return false;
        }

        if (communities.TryGetValue(key, out bool matches))
        {
            return matches;
        }

        if (communities.Count == Remembered)
        {
            communities.Clear();
        }

        Span<byte> text = stackalloc byte[CommunityId.TextLength];
        CommunityId.Format(packet.Source, packet.Destination, packet.IpVersion, packet.IpProtocol, packet.SourcePort, packet.DestinationPort, ProtocolNames.HasPorts(packet.IpProtocol), 0, text);
        matches = communityIds!.Contains(Encoding.ASCII.GetString(text));
        communities.Add(key, matches);
        return matches;
    }

    private bool MatchesBpf(in RawPacket raw)
    {
        foreach ((int linkType, BpfFilter filter) in bpf)
        {
            if (linkType == raw.LinkType)
            {
                return filter.Matches(raw);
            }
        }

        BpfFilter compiled = BpfFilter.Compile(bpfText!, raw.LinkType);
        bpf.Add((raw.LinkType, compiled));
        return compiled.Matches(raw);
    }
}
