using System.Diagnostics;

namespace NetTraffic.Influx;

/// <summary>
/// Passes on what a store holds to one InfluxDB, segment by segment, from where it stopped: nothing is left out and nothing counted
/// twice, whatever happens to the server, the network or this process (see <see cref="ForwardFiles"/>). One at a time per store and
/// target, by a lease that ends with the process.
/// </summary>
public sealed partial class InfluxForwarder : IDisposable
{
    private readonly ISegmentFeed feed;
    private readonly InfluxTarget target;
    private readonly ForwarderOptions options;
    private readonly InfluxWriterOptions writerOptions;
    private readonly string store;
    private readonly RollupLines rollups;
    private InfluxWriter writer;
    private FileStream lease;
    private ForwardFiles files;
    private readonly LineEncoder lines = new();
    private readonly HashSet<string> unreadable = new(StringComparer.Ordinal);
    private readonly List<string> waiting;
    private long segments, points, rejected, bytes, retries, skipped;

    private InfluxForwarder(
        ISegmentFeed feed,
        InfluxTarget target,
        ForwarderOptions options,
        InfluxWriterOptions writerOptions,
        FileStream lease,
        ForwardFiles files)
    {
        this.feed = feed;
        this.target = target;
        this.options = options;
        this.writerOptions = writerOptions;
        this.lease = lease;
        this.files = files;
        store = StoreIdentity.Of(feed.FollowerFolder);
        rollups = new RollupLines(options);
        waiting = files.Open();
        rollups.Restore(files.Choices);
        writer = NewWriter();
    }

    /// <summary>Raised for each new problem, and at its end, from any thread.</summary>
    public event Action<string>? Problem;

    /// <summary>Opens a forwarder; null where another one of this machine has the lease.</summary>
    /// <exception cref="IOException">The cursor's folder cannot be written.</exception>
    public static InfluxForwarder? TryOpen(
        ISegmentFeed feed, InfluxTarget target, ForwarderOptions options, InfluxWriterOptions writerOptions)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(target);
        Directory.CreateDirectory(feed.FollowerFolder);
        ForwardFiles kept = new(feed.FollowerFolder, ForwardFiles.Resolve(feed.FollowerFolder, target.Key));
        if (SharedFile.TryLock(kept.Lock) is not { } taken)
        {
            return null;
        }

        try
        {
            return new InfluxForwarder(feed, target, options, writerOptions, taken, kept);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>How far a store has been passed on, by the files that forwarders of any process keep; asks nobody.</summary>
    /// <param name="feed">The store.</param>
    /// <param name="target">The server.</param>
    /// <param name="segments">The store's segments, where they were listed just now; null: they are listed.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static ForwardState Look(ISegmentFeed feed, InfluxTarget target, IReadOnlyList<StoreSegment>? segments = null)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(target);
        return ForwardBacklog.Look(feed.FollowerFolder, segments ?? feed.ListSegments(), target);
    }

