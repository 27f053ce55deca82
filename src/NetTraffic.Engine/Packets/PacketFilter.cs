using NetTraffic.Capture;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>A <see cref="PacketQuery"/> over the packets of one source. Not thread-safe. Allocates nothing per packet.</summary>
internal sealed class PacketFilter : IDisposable
{
    private readonly IPacketMatch[] matches;
    private readonly FlowSelection? flows;
    private readonly int capture;
    private readonly string? bpfText;
    private readonly List<(int LinkType, BpfFilter Filter)> bpf = [];

    /// <summary>Makes a filter.</summary>
    /// <param name="query">What is wanted; flow ids must have been made <see cref="PacketQuery.Flows"/> already.</param>
    /// <param name="captureId">
    /// The capture whose packets are asked about; empty: a file or an interface, whose packets any flow may name.
    /// </param>
    /// <exception cref="FilterException">A filter is about what these packets do not tell.</exception>
    public PacketFilter(PacketQuery query, string captureId)
    {
        bool ring = captureId.Length > 0;
        flows = query.Flows;
        capture = ring ? flows?.NumberOf(captureId) ?? FlowSelection.NoCapture : FlowSelection.AnyCapture;
        bpfText = string.IsNullOrWhiteSpace(query.BpfFilter) ? null : query.BpfFilter;

        // A ring is of one capture, which was chosen already.
        matches =
        [
            .. query.Filter.Conditions.Where(condition => !ring || condition.Kind != TrafficFilters.CaptureId)
                .Select(condition => condition.ToPacketMatch(ring ? "packets" : "packets of a file or an interface")),
        ];
    }

    /// <summary>Whether a packet is wanted.</summary>
    /// <exception cref="CaptureException">The capture filter does not fit the packet's link type.</exception>
    public bool Matches(in RawPacket raw, in DecodedPacket packet, string interfaceName)
    {
        foreach (IPacketMatch match in matches)
        {
            if (!match.Matches(packet))
            {
                return false;
            }
        }

        return (flows is null || flows.Contains(FlowKey.Of(packet, out _).WithoutInterface(), packet.TimestampNs, capture, interfaceName))
            && (bpfText is null || MatchesBpf(raw));
    }

    public void Dispose() => bpf.ForEach(compiled => compiled.Filter.Dispose());

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
