using System.Collections.Concurrent;

namespace NetTraffic.Engine;

/// <summary>A block of flow rows on its way from a flow table to the store's writer; rented and returned, never collected.</summary>
internal sealed class RowBatch
{
    public const int Capacity = 4096;

    public FlowRow[] Rows { get; } = new FlowRow[Capacity];

    public int Count { get; set; }

    /// <summary>Of a live capture: which of its interfaces the rows are of, from 0.</summary>
    public int Interface { get; set; }

    /// <summary>End of the flush interval that this batch completes, in nanoseconds; 0: it completes none.</summary>
    public long FlushedNs { get; set; }

    /// <summary>What was counted up to the interval's end, for the captures dataset; set with <see cref="FlushedNs"/>.</summary>
    public CaptureCounters? Counters { get; set; }
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
        batch.Counters = null;
        spare.Add(batch);
    }
}

/// <summary>Gathers a flow table's rows into batches and hands full ones on.</summary>
internal sealed class RowBatcher : IFlowRowSink
{
    private readonly RowBatchPool pool;
    private readonly Action<RowBatch> handOver;
    private readonly int number;
    private RowBatch batch;

    public RowBatcher(RowBatchPool pool, int number, Action<RowBatch> handOver)
    {
        this.pool = pool;
        this.number = number;
        this.handOver = handOver;
        batch = pool.Rent();
    }

    public void OnRow(in FlowRow row)
    {
        batch.Rows[batch.Count++] = row;
        if (batch.Count == RowBatch.Capacity)
        {
            HandOver(0, null);
        }
    }

    /// <summary>Hands over what there is, marked as the end of an interval.</summary>
    public void CompleteInterval(long endNs, CaptureCounters counters) => HandOver(endNs, counters);

    private void HandOver(long flushedNs, CaptureCounters? counters)
    {
        RowBatch full = batch;
        batch = pool.Rent();
        full.Interface = number;
        full.FlushedNs = flushedNs;
        full.Counters = counters;
        handOver(full);
    }
}
