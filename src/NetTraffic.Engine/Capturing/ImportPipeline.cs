using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using NetTraffic.Capture;
using NetTraffic.Flows;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>
/// A capture file on its way into the store, on three threads: read and decode; flow table; writer. The queues between them are
/// bounded, so memory is bounded and the slowest stage sets the pace.
/// </summary>
internal sealed class ImportPipeline : IDisposable
{
    private const int PacketsPerBatch = 1024;
    private const int PacketBatches = 8;
    private const int RowBatches = 16;
    private readonly IPacketSource source;
    private readonly ICaptureWriter writer;
    private readonly FlowTable table;
    private readonly RowBatcher batcher;
    private readonly RowBatchPool rowPool = new();
    private readonly BlockingCollection<PacketBatch> decoded = new(PacketBatches);
    private readonly BlockingCollection<PacketBatch> empty = new();
    private readonly BlockingCollection<RowBatch> rows = new(RowBatches);
    private readonly CancellationTokenSource abort;
    private readonly string fallbackInterface;
    private readonly bool arriving;
    private readonly PacketLane lane;
    private readonly IntervalLog intervals;

    /// <summary>Makes a pipeline; nothing runs yet.</summary>
    /// <param name="source">Where packets come from.</param>
    /// <param name="writer">Takes rows.</param>
    /// <param name="options">The flow table's.</param>
    /// <param name="fallbackInterface">Interface's name where the source gives none.</param>
    /// <param name="arriving">Whether another program sends the packets now: what came is stored at each flush interval, and not at the
    /// end.</param>
    /// <param name="ring">Keeps the raw packets, or null.</param>
    /// <param name="tunnelPorts">UDP ports on which tunnels are looked for besides their own.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public ImportPipeline(
        IPacketSource source, ICaptureWriter writer, FlowOptions options, string fallbackInterface, bool arriving, PacketRing? ring,
        IReadOnlyList<TunnelPort> tunnelPorts, CancellationToken cancellationToken)
    {
        this.arriving = arriving;
        this.source = source;
        this.writer = writer;
        this.fallbackInterface = fallbackInterface;
        abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        batcher = new RowBatcher(rowPool, 0, batch => rows.Add(batch, CancellationToken.None));
        table = new FlowTable(options, batcher);
        lane = new PacketLane(source, tunnelPorts) { Ring = ring?.AddAppender(source.Interfaces), Flows = new BatchQueue(this) };
        Counters = new LaneCounters(source, lane.Decoded, table.Counters);
        intervals = new IntervalLog(writer);
        table.Flushed += endNs => batcher.CompleteInterval(endNs, Counters.Now());
        for (int i = 0; i < PacketBatches + 2; i++)
        {
            empty.Add(new PacketBatch(), CancellationToken.None);
        }
    }

    public LaneCounters Counters { get; }

    public FlowCounters Flows => table.Counters;

    /// <summary>Earliest packet in nanoseconds since 1970; <see cref="long.MaxValue"/> before there is one.</summary>
    public long FirstNs { get; private set; } = long.MaxValue;

    /// <summary>Latest packet.</summary>
    public long LastNs { get; private set; } = long.MinValue;

    /// <summary>Runs to the end; every row that was made is written, also where reading stopped by damage or cancellation.</summary>
    /// <param name="whileRunning">Called about four times a second on the caller's thread.</param>
    /// <returns>What stopped the reader early, or null.</returns>
    public Exception? Run(Action whileRunning)
    {
        Task<Exception?> reading = Start("read", () => lane.Run(abort.Token), decoded.CompleteAdding);
        Task<Exception?> flowing = Start("flows", TrackFlows, rows.CompleteAdding);
        Task<Exception?> writing = Start("write", WriteRows, () => { });
        Task all = Task.WhenAll(reading, flowing, writing);
        try
        {
            while (!all.Wait(TimeSpan.FromMilliseconds(250)))
            {
                whileRunning();
            }
        }
        catch
        {
            // Nothing that the stages use is let go before they have ended.
            abort.Cancel();
            all.Wait();
            throw;
        }

        if ((writing.Result ?? flowing.Result) is { } broken)
        {
            ExceptionDispatchInfo.Throw(broken);
        }

        return reading.Result;
    }

    public void Dispose()
    {
        abort.Dispose();
        decoded.Dispose();
        empty.Dispose();
        rows.Dispose();
    }

    // A stage that fails stops the others: the reader by the token, the ones behind by the end of their queue.
    private Task<Exception?> Start(string name, Action stage, Action afterwards)
    {
        TaskCompletionSource<Exception?> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            Exception? failure = null;
            try
            {
                stage();
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or UnauthorizedAccessException
                or InvalidOperationException or OutOfMemoryException)
            {
                failure = error;
                if (name != "read")
                {
                    abort.Cancel();
                }
            }
            finally
            {
                afterwards();
            }

            if (failure is not null && name == "write")
            {
                // Nobody writes any more: what comes is let go so that the stage before can end.
                foreach (RowBatch batch in rows.GetConsumingEnumerable())
                {
                    rowPool.Return(batch);
                }
            }
            else if (failure is not null && name == "flows")
            {
                foreach (PacketBatch batch in decoded.GetConsumingEnumerable())
                {
                    empty.Add(batch);
                }
            }

            done.SetResult(failure);
        })
        {
            IsBackground = true,
            Name = "NetTraffic " + name,
        };
        thread.Start();
        return done.Task;
    }

    private void TrackFlows()
    {
        foreach (PacketBatch batch in decoded.GetConsumingEnumerable())
        {
            ReadOnlySpan<DecodedPacket> packets = batch.Packets.AsSpan(0, batch.Count);
            table.Add(packets);
            if (batch.TimeNs != 0)
            {
                table.Tick(batch.TimeNs);
                batch.TimeNs = 0;
            }

            foreach (ref readonly DecodedPacket packet in packets)
            {
                FirstNs = Math.Min(FirstNs, packet.TimestampNs);
                LastNs = Math.Max(LastNs, packet.TimestampNs);
            }

            batch.Count = 0;
            empty.Add(batch);
        }

        table.Close();
    }

    private void WriteRows()
    {
        string[] names = [];
        string? intervalName = null;
        foreach (RowBatch batch in rows.GetConsumingEnumerable())
        {
            names = InterfaceNames(names);
            writer.Write(batch.Rows.AsSpan(0, batch.Count), names);
            if (batch.FlushedNs != 0 && FirstNs != long.MaxValue)
            {
                intervalName ??= names.Length > 0 ? names[0] : fallbackInterface;
                intervals.Write(0, intervalName, batch.FlushedNs, batch.Counters!, FirstNs);
            }

            if (arriving && batch.FlushedNs != 0)
            {
                writer.Flush();
            }

            if (writer.WriteProblem is { } problem)
            {
                throw new StoreException(problem);
            }

            rowPool.Return(batch);
        }
    }

    private string[] InterfaceNames(string[] known)
    {
        IReadOnlyList<PacketInterface> interfaces = source.Interfaces;
        if (interfaces.Count == known.Length && known.Length > 0)
        {
            return known;
        }

        string[] names = new string[interfaces.Count];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = interfaces[i].Name.Length > 0 ? interfaces[i].Name : fallbackInterface;
        }

        return names;
    }

    private sealed class PacketBatch
    {
        public DecodedPacket[] Packets { get; } = new DecodedPacket[PacketsPerBatch];

        public int Count { get; set; }

        /// <summary>The packets' clock after these; 0: as far as the packets go.</summary>
        public long TimeNs { get; set; }
    }

    /// <summary>The lane's end of the queue to the flow table.</summary>
    private sealed class BatchQueue(ImportPipeline owner) : IPacketBatchSink
    {
        private PacketBatch? batch;
        private long lastNs;
        private long lastArrivedNs;

        public DecodedPacket[] Room() => (batch ??= owner.empty.Take()).Packets;

        public bool OnPackets(DecodedPacket[] packets, int count, long nowNs)
        {
            if (count > 0)
            {
                lastNs = packets[count - 1].TimestampNs;
                lastArrivedNs = nowNs;
            }

            long timeNs = TimeOfPackets(nowNs);
            if (count > 0 || timeNs != 0)
            {
                PacketBatch full = batch!;
                batch = null;
                full.Count = count;
                full.TimeNs = timeNs;
                owner.decoded.Add(full);
            }

            return !owner.abort.IsCancellationRequested;
        }

        /// <summary>
        /// Where packets arrive now, their clock (which need not be ours) goes on behind the last of them as ours does; 0: it does not.
        /// </summary>
        private long TimeOfPackets(long nowNs)
        {
            if (!owner.arriving || nowNs == 0 || lastNs == 0)
            {
                return 0;
            }

            // The last packets were handed on without a look at the clock.
            lastArrivedNs = lastArrivedNs == 0 ? nowNs : lastArrivedNs;
            return lastNs + Math.Max(0, nowNs - lastArrivedNs);
        }
    }
}
