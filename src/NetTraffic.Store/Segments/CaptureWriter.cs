using NetTraffic.Store.Parquet;

namespace NetTraffic.Store;

/// <summary>
/// Gathers a capture's rows by the hour they belong to and writes them as segments; by the day, once they turn out to be spread over so
/// many hours that each would have few. While the disk is full the rows wait, up to a bound; past it the oldest are let go and counted.
/// While one segment is on its way to the disk the next one is gathered.
/// </summary>
internal sealed class CaptureWriter : ICaptureWriter
{
    private const int MaxPendingIntervals = 100_000;
    private readonly string store;
    private readonly CaptureWriterOptions options;
    private readonly ParquetFile file = new();
    private readonly Dictionary<long, FlowColumns> open = [];
    private readonly LinkedList<(string Folder, FlowColumns Columns)> waiting = new();
    private readonly Stack<FlowColumns> spare = new();
    private readonly List<CaptureInterval> intervals = [];
    private long sequence;
    private long currentHour = long.MinValue;
    private FlowColumns? current;
    private bool byDay;
    private (string Folder, FlowColumns Columns, Task Published)? publishing;
    private bool completed;

    public CaptureWriter(string store, CaptureStatus status, CaptureWriterOptions options)
    {
        this.store = store;
        this.options = options;
        Status = status;
    }

    public CaptureStatus Status { get; }

    public bool StopRequested => CaptureRegistry.StopRequested(store, Status.CaptureId);

    public long WrittenRows { get; private set; }

    public long LostRows { get; private set; }

    public string? WriteProblem { get; private set; }

    public void Write(ReadOnlySpan<FlowRow> rows, IReadOnlyList<string> interfaces)
    {
        const long hourUs = 3_600_000_000;
        foreach (ref readonly FlowRow row in rows)
        {
            long hour = Slot(Math.DivRem(row.TimeUs, hourUs, out long rest) - (rest < 0 ? 1 : 0));
            if (hour != currentHour || current is null)
            {
                LimitMemory();
                currentHour = hour = Slot(hour);
                current = OpenHour(hour);
            }

            current.Add(row, interfaces);
            if (current.Count >= options.MaxSegmentRows)
            {
                CloseHour(hour);
            }
        }
    }

    public void Write(CaptureInterval interval)
    {
        intervals.Add(interval);
        if (intervals.Count > MaxPendingIntervals)
        {
            intervals.RemoveRange(0, intervals.Count - MaxPendingIntervals);
        }
    }

    public void Flush()
    {
        foreach ((long hour, FlowColumns columns) in open)
        {
            if (columns.Count > 0)
            {
                waiting.AddLast((Folder(Datasets.Flows, hour), columns));
            }
            else
            {
                spare.Push(columns);
            }
        }

        open.Clear();
        current = null;
        WriteProblem = null;
        WriteWaiting();
        FinishPublishing();
        if (WriteProblem is null)
        {
            WriteIntervals();
        }
    }

    public void UpdateStatus()
    {
        try
        {
            Publish(durable: false);
        }
        catch (FileInUseException)
        {
            // The data is whole, and the next second has its own status.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WriteProblem ??= Problem(error);
        }
    }

