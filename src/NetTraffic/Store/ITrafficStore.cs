
namespace NetTraffic;

/// <summary>The store as the rooms above it see it. Safe for several threads; each call stands for itself.</summary>
public interface ITrafficStore : IDisposable
{
    /// <summary>Folder of the store.</summary>
    string Path { get; }

    /// <summary>Flows, newest first by their last packet among the rows that match, streamed: time and memory do not grow with the store for a small <paramref name="first"/>.</summary>
    /// <param name="filter">Which rows count. A flow's numbers are the sums of its matching rows.</param>
    /// <param name="first">How many flows at most; null: all.</param>
    /// <param name="perInterval">Rows as they are stored instead of whole flows.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    IEnumerable<Flow> GetFlows(TrafficFilter filter, long? first, bool perInterval, CancellationToken cancellationToken);

    /// <summary>Totals of the rows that match.</summary>
    TrafficSummary GetSummary(TrafficFilter filter, CancellationToken cancellationToken);

    /// <summary>The largest groups by bytes, largest first; with an interval the largest over the whole time, as a series in time order.</summary>
    /// <param name="by">The key; <see cref="SummaryKey.None"/> needs an interval.</param>
    /// <param name="top">How many keys at most.</param>
    /// <param name="interval">Width of a time bucket, or null.</param>
    /// <param name="filter">Which rows count.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    IReadOnlyList<TrafficSummaryItem> GetSummary(SummaryKey by, int top, TimeSpan? interval, TrafficFilter filter, CancellationToken cancellationToken);

    /// <summary>Rows of a dataset (flows: merged unless <paramref name="perInterval"/>) written to a Parquet file at <paramref name="path"/>, which must not exist; returns the number of rows.</summary>
    long ExportParquet(string dataset, TrafficFilter filter, bool perInterval, string path, CancellationToken cancellationToken);

    /// <summary>Rows of the captures dataset, oldest first.</summary>
    IEnumerable<CaptureInterval> GetCaptureIntervals(TrafficFilter filter, CancellationToken cancellationToken);

    /// <summary>Every running or past capture, newest first; a Running one whose process is gone is given as Crashed (and marked so in the store where it can be written).</summary>
    IReadOnlyList<CaptureStatus> GetCaptures();

    /// <summary>Folder where a capture's raw packets are kept; not there where none are.</summary>
    /// <exception cref="ArgumentException">That is no capture's identifier.</exception>
    string GetPacketFolder(string captureId);

    /// <summary>The captures that have such a folder, oldest first.</summary>
    IReadOnlyList<string> GetPacketCaptures();

    /// <summary>Makes a capture visible, as Running, to every process that uses the store, and opens its writer.</summary>
    ICaptureWriter CreateCapture(CaptureStatus status, CaptureWriterOptions options);

    /// <summary>Asks the process that runs a capture to stop it; false where it is not running.</summary>
    bool RequestStop(string captureId);

    /// <summary>Removes whole hours that ended before a time; hours that are still to come, by when they were written.</summary>
    /// <param name="before">Cut-off, UTC.</param>
    /// <param name="keepRecentlyWritten">True for automatic retention: hours that were written to (imported) after the cut-off stay.</param>
    /// <param name="whatIf">Only count.</param>
    /// <param name="cancellationToken">Stops between hours.</param>
    ClearResult Clear(DateTime before, bool keepRecentlyWritten, bool whatIf, CancellationToken cancellationToken);

    /// <summary>Merges the small segments of closed hours, and removes what earlier merges replaced; returns the number of hours compacted. Only one process does it at a time; others return 0.</summary>
    int Compact(CancellationToken cancellationToken);

    /// <summary>Distinct values for completion, most traffic first: Protocol, Application, SourceAddress, DestinationAddress, Address, Interface, Sensor.</summary>
    IReadOnlyList<string> GetNames(SummaryKey key, string prefix, int limit);

    /// <summary>The store's segments, for those who pass on what it holds.</summary>
    ISegmentFeed Segments { get; }

    /// <summary>The settings in force for this store.</summary>
    TrafficOption GetOption();

    /// <summary>The InfluxDB in force for this store, credentials included; null: none is set.</summary>
    InfluxTarget? GetInfluxTarget();