    /// <summary>Passes on all that is there now, and returns. Waits as long as the server is away.</summary>
    /// <exception cref="InfluxException">The server does not take it, and trying again will not help; nothing is lost.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next run goes on from there.</exception>
    public async Task<ForwardResult> SendAsync(IProgress<ForwardProgress>? progress, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        (segments, points, rejected, bytes, retries, skipped) = (0, 0, 0, 0, 0, 0);

        await FindOwnAsync(cancellationToken).ConfigureAwait(false);

        // What arrived while the batch behind it could not be made is gone from the disk.
        waiting.RemoveAll(path => !File.Exists(path));
        while (waiting.Count > 0)
        {
            await DeliverAsync(waiting[0], 0, cancellationToken).ConfigureAwait(false);
            waiting.RemoveAt(0);
        }

        Queue<StoreSegment> pending = Pending();
        long total = pending.Count;
        await SayTooOldAsync(pending, cancellationToken).ConfigureAwait(false);
        Task sending = Task.CompletedTask;
        try
        {
            while (pending.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();

                // The next batch is made while the last one is on its way.
                (string? path, int count) = await Task.Run(
                    () => Gather(pending, cancellationToken), cancellationToken).ConfigureAwait(false);
                if (path is not null)
                {
                    waiting.Add(path);
                }

                await sending.ConfigureAwait(false);
                waiting.RemoveRange(0, waiting.Count - (path is null ? 0 : 1));
                progress?.Report(new ForwardProgress(segments, total, points));
                sending = path is null ? Task.CompletedTask : DeliverAsync(path, count, cancellationToken);
            }

            await sending.ConfigureAwait(false);
            waiting.Clear();
            progress?.Report(new ForwardProgress(segments, total, points));
        }
        finally
        {
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return new ForwardResult
        {
            StorePath = Path.GetDirectoryName(feed.FollowerFolder) ?? "",
            Target = target.ToString(),
            Segments = segments,
            Points = points,
            Rejected = rejected,
            RejectedPath = rejected > 0 ? files.Rejected : null,
            Bytes = bytes,
            Retries = retries,
            Unreadable = skipped,
            Elapsed = clock.Elapsed,
        };
    }

    /// <summary>Ends the lease.</summary>
    public void Dispose()
    {
        writer.Dispose();
        lease.Dispose();
    }

    private InfluxWriter NewWriter()
    {
        InfluxWriter made = new(target, writerOptions with { DeadLetterPath = files.Rejected });
        made.Problem += text => Problem?.Invoke(text);
        return made;
    }

    private Queue<StoreSegment> Pending()
    {
        ForwardBacklog backlog = ForwardBacklog.Of(feed.ListSegments(), files.Passed);
        files.Update(target.ToString(), backlog.Merged, backlog.Known.Contains);
        return backlog.Pending;
    }

    /// <summary>Makes a batch of the next segments; no path where they had nothing.</summary>
    private (string? Path, int Count) Gather(Queue<StoreSegment> pending, CancellationToken cancellationToken)
    {
        lines.Clear();
        List<string> names = [];
        DateTime oldest = DateTime.UtcNow;
        while (pending.Count > 0 && lines.Lines < options.GatherLines && names.Count < options.GatherSegments)
        {
            StoreSegment segment = pending.Dequeue();
            string name = ForwardBacklog.FullName(segment.Dataset, segment.Name);
            SegmentRollup? rollup;
            try
            {
                rollup = feed.Read(segment, options.Interval, cancellationToken);
            }
            catch (StoreException error)
            {
                // A damaged file must not hold up the rest. It is said once.
                skipped++;
                if (unreadable.Add(name))
                {
                    Problem?.Invoke($"{error.Message} The rest is passed on.");
                }

                continue;
            }

            // Gone: merged or cleared since it was listed. Merged, it is in the next list.
            if (rollup is not null)
            {
                rollups.Add(lines, rollup);
                names.Add(name);
                oldest = segment.Written < oldest ? segment.Written : oldest;
            }
        }

        if (names.Count == 0)
        {
            return (null, 0);
        }

        DateTime now = DateTime.UtcNow;
        StoreIdentity.AddTo(lines, store, files.Key, now);
        rollups.AddEnrichment(lines, now);
        rollups.AddForward(lines, now, now - oldest, lines.Lines + 1, rejected, pending.Count);
        return (files.Write(target.ToString(), names, lines.Written, rollups.Save()), names.Count);
    }

    private async Task DeliverAsync(string path, int count, CancellationToken cancellationToken)
    {
        InfluxWriteResult result = await writer.WriteAsync(ForwardFiles.Lines(path), cancellationToken).ConfigureAwait(false);
        segments += count;
        points += result.Accepted;
        rejected += result.Rejected;
        bytes += result.Bytes;
        retries += result.Retries;
        SharedFile.Delete(path);
        files.Count(result.Accepted, result.Rejected);
        if (result.Rejected > 0)
        {
            Problem?.Invoke(
                $"{target} refused {result.Rejected:N0} of {result.Rejected + result.Accepted:N0} points: {result.LastReason} They are " +
                $"in '{files.Rejected}'.");
        }
    }
}
