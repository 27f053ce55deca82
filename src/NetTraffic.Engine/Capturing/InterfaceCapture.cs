using NetTraffic.Capture;
using NetTraffic.Flows;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>One interface of a live capture: its source, packet lane and flow table, on a thread of their own.</summary>
internal sealed class InterfaceCapture : IDisposable
{
    private readonly ILiveSource source;
    private readonly FlowTable table;
    private readonly PacketLane lane;

    /// <summary>Makes it; nothing runs yet.</summary>
    /// <param name="source">An opened source.</param>
    /// <param name="name">The interface.</param>
    /// <param name="limit">Packets still wanted, over all interfaces; null: no limit.</param>
    /// <param name="options">The flow table's.</param>
    /// <param name="rows">Takes the rows on.</param>
    /// <param name="ring">Keeps the raw packets, or null.</param>
    /// <param name="tunnelPorts">UDP ports on which tunnels are looked for besides their own.</param>
    public InterfaceCapture(ILiveSource source, string name, PacketLimit? limit, FlowOptions options, RowBatcher rows, PacketRing? ring,
        IReadOnlyList<TunnelPort> tunnelPorts)
    {
        this.source = source;
        Name = name;
        table = new FlowTable(options, rows);
        lane = new PacketLane(source, tunnelPorts)
        {
            Limit = limit,
            Ring = ring?.AddAppender(source.Interfaces),
            Flows = new FlowTableSink(table, followsClock: true),
        };
        Counters = new LaneCounters(source, lane.Decoded, table.Counters);
        table.Flushed += endNs => rows.CompleteInterval(endNs, Counters.Now());
    }

    public string Name { get; }

    /// <summary>What keeps packets from coming at the moment, or null.</summary>
    public string? Problem => source.Problem;

    /// <summary>What it is doing, or was at the end.</summary>
    public InterfaceState State => Failure is null ? source.State : InterfaceState.Failed;

    /// <summary>Why it ended, where that was an error.</summary>
    public CaptureException? Failure { get; private set; }

    public LaneCounters Counters { get; }

    /// <summary>
    /// Captures until cancelled, until there are packets enough, or until the interface fails; then every flow is handed over.
    /// </summary>
    public void Run(CancellationToken stop)
    {
        try
        {
            lane.Run(stop);
        }
        catch (CaptureException error)
        {
            Failure = error;
        }

        table.Close();
    }

    public void Dispose() => source.Dispose();
}
