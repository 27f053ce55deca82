using System.Collections.Concurrent;
using NetTraffic.Decode;
using NetTraffic.Flows;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>A block of flow rows on its way from a flow table to the store's writer; rented and returned, never collected.</summary>
internal sealed class RowBatch
{
    public const int Capacity = 4096;

    public FlowRow[] Rows { get; } = new FlowRow[Capacity];

    public int Count { get; set; }

    /// <summary>The lane whose interfaces the rows' indices mean.</summary>
    public int Lane { get; set; }

    /// <summary>End of the flush interval that this batch completes, in nanoseconds; 0: it completes none.</summary>
    public long FlushedNs { get; set; }

    /// <summary>What the interval was about, for the captures dataset; set with <see cref="FlushedNs"/>.</summary>
    public LaneNumbers Numbers { get; set; }
}

/// <summary>A lane's cumulative numbers at a moment.</summary>
internal readonly record struct LaneNumbers
{
    public long Packets { get; init; }

    public long Bytes { get; init; }

    public long KernelDrops { get; init; }

    public long InterfaceDrops { get; init; }

    public long DecodeFailures { get; init; }

    public long Flows { get; init; }

    public long ActiveFlows { get; init; }

    public long EvictedFlows { get; init; }

    /// <summary>The numbers of a source, its decoder and its flow table as they are now.</summary>
    public static LaneNumbers Of(IPacketSource source, PacketDecoder decoder, FlowTable table)
    {
        PacketSourceCounters received = source.Counters;
        return new()
        {
            Packets = table.Counters.Packets,
            Bytes = table.Counters.Bytes,
            KernelDrops = received.KernelDrops,
            InterfaceDrops = received.InterfaceDrops,
            DecodeFailures = decoder.Counters.Failures,
            Flows = table.Counters.Flows,
            ActiveFlows = table.Counters.ActiveFlows,
            EvictedFlows = table.Counters.EvictedFlows,
        };
    }

    public static LaneNumbers operator +(in LaneNumbers left, in LaneNumbers right) => new()
    {
        Packets = left.Packets + right.Packets,
        Bytes = left.Bytes + right.Bytes,
        KernelDrops = left.KernelDrops + right.KernelDrops,
        InterfaceDrops = left.InterfaceDrops + right.InterfaceDrops,
        DecodeFailures = left.DecodeFailures + right.DecodeFailures,
        Flows = left.Flows + right.Flows,
        ActiveFlows = left.ActiveFlows + right.ActiveFlows,
        EvictedFlows = left.EvictedFlows + right.EvictedFlows,
    };
}

/// <summary>Spare batches.</summary>
internal sealed class RowBatchPool
{
    private readonly ConcurrentBag<RowBatch> spare = [];

    public RowBatch Rent() => spare.TryTake(out RowBatch? batch) ? batch : new RowBatch();

    public void Return(RowBatch batch)
    {
        batch.Count = 0;
        batch.FlushedNs = 0;
        spare.Add(batch);
    }
}

/// <summary>Gathers a flow table's rows into batches and hands full ones on.</summary>
internal sealed class RowBatcher : IFlowRowSink
{
    private readonly RowBatchPool pool;
    private readonly Action<RowBatch> handOver;
    private readonly int lane;
    private RowBatch batch;

    public RowBatcher(RowBatchPool pool, int lane, Action<RowBatch> handOver)
    {
        this.pool = pool;
        this.lane = lane;
        this.handOver = handOver;
        batch = pool.Rent();
    }

    public void OnRow(in FlowRow row)
    {
        batch.Rows[batch.Count++] = row;
        if (batch.Count == RowBatch.Capacity)
        {
            HandOver(0, default);
        }
    }

    /// <summary>Hands over what there is, marked as the end of an interval.</summary>
    public void CompleteInterval(long endNs, in LaneNumbers numbers) => HandOver(endNs, numbers);

    private void HandOver(long flushedNs, in LaneNumbers numbers)
    {
        RowBatch full = batch;
        batch = pool.Rent();
        full.Lane = lane;
        full.FlushedNs = flushedNs;
        full.Numbers = numbers;
        handOver(full);
    }
}
