namespace NetTraffic;

/// <summary>
/// What a capture received, lost and did: as it stands now (<see cref="CaptureStatus"/>, which counts some more), and by interface and
/// interval
/// (<see cref="CaptureInterval"/>). A new counter is a property here, or there where only the whole capture has it, and a row of
/// <see cref="All"/>,
/// which drives the captures dataset, InfluxDB's measurement and the documentation.
/// </summary>
public class CaptureCounters
{
    /// <summary>Packets received.</summary>
    public long Packets { get; set; }

    /// <summary>Wire bytes received.</summary>
    public long Bytes { get; set; }

    /// <summary>Packets the kernel dropped because its buffer was full.</summary>
    public long KernelDrops { get; set; }

    /// <summary>Packets the interface or its driver dropped.</summary>
    public long InterfaceDrops { get; set; }

    /// <summary>Packets whose decoding stopped early.</summary>
    public long DecodeFailures { get; set; }

    /// <summary>Flows that began.</summary>
    public long Flows { get; set; }

    /// <summary>Flows in the table now.</summary>
    public long ActiveFlows { get; set; }

    /// <summary>Flows written out early because the table was full.</summary>
    public long EvictedFlows { get; set; }

    /// <summary>Flow rows that could not be written because the disk was full for too long.</summary>
    public long LostRows { get; set; }

    /// <summary>Managed memory of the capturing process in bytes.</summary>
    public long MemoryBytes { get; set; }

    /// <summary>The table of counters.</summary>
    public static IReadOnlyList<Counter> All { get; } =
    [
        Shown("Packets", "packets", CounterUnit.Packets, CounterMerge.Sum,
            "Packets received.", counters => counters.Packets, (counters, value) => counters.Packets = value),
        Shown("Bytes", "bytes", CounterUnit.Bytes, CounterMerge.Sum,
            "Wire bytes received.", counters => counters.Bytes, (counters, value) => counters.Bytes = value),
        Shown("KernelDrops", "kernel_drops", CounterUnit.Packets, CounterMerge.Sum,
            "Packets the kernel dropped because its buffer was full.",
            counters => counters.KernelDrops, (counters, value) => counters.KernelDrops = value),
        Shown("InterfaceDrops", "interface_drops", CounterUnit.Packets, CounterMerge.Sum,
            "Packets the interface or its driver dropped.",
            counters => counters.InterfaceDrops, (counters, value) => counters.InterfaceDrops = value),
        Shown("DecodeFailures", "decode_failures", CounterUnit.Packets, CounterMerge.Sum,
            "Packets whose decoding stopped early.",
            counters => counters.DecodeFailures, (counters, value) => counters.DecodeFailures = value),
        Shown("Flows", "flows", CounterUnit.Flows, CounterMerge.Sum,
            "Flows that began.", counters => counters.Flows, (counters, value) => counters.Flows = value),
        Shown("ActiveFlows", "active_flows", CounterUnit.Flows, CounterMerge.Newest,
            "Flows in the table now; of an interval, at its end.",
            counters => counters.ActiveFlows, (counters, value) => counters.ActiveFlows = value),
        Shown("EvictedFlows", "evicted_flows", CounterUnit.Flows, CounterMerge.Sum,
            "Flows written out early because the table was full.",
            counters => counters.EvictedFlows, (counters, value) => counters.EvictedFlows = value),
        Shown("LostRows", "lost_rows", CounterUnit.Rows, CounterMerge.Sum,
            "Flow rows that could not be written because the disk was full for too long.",
            counters => counters.LostRows, (counters, value) => counters.LostRows = value),
        Shown("MemoryBytes", "memory_bytes", CounterUnit.Bytes, CounterMerge.Highest,
            "Managed memory of the capturing process.",
            counters => counters.MemoryBytes, (counters, value) => counters.MemoryBytes = value),
        OfStatus("WrittenRows", "written_rows", CounterUnit.Rows, CounterMerge.Sum, CounterPlaces.List,
            "Flow rows written to the store.", status => status.WrittenRows, (status, value) => status.WrittenRows = value),
        OfStatus("PacketRingPackets", "packet_ring_packets", CounterUnit.Packets, CounterMerge.Sum, CounterPlaces.None,
            "Raw packets written to the ring, those overwritten since included.",
            status => status.PacketRingPackets, (status, value) => status.PacketRingPackets = value),
        OfStatus("PacketRingLostPackets", "packet_ring_lost_packets", CounterUnit.Packets, CounterMerge.Sum, CounterPlaces.None,
            "Raw packets left out of the ring because the disk was too slow, full or gone.",
            status => status.PacketRingLostPackets, (status, value) => status.PacketRingLostPackets = value),
        OfStatus("PacketRingBytes", "packet_ring_bytes", CounterUnit.Bytes, CounterMerge.Newest, CounterPlaces.None,
            "Bytes that raw packets take on disk.", status => status.PacketRingBytes, (status, value) => status.PacketRingBytes = value),
    ];

    /// <summary>The counters of the captures dataset, in the order of its columns.</summary>
    public static IReadOnlyList<Counter> OfIntervals { get; } =
        [.. All.Where(counter => (counter.Places & CounterPlaces.Intervals) != 0)];

    /// <summary>Takes over the counters that every capture and every interval has; others keep their values.</summary>
    public void CopyFrom(CaptureCounters other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (Counter counter in OfIntervals)
        {
            counter.Set(this, counter.Get(other));
        }
    }

    /// <summary>What was counted since an earlier moment; states are as they are now.</summary>
    public CaptureCounters Since(CaptureCounters earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        CaptureCounters since = new();
        foreach (Counter counter in OfIntervals)
        {
            counter.Set(since, counter.Get(this) - (counter.Merge == CounterMerge.Sum ? counter.Get(earlier) : 0));
        }

        return since;
    }

    /// <summary>What the interfaces of a capture counted, taken together.</summary>
    public static CaptureCounters Together(IEnumerable<CaptureCounters> interfaces)
    {
        CaptureCounters together = new();
        foreach (CaptureCounters one in interfaces)
        {
            foreach (Counter counter in OfIntervals)
            {
                (long sum, long value) = (counter.Get(together), counter.Get(one));
                counter.Set(together, counter.Merge == CounterMerge.Highest ? Math.Max(sum, value) : sum + value);
            }
        }

        return together;
    }

    private static Counter Shown(
        string property, string name, CounterUnit unit, CounterMerge merge, string description,
        Func<CaptureCounters, long> get, Action<CaptureCounters, long> set) =>
        new(property, name, unit, merge, CounterPlaces.List | CounterPlaces.Intervals, description, get, set);

    private static Counter OfStatus(
        string property, string name, CounterUnit unit, CounterMerge merge, CounterPlaces places, string description,
        Func<CaptureStatus, long> get, Action<CaptureStatus, long> set) =>
        new(property, name, unit, merge, places, description,
            counters => counters is CaptureStatus status ? get(status) : 0, (counters, value) => set((CaptureStatus)counters, value));
}
