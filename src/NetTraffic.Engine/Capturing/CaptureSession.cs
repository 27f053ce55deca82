using System.Collections.Concurrent;
using System.Diagnostics;
using NetTraffic.Capture;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>A live capture that runs in this process: a thread per interface, and one that writes and watches.</summary>
public sealed class CaptureSession : IDisposable
{
    private const int RowBatches = 512; // two million rows: what a full table of a million flows hands over at once, and room
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(1), LookEvery = TimeSpan.FromMilliseconds(100);
    private readonly CaptureRequest request;
    private readonly ITrafficStore store;
    private readonly ICaptureWriter writer;
    private readonly List<InterfaceCapture> interfaces = [];
    private readonly string[] names;
    private readonly BlockingCollection<RowBatch> rows = new(RowBatches);
    private readonly RowBatchPool pool = new();
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource<CaptureStatus> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CaptureStatus> finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PacketLimit? limit;
    private readonly IntervalLog intervals;
    private readonly StoreKeeper keeper;
    private readonly ForwardService forwarding;
    private readonly TalkerEnrichment? enriching;
    private readonly PacketRing? ring;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Lock publishing = new();
    private readonly ProblemReport storeReport;
    private readonly ProblemReport ringReport;
    private readonly ProblemReport[] interfaceReports;
    private CaptureStatus published;
    private List<Action<CaptureStatus>>? followers = [];
    private int running;
    private volatile bool stoppedByUser;
    private string? noneLeft;

    internal CaptureSession(CaptureRequest request, ITrafficStore store, ITrafficSettings settings, ICaptureWriter writer,
        IReadOnlyList<ILiveSource> sources, FlowOptions flows, IReadOnlyList<TunnelPort> tunnelPorts)
    {
        this.request = request;
        this.store = store;
        this.writer = writer;
        names = [.. request.Interfaces.Select(PlainName.Clean)];
        limit = request.PacketCount is { } packets ? new PacketLimit(packets) : null;
        intervals = new IntervalLog(writer);
        keeper = new StoreKeeper(store, settings, Warn);
        forwarding = new ForwardService(store.Path, settings, Warn);
        enriching = request.Enrich ? new TalkerEnrichment(store.Path, Warn) : null;
        ring = request.PacketRing is { } kept
            ? new PacketRing(store.GetPacketFolder(writer.Status.CaptureId), kept with { Wait = false }) : null;
        for (int i = 0; i < sources.Count; i++)
        {
            interfaces.Add(new InterfaceCapture(sources[i], names[i], limit, flows, new RowBatcher(pool, i, batch => rows.Add(batch)),
                ring, tunnelPorts));
        }

        storeReport = new ProblemReport(
            problem => Warn($"{problem} Flows are kept in memory until it can; where they become too many, the oldest are given up."),
            () => "The store can be written again; "
                + $"{(writer.LostRows > 0 ? $"{writer.LostRows:N0} flow rows were" : "nothing was")} lost.");
        ringReport = new ProblemReport(Warn);
        interfaceReports = [.. interfaces.Select(one =>
            new ProblemReport(Warn, () => $"The interface '{one.Name}' is up again, and the capture on it goes on."))];
        writer.Status.InterfaceStates = States();
        published = Copy(writer.Status);
    }

    /// <summary>The capture's numbers now; a fresh copy at each call, from any thread.</summary>
    public CaptureStatus GetStatus()
    {
        lock (publishing)
        {
            return Copy(published);
        }
    }

    /// <summary>Ends when the capture has ended and everything is stored; never faults (see the status for what went wrong).</summary>
    public Task<CaptureStatus> Completion => completion.Task;

    /// <summary>
    /// Ends when <see cref="Completion"/> has, and everybody who follows the capture (<see cref="Follow"/>) has taken note of its end.
    /// </summary>
    public Task<CaptureStatus> Finish => finish.Task;

    /// <summary>Has an action called once with the last numbers, when everything is stored: at once where that is so already.</summary>
    public void Follow(Action<CaptureStatus> ended)
    {
        lock (publishing)
        {
            if (followers is not null)
            {
                followers.Add(ended);
                return;
            }
        }

        ended(GetStatus());
    }

    /// <summary>Raised about once a second, and at the end, on a background thread, with a fresh copy of the numbers.</summary>
    public event Action<CaptureStatus>? StatusChanged;

    /// <summary>
    /// Raised on a background thread when a problem begins that does not end the capture (disk full, interface down), and when it is over:
    /// once each time.
    /// </summary>
    public event Action<string>? Warning;

    /// <summary>Asks the capture to stop; returns at once.</summary>
    public void Stop()
    {
        stoppedByUser = true;
        stop.Cancel();
    }

    /// <summary>Stops, and waits for the end.</summary>
    public void Dispose()
    {
        if (!completion.Task.IsCompleted)
        {
            Stop();
            completion.Task.Wait();
        }
    }

    internal void Start()
    {
        running = interfaces.Count;
        foreach (InterfaceCapture one in interfaces)
        {
            new Thread(() => RunInterface(one))
            {
                IsBackground = true,
                Name = "NetTraffic " + one.Name,
                Priority = ThreadPriority.AboveNormal
            }.Start();
        }

        new Thread(Write) { IsBackground = true, Name = "NetTraffic write" }.Start();
    }

    private void RunInterface(InterfaceCapture one)
    {
        try
        {
            one.Run(stop.Token);
        }
        finally
        {
            if (limit is { IsReached: true })
            {
                stop.Cancel();
            }

            if (Interlocked.Decrement(ref running) == 0)
            {
                rows.CompleteAdding();
            }
        }
    }