    /// <summary>Writes settings to the store's config file (the token and the password to one that only this user may read); null takes a setting back to its default, absent names are left alone. Bad values are refused with an <see cref="ArgumentException"/>.</summary>
    void SetOption(IReadOnlyDictionary<string, object?> changes);
}

/// <summary>Writes one capture's rows. Used by one thread, but for <see cref="Status"/>, <see cref="UpdateStatus"/> and <see cref="StopRequested"/>, which another may use.</summary>
public interface ICaptureWriter : IDisposable
{
    /// <summary>The capture, as it was registered.</summary>
    CaptureStatus Status { get; }

    /// <summary>Adds rows. Segments are closed by size as needed. <paramref name="interfaces"/> names <see cref="FlowRow.InterfaceIndex"/>.</summary>
    void Write(ReadOnlySpan<FlowRow> rows, IReadOnlyList<string> interfaces);

    /// <summary>Adds a row to the captures dataset.</summary>
    void Write(CaptureInterval interval);

    /// <summary>Makes everything written so far durable and visible to readers. With the disk full rows are kept, up to <see cref="CaptureWriterOptions.MaxPendingRows"/>, and tried again at the next flush; past that the oldest are dropped and counted in <see cref="LostRows"/>.</summary>
    void Flush();

    /// <summary>Publishes the capture's numbers (the status file). Cheap; called about once a second. Never throws for a full disk.</summary>
    void UpdateStatus();

    /// <summary>Whether somebody asked for this capture to stop.</summary>
    bool StopRequested { get; }

    /// <summary>Rows durable in the store.</summary>
    long WrittenRows { get; }

    /// <summary>Rows given up because the disk stayed full.</summary>
    long LostRows { get; }

    /// <summary>Why the last flush could not write, or null where it could.</summary>
    string? WriteProblem { get; }

    /// <summary>Flushes, closes, and publishes the final state.</summary>
    void Complete(CaptureState state, string? message);
}

/// <summary>How a capture's rows are written.</summary>
public sealed record CaptureWriterOptions
{
    /// <summary>Rows in one segment at most. Default 131,072: one Parquet row group.</summary>
    public int MaxSegmentRows { get; init; } = 131_072;

    /// <summary>Rows kept in memory at most while the disk is full. Default 1 million.</summary>
    public int MaxPendingRows { get; init; } = 1_000_000;
}

/// <summary>A row of the captures dataset: what a capture received and lost on one interface in one flush interval.</summary>
public sealed record CaptureInterval
{
    /// <summary>The capture or import.</summary>
    public string CaptureId { get; init; } = "";

    /// <summary>Name of the capturing machine or tap.</summary>
    public string Sensor { get; init; } = "";

    /// <summary>Interface.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Start of the interval, UTC.</summary>
    public DateTime Time { get; init; }

    /// <summary>End of the interval, UTC.</summary>
    public DateTime EndTime { get; init; }

    /// <summary>Packets received.</summary>
    public long Packets { get; init; }

    /// <summary>Wire bytes received.</summary>
    public long Bytes { get; init; }

    /// <summary>Packets the kernel dropped.</summary>
    public long KernelDrops { get; init; }

    /// <summary>Packets the interface dropped.</summary>
    public long InterfaceDrops { get; init; }

    /// <summary>Packets whose decoding stopped early.</summary>
    public long DecodeFailures { get; init; }

    /// <summary>Flows that began.</summary>
    public long Flows { get; init; }

    /// <summary>Flows in the table at the end.</summary>
    public long ActiveFlows { get; init; }

    /// <summary>Flows written out early because the table was full.</summary>
    public long EvictedFlows { get; init; }

    /// <summary>Flow rows that could not be written.</summary>
    public long LostRows { get; init; }

    /// <summary>Managed memory of the capturing process in bytes.</summary>
    public long MemoryBytes { get; init; }
}

/// <summary>The store cannot be used; the message says why and what to do.</summary>
public sealed class StoreException : IOException
{
    /// <summary>Makes the error.</summary>
    public StoreException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>What to do, where it is not about the folder; null: it is.</summary>
    public string? NextMove { get; init; }
}
