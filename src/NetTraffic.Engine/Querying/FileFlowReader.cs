using System.Collections.Concurrent;
using NetTraffic.Capture;
using NetTraffic.Flows;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>
/// Flows straight from a capture file. A thread reads ahead as far as a bounded queue lets it; who stops asking stops it.
/// </summary>
internal static class FileFlowReader
{
    private const int Ahead = 4096;

    public static IEnumerable<Flow> Read(
        string path, TrafficFilter filter, FlowOptions options, IReadOnlyList<TunnelPort> tunnelPorts, string sensor,
        Action<string>? remark, CancellationToken cancellationToken)
    {
        RowFilter wanted = new(filter);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using BlockingCollection<Flow> queue = new(Ahead);
        using CaptureFileSource source = CaptureFileSource.Open(path, cancellationToken);
        string file = path == CaptureFileSource.StandardInput ? "stdin" : Path.GetFileName(path);
        RowsAsFlows rows = new(source, file, wanted, sensor, queue, stop.Token);
        Task reading = Task.Factory.StartNew(
            () => Fill(new FlowTable(options with { FlushInterval = TimeSpan.Zero }, rows), source, tunnelPorts, queue, stop.Token),
                CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        try
        {
            foreach (Flow flow in queue.GetConsumingEnumerable(cancellationToken))
            {
                yield return flow;
            }

            // Damage shows itself only after every flow before it was handed out.
            reading.GetAwaiter().GetResult();
            if (source.Remark is { } odd)
            {
                remark?.Invoke(odd);
            }
        }
        finally
        {
            stop.Cancel();
            ((IAsyncResult)reading).AsyncWaitHandle.WaitOne();
        }
    }

    private static void Fill(FlowTable table, IPacketSource source, IReadOnlyList<TunnelPort> tunnelPorts, BlockingCollection<Flow> queue,
        CancellationToken stop)
    {
        try
        {
            try
            {
                new PacketLane(source, tunnelPorts) { Flows = new FlowTableSink(table, followsClock: false) }.Run(stop);
            }
            finally
            {
                table.Close();
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

    /// <summary>Makes flows of the rows that match; waits while nobody takes them.</summary>
    private sealed class RowsAsFlows(
        IPacketSource source, string file, RowFilter filter, string sensor, BlockingCollection<Flow> queue,
            CancellationToken stop) : IFlowRowSink
    {
        public void OnRow(in FlowRow row)
        {
            string name = row.InterfaceIndex < source.Interfaces.Count ? source.Interfaces[row.InterfaceIndex].Name : "";
            FlowOrigin origin = new("", sensor, name.Length > 0 ? name : file);
            if (filter.Matches(row, origin))
            {
                queue.Add(Datasets.Flows.ToFlow(row, origin), stop);
            }
        }
    }
}
