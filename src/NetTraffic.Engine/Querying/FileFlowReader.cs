using System.Collections.Concurrent;
using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Flows;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>
/// Flows straight from a capture file. A thread reads ahead as far as a bounded queue lets it; who stops asking stops it.
/// </summary>
internal static class FileFlowReader
{
    private const int Ahead = 4096;

    public static IEnumerable<Flow> Read(
        string path, TrafficFilter filter, FlowOptions options, string sensor, CancellationToken cancellationToken)
    {
        RowFilter rows = new(filter);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using BlockingCollection<Flow> queue = new(Ahead);
        using IPacketSource source = CaptureFileSource.Open(path, cancellationToken);
        Task reading = Task.Factory.StartNew(
            () => Fill(source, path, rows, options, sensor, queue, stop.Token),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (Flow flow in queue.GetConsumingEnumerable(cancellationToken))
            {
                yield return flow;
            }

            // Damage shows itself only after every flow before it was handed out.
            reading.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();
            ((IAsyncResult)reading).AsyncWaitHandle.WaitOne();
        }
    }

    private static void Fill(
        IPacketSource source, string path, RowFilter filter, FlowOptions options, string sensor, BlockingCollection<Flow> queue,
        CancellationToken stop)
    {
        try
        {
            string file = path == CaptureFileSource.StandardInput ? "stdin" : Path.GetFileName(path);
            Sink sink = new(source, file, filter, options with { FlushInterval = TimeSpan.Zero }, sensor, queue, stop);
            try
            {
                source.Run(sink, stop);
            }
            finally
            {
                sink.Close();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Whoever cancelled does not wait for more.
        }
        finally
        {
            queue.CompleteAdding();
        }
    }

    private sealed class Sink : IPacketSink, IFlowRowSink
    {
        private readonly PacketDecoder decoder = new();
        private readonly FlowTable table;
        private readonly IPacketSource source;
        private readonly string file;
        private readonly RowFilter filter;
        private readonly string sensor;
        private readonly BlockingCollection<Flow> queue;
        private readonly CancellationToken stop;

        public Sink(
            IPacketSource source, string file, RowFilter filter, FlowOptions options, string sensor, BlockingCollection<Flow> queue,
            CancellationToken stop)
        {
            this.source = source;
            this.file = file;
            this.filter = filter;
            this.sensor = sensor;
            this.queue = queue;
            this.stop = stop;
            table = new FlowTable(options, this);
        }

        public bool OnPacket(in RawPacket packet)
        {
            decoder.Decode(packet, out DecodedPacket decoded);
            table.Add(decoded);
            return true;
        }

        public bool OnTick(long nowNs) => true;

        public void OnRow(in FlowRow row)
        {
            string name = row.InterfaceIndex < source.Interfaces.Count ? source.Interfaces[row.InterfaceIndex].Name : "";
            FlowOrigin origin = new("", sensor, name.Length > 0 ? name : file);
            if (filter.Matches(row, origin))
            {
                queue.Add(Datasets.Flows.ToFlow(row, origin), stop);
            }
        }

        public void Close() => table.Close();
    }
}
