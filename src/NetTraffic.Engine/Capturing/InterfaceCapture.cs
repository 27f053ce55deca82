using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Flows;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>One interface of a live capture: its source, decoder and flow table, on a thread of their own.</summary>
internal sealed class CaptureLane : IPacketSink, IDisposable
{
    private const int PacketsPerBatch = 256;
    private readonly ILiveSource source;
    private readonly PacketLimit limit;
    private readonly PacketDecoder decoder = new();
    private readonly FlowTable table;
    private readonly RowBatcher batcher;
    private readonly PacketRingLane? ring;
    private readonly DecodedPacket[] packets = new DecodedPacket[PacketsPerBatch];
    private int count;

    /// <summary>Makes a lane; nothing runs yet.</summary>
    /// <param name="source">An opened source.</param>
    /// <param name="name">The interface.</param>
    /// <param name="limit">Packets still wanted, over all lanes.</param>
    /// <param name="options">The flow table's.</param>
    /// <param name="handOver">Makes the batcher that takes the rows on.</param>
    /// <param name="ring">Keeps the raw packets, or null.</param>
    public CaptureLane(ILiveSource source, string name, PacketLimit limit, FlowOptions options, Func<RowBatcher> handOver, PacketRing? ring)
    {
        this.ring = ring?.AddLane(source.Interfaces);
        this.source = source;
        this.limit = limit;
        Name = name;
        batcher = handOver();
        table = new FlowTable(options, batcher);
        Counters = new LaneCounters(source, decoder.Counters, table.Counters);
        table.Flushed += endNs => batcher.CompleteInterval(endNs, Counters.Now());
    }

    public string Name { get; }

    /// <summary>What keeps packets from coming at the moment, or null.</summary>
    public string? Problem => source.Problem;

    /// <summary>Why the lane ended, where it was an error.</summary>
    public CaptureException? Failure { get; private set; }

    public LaneCounters Counters { get; }

    /// <summary>Captures until cancelled, until there are packets enough, or until the interface fails; then every flow is handed over.</summary>
    public void Run(CancellationToken stop)
    {
        try
        {
            source.Run(this, stop);
        }
        catch (CaptureException error)
        {
            Failure = error;
        }

        Count();
        table.Close();
        TellRing();
    }

    public bool OnPacket(in RawPacket packet)
    {
        if (!limit.Take())
        {
            return false;
        }

        ref DecodedPacket decoded = ref packets[count++];
        decoder.Decode(packet, out decoded);
        ring?.Add(packet, decoded);
        if (count == packets.Length)
        {
            Count();
        }

        return true;
    }

    public bool OnTick(long nowNs)
    {
        Count();
        table.Tick(nowNs);
        ring?.Tick();
        TellRing();
        return !limit.IsReached;
    }

    public void Dispose() => source.Dispose();

    private void TellRing()
    {
        if (ring is not null && source.Interfaces.Count > 0)
        {
            PacketSourceCounters counters = source.Counters;
            ring.SetStatistics(counters.Packets, counters.KernelDrops, counters.InterfaceDrops);
        }
    }

    private void Count()
    {
        table.Add(packets.AsSpan(0, count));
        count = 0;
    }
}

/// <summary>How many packets a capture still wants, over all its lanes.</summary>
internal sealed class PacketLimit(long? packets)
{
    private long left = packets ?? long.MaxValue;

    public bool IsReached => packets is not null && Volatile.Read(ref left) <= 0;

    /// <summary>Takes one; false where there is none left.</summary>
    public bool Take() => packets is null || Interlocked.Decrement(ref left) >= 0;
}