    private void Write()
    {
        CaptureState state = CaptureState.Failed;
        string? message = null;
        try
        {
            WriteUntilEnd();
            (state, message) = Outcome();
        }
#pragma warning disable CA1031 // Whatever it was, the capture ends with it as its message, and nothing else may wait for ever.
        catch (Exception error)
#pragma warning restore CA1031
        {
            message = $"The capture ended by an error: {error.Message}";
            stop.Cancel();
            foreach (RowBatch batch in rows.GetConsumingEnumerable())
            {
                pool.Return(batch);
            }
        }

        keeper.Dispose();
        enriching?.Dispose();
        ring?.Complete();
        Refresh(TimeSpan.Zero);
        writer.Complete(state, message);
        forwarding.Dispose();
        CaptureStatus last = Publish();
        interfaces.ForEach(one => one.Dispose());
        writer.Dispose();
        store.Dispose();
        StatusChanged?.Invoke(Copy(last));
        completion.SetResult(last);
        rows.Dispose();

        // What they do is theirs: an error there is no capture's.
        _ = Task.Run(() => TellFollowers(last)).ContinueWith(_ => finish.SetResult(last), TaskScheduler.Default);
    }

    private void TellFollowers(CaptureStatus last)
    {
        List<Action<CaptureStatus>> all;
        lock (publishing)
        {
            all = followers!;
            followers = null;
        }

        foreach (Action<CaptureStatus> ended in all)
        {
            ended(Copy(last));
        }
    }

    private void WriteUntilEnd()
    {
        TimeSpan lastStatus = clock.Elapsed;
        TimeSpan? flushDue = null;
        while (true)
        {
            if (rows.TryTake(out RowBatch? batch, LookEvery))
            {
                flushDue = Take(batch) ? flushDue ?? clock.Elapsed : flushDue;
            }

            // All interfaces end their intervals at about the same time: one flush serves them all.
            if (flushDue is { } due && (rows.Count == 0 || clock.Elapsed - due > StatusEvery))
            {
                flushDue = null;
                writer.Flush();
                storeReport.Update(writer.WriteProblem);
            }

            ReportInterfaces();

            TimeSpan since = clock.Elapsed - lastStatus;
            if (since >= StatusEvery)
            {
                lastStatus = clock.Elapsed;
                Look(since);
            }

            if (request.Duration is { } duration && clock.Elapsed >= duration)
            {
                stop.Cancel();
            }

            if (rows.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>Writes a batch; true where it completes an interval.</summary>
    private bool Take(RowBatch batch)
    {
        Span<FlowRow> taken = batch.Rows.AsSpan(0, batch.Count);
        foreach (ref FlowRow row in taken)
        {
            row.InterfaceIndex = (ushort)batch.Interface;
        }

        writer.Write(taken, names);
        bool complete = batch.FlushedNs != 0;
        if (complete)
        {
            long beginNs = UnixTime.ToNanoseconds(writer.Status.StartTime);
            intervals.Write(batch.Interface, names[batch.Interface], batch.FlushedNs, batch.Counters!, beginNs);
        }

        pool.Return(batch);
        return complete;
    }

    private void Look(TimeSpan since)
    {
        Refresh(since);
        writer.UpdateStatus();
        CaptureStatus now = Publish();
        StatusChanged?.Invoke(Copy(now));
        storeReport.Update(writer.WriteProblem);
        ringReport.Update(ring?.Problem);
        keeper.Look();
        if (writer.StopRequested)
        {
            Stop();
        }
    }

    // Ten times a second: an interface can be up again before its capture's numbers are looked at.
    private void ReportInterfaces()
    {
        for (int i = 0; i < interfaces.Count; i++)
        {
            interfaceReports[i].Update(interfaces[i].Failure?.Message ?? interfaces[i].Problem);
        }

        // One that was removed is waited for beside others; where none is left, there is nothing to capture any more.
        if (interfaces.Exists(one => one.State == InterfaceState.Removed)
            && interfaces.TrueForAll(one => one.State is InterfaceState.Removed or InterfaceState.Failed))
        {
            noneLeft = string.Join(" ", interfaces.Select(one => one.Failure?.Message ?? $"The interface '{one.Name}' was removed."));
            stop.Cancel();
        }
    }

    private Dictionary<string, InterfaceState> States()
    {
        Dictionary<string, InterfaceState> states = new(StringComparer.Ordinal);
        interfaces.ForEach(one => states[one.Name] = one.State);
        return states;
    }

    /// <summary>What is wrong with the interfaces now; null: nothing.</summary>
    private string? Problems()
    {
        string[] problems = [.. interfaces.Select(one => one.Failure?.Message ?? one.Problem).OfType<string>()];
        return problems.Length > 0 ? string.Join(" ", problems) : null;
    }

    private void Warn(string message) => Warning?.Invoke(message);

    private (CaptureState State, string? Message) Outcome()
    {
        if (noneLeft is not null)
        {
            return (CaptureState.Failed, noneLeft);
        }

        string[] messages = [.. interfaces.Where(one => one.Failure is not null).Select(one => one.Failure!.Message)];
        CaptureState state = messages.Length == interfaces.Count ? CaptureState.Failed : stoppedByUser ? CaptureState.Stopped
            : CaptureState.Completed;
        return (state, messages.Length > 0 ? string.Join(" ", messages) : null);
    }

    private void Refresh(TimeSpan since)
    {
        CaptureStatus status = writer.Status;
        LaneCounters.Refresh(status, [.. interfaces.Select(one => one.Counters)], ring, since);
        status.Message = writer.WriteProblem ?? ring?.Problem ?? Problems();
        status.InterfaceStates = States();
    }

    private CaptureStatus Publish()
    {
        CaptureStatus copy = Copy(writer.Status);
        lock (publishing)
        {
            published = copy;
        }

        return copy;
    }

    private static CaptureStatus Copy(CaptureStatus status) => status.Clone();
}
