using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Flows;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>
/// What one packet lane and its flow table have counted: the one place where the stages' own counts become a capture's counters.
/// </summary>
internal sealed class LaneCounters(IPacketSource source, DecoderCounters decoded, FlowCounters flows)
{
    /// <summary>The counts now; close to the truth from any thread, exact once the lane has ended.</summary>
    public CaptureCounters Now()
    {
        PacketSourceCounters received = source.Counters;
        return new()
        {
            Packets = flows.Packets,
            Bytes = flows.Bytes,
            KernelDrops = received.KernelDrops,
            InterfaceDrops = received.InterfaceDrops,
            DecodeFailures = decoded.Failures,
            Flows = flows.Flows,
            ActiveFlows = flows.ActiveFlows,
            EvictedFlows = flows.EvictedFlows,
            MemoryBytes = GC.GetTotalMemory(false),
        };
    }

    /// <summary>Brings a capture's status up to date. Rows are counted by its writer.</summary>
    /// <param name="status">The status.</param>
    /// <param name="lanes">The capture's lanes.</param>
    /// <param name="ring">Where it keeps packets, or null.</param>
    /// <param name="since">Time since the update before; zero: no rates.</param>
    public static void Refresh(CaptureStatus status, IReadOnlyCollection<LaneCounters> lanes, PacketRing? ring, TimeSpan since)
    {
        CaptureCounters now = CaptureCounters.Together(lanes.Select(lane => lane.Now()));
        now.LostRows = status.LostRows;
        status.PacketsPerSecond = since > TimeSpan.Zero ? (now.Packets - status.Packets) / since.TotalSeconds : 0;
        status.BitsPerSecond = since > TimeSpan.Zero ? (now.Bytes - status.Bytes) * 8 / since.TotalSeconds : 0;
        status.CopyFrom(now);

        Dictionary<string, long> reasons = new(StringComparer.Ordinal);
        foreach ((string reason, long count) in lanes.SelectMany(lane => lane.FailuresByReason()))
        {
            reasons[reason] = reasons.GetValueOrDefault(reason) + count;
        }

        status.DecodeFailureReasons = reasons;
        PacketRingCounters kept = ring?.Counters ?? default;
        status.PacketRingPackets = kept.Packets;
        status.PacketRingLostPackets = kept.LostPackets;
        status.PacketRingBytes = kept.DiskBytes;
    }

    private Dictionary<string, long> FailuresByReason() => decoded.FailuresByReason();
}