    public void Complete(CaptureState state, string? message)
    {
        if (completed)
        {
            return;
        }

        completed = true;
        Flush();
        foreach ((_, FlowColumns columns) in waiting)
        {
            LostRows += columns.Count;
        }

        waiting.Clear();
        Status.EndTime = DateTime.UtcNow;
        Status.Message = message ?? (LostRows > 0 ? $"{LostRows} flow rows could not be written: {WriteProblem}" : null);
        if (options.WholeOrNothing)
        {
            state = CompleteWhole(state);
        }

        Status.State = state;
        try
        {
            PublishLast();
            CaptureRegistry.ForgetStop(store, Status.CaptureId);
            if (options.WholeOrNothing && state == CaptureState.Completed)
            {
                UnfinishedImports.End(store, Status.CaptureId);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WriteProblem ??= Problem(error);
        }
    }

    public void Discard()
    {
        completed = true;
        waiting.Clear();
        FinishPublishing();
        CaptureRegistry.Remove(store, Status.CaptureId);
        UnfinishedImports.Remove(store, Status.CaptureId);
    }

    /// <summary>What a capture that counts as a whole or not at all comes to; where not at all, its rows are removed.</summary>
    private CaptureState CompleteWhole(CaptureState state)
    {
        if (state == CaptureState.Completed && LostRows > 0)
        {
            state = CaptureState.Failed;
        }
        else if (state == CaptureState.Completed && !UnfinishedImports.IsHidden(store, Status.CaptureId))
        {
            state = CaptureState.Failed;
            WriteProblem = "Another process took this import for dead and removed what it had stored (did this machine sleep?).";
            Status.Message = WriteProblem;
        }

        if (state != CaptureState.Completed)
        {
            Status.Message = $"{Status.Message} Nothing of it counts: import the file again.".TrimStart();
            UnfinishedImports.Remove(store, Status.CaptureId);
            WrittenRows = 0;
        }

        return state;
    }

    public void Dispose() => Complete(CaptureState.Failed, "The capture was abandoned.");

    private void Publish(bool durable)
    {
        Status.WrittenRows = WrittenRows;
        Status.LostRows = LostRows;
        Status.UpdateTime = DateTime.UtcNow;
        CaptureRegistry.Write(store, Status, durable);
    }

    // Without its last status a capture seems to run, and later to have crashed: it is worth some waiting.
    private void PublishLast()
    {
        const int tries = 5;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                Publish(durable: true);
                return;
            }
            catch (FileInUseException) when (attempt < tries)
            {
                // Each attempt has waited by itself.
            }
        }
    }

    private FlowColumns OpenHour(long hour)
    {
        if (!open.TryGetValue(hour, out FlowColumns? columns))
        {
            columns = spare.TryPop(out FlowColumns? used) ? used : new FlowColumns(Status.CaptureId, Status.Sensor);
            columns.Clear();
            open.Add(hour, columns);
        }

        return columns;
    }

    private void CloseHour(long hour)
    {
        waiting.AddLast((Folder(Datasets.Flows, hour), open[hour]));
        open.Remove(hour);
        current = null;
        if (WriteProblem is null)
        {
            WriteWaiting();
        }

        LimitMemory();
    }

    private void WriteWaiting()
    {
        while (FinishPublishing() && waiting.First is { } first)
        {
            (string folder, FlowColumns columns) = first.Value;
            try
            {
                ReadOnlySpan<byte> bytes = columns.Encode(file).Span;
                string name = Segment.Name(columns.FirstUs, columns.LastUs, Status.CaptureId, sequence++, SegmentCheck.Of(bytes));
                string path = Path.Combine(folder, name);
                PendingFile pending = StoreFiles.Begin(store, path, bytes);

                // A disk with much else to do takes its time, and neither the rows that follow nor the packets before them need to wait.
                publishing = (folder, columns, Task.Run(() => pending.Publish(durable: true)));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                WriteProblem = Problem(error);
                return;
            }

            waiting.RemoveFirst();
        }
    }

    /// <summary>
    /// Waits for the segment that is on its way; false where it could not be published: its rows wait again, as the oldest.
    /// </summary>
    private bool FinishPublishing()
    {
        if (publishing is not { } segment)
        {
            return true;
        }

        publishing = null;
        try
        {
            segment.Published.GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            waiting.AddFirst((segment.Folder, segment.Columns));
            if (error is not (IOException or UnauthorizedAccessException))
            {
                throw;
            }

            WriteProblem = Problem(error);
            return false;
        }

        WrittenRows += segment.Columns.Count;
        Reuse(segment.Columns);
        return true;
    }

    private void WriteIntervals()
    {
        if (intervals.Count == 0)
        {
            return;
        }

        try
        {
            foreach (IGrouping<long, CaptureInterval> hour in intervals.GroupBy(HourOf).ToList())
            {
                RecordColumns<CaptureInterval> columns = new(Datasets.Captures, hour, row => row.Time, row => row.EndTime);
                ReadOnlySpan<byte> bytes = columns.Encode(file).Span;
                string name = Segment.Name(columns.FirstUs, columns.LastUs, Status.CaptureId, sequence++, SegmentCheck.Of(bytes));
                string path = Path.Combine(Folder(Datasets.Captures, hour.Key), name);
                StoreFiles.Write(store, path, bytes, durable: true);
                intervals.RemoveAll(interval => HourOf(interval) == hour.Key);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WriteProblem = Problem(error);
        }
    }

    private long HourOf(CaptureInterval interval) => Slot((long)Math.Floor((interval.Time - DateTime.UnixEpoch).TotalHours));

    /// <summary>The hour, or the first one of its day.</summary>
    private long Slot(long hour) => byDay ? hour - (((hour % 24) + 24) % 24) : hour;

    private string Folder(Dataset dataset, long slot) =>
        byDay ? StorePaths.Day(store, dataset.Name, slot) : StorePaths.Hour(store, dataset.Name, slot);

    /// <summary>
    /// Time stamps in a file are whatever somebody wrote there: many open hours are written early, and what follows by the day. With the
    /// disk full the oldest rows go.
    /// </summary>
    private void LimitMemory()
    {
        const int openHours = 64;
        if (open.Count > openHours && WriteProblem is null)
        {
            Flush();
            byDay = true;
        }

        long rows = waiting.Sum(entry => (long)entry.Columns.Count);
        while (rows > options.MaxPendingRows && waiting.First is { } oldest)
        {
            rows -= oldest.Value.Columns.Count;
            LostRows += oldest.Value.Columns.Count;
            waiting.RemoveFirst();
            Reuse(oldest.Value.Columns);
        }
    }

    private void Reuse(FlowColumns columns)
    {
        const int spares = 2;
        if (spare.Count < spares)
        {
            spare.Push(columns);
        }
    }

    // Without the name of the file that was to be: that is another one each time, of the same problem.
    private string Problem(Exception error)
    {
        int name = error.Message.IndexOf($" : '{store}", StringComparison.Ordinal);
        return $"The store '{store}' cannot be written: {(name > 0 ? error.Message[..name] + "." : error.Message)}";
    }
}
