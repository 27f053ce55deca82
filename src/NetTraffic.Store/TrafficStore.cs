using System.Data.Common;
using System.Diagnostics;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using NetTraffic.Net;

namespace NetTraffic.Store;

/// <summary>
/// A folder of Parquet segments and status files. Questions go to an in-memory DuckDB of the process's own, opened at the first one, so
/// that
/// any number of processes use one store.
/// </summary>
public sealed class TrafficStore : ITrafficStore
{
    // One for all stores of the process: opening one costs more than a question to a small store.
    private static readonly Lazy<DuckDBConnection> AnyStore =
        new(() => Database.Open(MemoryMegabytes()), LazyThreadSafetyMode.PublicationOnly);
    private readonly DamageLog damage = new();
    private readonly StoreSegments segments;
    private readonly SummaryParts? parts;
    private bool disposed;

    /// <summary>Opens a store; nothing is written, and a folder that is not there is an empty store.</summary>
    /// <param name="path">Folder.</param>
    /// <param name="facts">
    /// Gives what is known of addresses, at the first question that is about that; null: such questions are refused.
    /// </param>
    /// <param name="remembers">
    /// Whether what files came to is remembered in this process, some 75 MB of it at most: for who is asked the same again and again.
    /// </param>
    /// <exception cref="StoreException">The store is of another layout version, or is no store.</exception>
    public TrafficStore(string path, Func<IAddressFacts>? facts = null, bool remembers = false)
    {
        parts = remembers ? SummaryParts.Shared : null;
        Path = System.IO.Path.GetFullPath(path);
        if (File.Exists(Path))
        {
            throw new StoreException($"'{Path}' is a file. A store is a folder: give another -StorePath.");
        }

        segments = new StoreSegments(Path, damage, facts);
        StoreVersion.Check(Path);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<DamagedFile> DamagedFiles => damage.Files;

    /// <inheritdoc/>
    public IEnumerable<Flow> GetFlows(TrafficFilter filter, long? first, bool perInterval, CancellationToken cancellationToken,
        FlowPosition? after = null)
    {
        using DuckDBConnection connection = Connect();
        FlowQuery query = new(segments, connection, filter, perInterval, cancellationToken);
        foreach (Flow flow in Cancellable(query.Run(first, after), cancellationToken))
        {
            yield return flow;
        }
    }

    /// <inheritdoc/>
    public StoredTraffic GetImportedTraffic(CaptureStatus import)
    {
        ArgumentNullException.ThrowIfNull(import);
        if (import is not { FirstPacketTime: { } first, LastPacketTime: { } last })
        {
            return StoredTraffic.All; // there was none
        }

        List<Segment> found = segments.List(
            Datasets.Flows, import.CaptureId, UnixTime.ToMicroseconds(first), UnixTime.ToMicroseconds(last) + 1, out bool incomplete);
        return found.Count == 0 ? StoredTraffic.None : incomplete || import.PartlyCleared ? StoredTraffic.Part : StoredTraffic.All;
    }

    /// <inheritdoc/>
    public TrafficSummary GetSummary(TrafficFilter filter, CancellationToken cancellationToken) =>
        Ask(connection => new SummaryQuery(segments, connection, filter, cancellationToken, parts).Total(), cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<TrafficSummaryItem> GetSummary(
        SummaryKey by, int top, TimeSpan? interval, TrafficFilter filter, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (by == SummaryKey.None && interval is null)
        {
            throw new ArgumentException("A summary by nothing needs an interval.", nameof(by));
        }

        if (interval < TimeSpan.FromMilliseconds(1))
        {
            throw new ArgumentException("An interval is at least 1ms long.", nameof(interval));
        }

        ObjectDisposedException.ThrowIf(disposed, this);
        if (AddressFacts.Of(by) is { } fact)
        {
            segments.WhoTells(fact); // refuses here what cannot be told, also where there are no rows to ask about
        }

        return Ask(
            connection =>
            {
                SummaryQuery query = new(segments, connection, filter, cancellationToken, parts);
                return interval is { } width ? query.Series(by, top, width) : query.Groups(by, top);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public long ExportParquet(
        string dataset, TrafficFilter filter, bool perInterval, string path, CancellationToken cancellationToken,
        AddressPseudonyms? pseudonyms = null, bool enriched = false)
    {
        Dataset chosen = Datasets.All.FirstOrDefault(known => known.Name.Equals(dataset, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                $"There is no dataset '{dataset}'. Datasets: {string.Join(", ", Datasets.All.Select(known => known.Name))}.",
                nameof(dataset));
        return Ask(
            connection => ParquetExport.Write(segments, connection, chosen, filter, perInterval, path, pseudonyms, enriched,
                cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc/>
    public IEnumerable<CaptureInterval> GetCaptureIntervals(TrafficFilter filter, CancellationToken cancellationToken) =>
        Ask(connection => CaptureQuery.Intervals(segments, connection, filter, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IEnumerable<EnrichmentRow> GetEnrichmentRows(TrafficFilter filter, CancellationToken cancellationToken) =>
        Ask(connection => EnrichmentQuery.All(segments, connection, filter, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void AddEnrichment(IReadOnlyList<EnrichmentRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count > 0)
        {
            Writing(() =>
            {
                Prepare();
                EnrichmentSegments.Write(Path, rows);
                return true;
            });
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<EnrichmentRow> GetEnrichment(IReadOnlyCollection<string>? addresses, CancellationToken cancellationToken) =>
        Ask(connection => EnrichmentQuery.Newest(segments, connection, addresses, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<CaptureStatus> GetCaptures() => CaptureRegistry.List(Path, damage);

    /// <inheritdoc/>
    public string GetPacketFolder(string captureId) => CaptureRegistry.IsId(captureId)
        ? System.IO.Path.Combine(StorePaths.Packets(Path), captureId)
        : throw new ArgumentException($"'{captureId}' is no capture's identifier.", nameof(captureId));

    /// <inheritdoc/>
    public IReadOnlyCollection<string> GetUnfinishedImports() => UnfinishedImports.List(Path);

    /// <inheritdoc/>
    public IReadOnlyList<string> GetPacketCaptures() => Directory.Exists(StorePaths.Packets(Path))
        ? [.. Directory.GetDirectories(StorePaths.Packets(Path)).Select(folder => System.IO.Path.GetFileName(folder))
            .Where(CaptureRegistry.IsId).Order(StringComparer.Ordinal)]
        : [];

    /// <inheritdoc/>
    public ICaptureWriter CreateCapture(CaptureStatus status, CaptureWriterOptions options)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(options);
        using Process process = Process.GetCurrentProcess();
        DateTime now = DateTime.UtcNow;
        status.CaptureId = CaptureRegistry.NewId(now);
        status.StartTime = status.UpdateTime = now;
        status.HostName = Environment.MachineName;
        status.ProcessId = Environment.ProcessId;
        status.ProcessStartTime = process.StartTime.ToUniversalTime();
        status.ProcessIdentity = ProcessIdentity.Own;
        status.StorePath = Path;
        return Writing(() =>
        {
            Prepare();
            UnfinishedImports.RemoveDead(Path);
            CaptureRegistry.Write(Path, status, durable: true);
            if (options.WholeOrNothing)
            {
                UnfinishedImports.Begin(Path, status.CaptureId);
            }

            return new CaptureWriter(Path, status, options);
        });
    }

    private T Writing<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not TrafficException)
        {
            throw new StoreException(
                $"The store '{Path}' cannot be written: {error.Message} "
                + "Give a folder that you may write with -StorePath or NETTRAFFIC_HOME.",
                error);
        }
    }

    /// <inheritdoc/>
    public IDisposable LockImports(CancellationToken cancellationToken) => UnfinishedImports.Lock(Path, cancellationToken);

    /// <inheritdoc/>
    public bool RequestStop(string captureId) => CaptureRegistry.RequestStop(Path, captureId);

    /// <inheritdoc/>
    public ClearResult Clear(DateTime before, bool keepRecentlyWritten, bool whatIf, CancellationToken cancellationToken) =>
        Retention.Clear(Path, before, keepRecentlyWritten, whatIf, cancellationToken);

    /// <inheritdoc/>
    public int Compact(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!Directory.Exists(Path))
        {
            return 0;
        }

        // A capture that has nothing to merge needs no database.
        DuckDBConnection? connection = null;
        try
        {
            return Database.Retry(Path, () => Compactor.Compact(segments, () => connection ??= Connect(), cancellationToken));
        }
        catch (DbException error)
        {
            throw Translate(error, cancellationToken);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> GetNames(SummaryKey key, string prefix, int limit) =>
        Ask(connection => NameQuery.Find(segments, connection, key, prefix, limit), CancellationToken.None);

    /// <inheritdoc/>
    public ISegmentFeed Segments => new SegmentFeed(segments, Ask);

    /// <inheritdoc/>
    public void Dispose()
    {
        disposed = true;
        segments.Dispose();
    }

    /// <summary>
    /// A third of the memory that the machine or the container has, 4 GiB at most: what is larger goes to the disk. DuckDB needs some 60 MB
    /// to read anything at all.
    /// </summary>
    private static int MemoryMegabytes() => (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (3 << 20), 64, 4096);

    internal DuckDBConnection Connect()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        DuckDBConnection connection = AnyStore.Value.Duplicate();
        connection.Open();
        return connection;
    }

    private T Ask<T>(Func<DuckDBConnection, T> query, CancellationToken cancellationToken)
    {
        using DuckDBConnection connection = Connect();
        try
        {
            return Database.Retry(Path, () => query(connection));
        }
        catch (DbException error)
        {
            throw Translate(error, cancellationToken);
        }
    }

    private IEnumerable<T> Cancellable<T>(IEnumerable<T> items, CancellationToken cancellationToken)
    {
        using IEnumerator<T> enumerator = items.GetEnumerator();
        while (true)
        {
            T item;
            try
            {
                if (!enumerator.MoveNext())
                {
                    yield break;
                }

                item = enumerator.Current;
            }
            catch (DbException error)
            {
                throw Translate(error, cancellationToken);
            }

            yield return item;
        }
    }

    // DuckDB reports a cancelled query as an error like any other.
    private Exception Translate(DbException error, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(error.Message, error, cancellationToken);
        }

        if ((error is QueryException query ? query.ErrorType : (error as DuckDBException)?.ErrorType) == DuckDBErrorType.OutOfMemory)
        {
            const string narrow = "Narrow the question (-Last, -Since, -Until, -Address), or make room on the disk for temporary files.";
            return new StoreException($"The question needs more memory than there is: {Database.FirstLine(error)} {narrow}", error)
            {
                NextMove = narrow,
            };
        }

        if (Database.Held(error, Path) is { } held)
        {
            return held;
        }

        if (Database.FileOf(error, Path) is { } file)
        {
            const string moveAway = "Move that file away: the rest of the store is whole.";
            return new StoreException($"The file '{file}' of the store cannot be read: {Database.FirstLine(error)} {moveAway}", error)
            {
                NextMove = moveAway,
            };
        }

        return new StoreException($"The store '{Path}' cannot be read: {Database.FirstLine(error)}", error);
    }

    private void Prepare()
    {
        Directory.CreateDirectory(Path);
        Directory.CreateDirectory(StorePaths.Status(Path));
        StoreFiles.RemoveLeftovers(Path);
        StoreVersion.Write(Path);
    }
}
