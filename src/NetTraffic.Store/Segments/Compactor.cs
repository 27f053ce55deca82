using System.Data.Common;
using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>
/// Merges the small segments of closed hours into one, compressed. Order makes it safe for readers: the list of replaced segments
/// stands beside the merged file before that file appears, a reader leaves out what such a list names, and the replaced files are
/// removed only once no reader that listed them before can still be at work.
/// </summary>
internal static class Compactor
{
    private const int FewestSegments = 4;
    private const long MostChecked = 1L << 30;
    private static readonly TimeSpan ClosedFor = TimeSpan.FromMinutes(10), ReadersGone = TimeSpan.FromMinutes(15);

    /// <summary>Merges what can be merged; returns the number of hours.</summary>
    /// <param name="source">The store's segments.</param>
    /// <param name="connect">Gives the connection to merge with; not called where nothing is to be merged.</param>
    /// <param name="cancellationToken">Stops between hours.</param>
    public static int Compact(StoreSegments source, Func<DuckDBConnection> connect, CancellationToken cancellationToken)
    {
        string store = source.Store;
        using FileStream? lease = Lease(store);
        if (lease is null)
        {
            return 0;
        }

        CaptureRegistry.MoveDamaged(store);
        UnfinishedImports.RemoveDead(store);
        int compacted = 0;
        long left = MostChecked;
        foreach (Dataset dataset in Datasets.All)
        {
            foreach ((string folder, _, DateTime end) in SegmentCatalog.Folders(store, dataset.Name).ToList())
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    compacted += Compact(source, connect, dataset, folder, end, ref left) ? 1 : 0;
                }
                catch (Exception error) when (error is FileInUseException
                    || (error is DbException failed && Database.Held(failed, store) is not null))
                {
                    // Another program keeps one of its files to itself: the hour waits for another time, the others do not.
                }
            }
        }

        return compacted;
    }

    private static bool Compact(
        StoreSegments source, Func<DuckDBConnection> connect, Dataset dataset, string folder, DateTime end, ref long left)
    {
        string store = source.Store;
        RemoveReplaced(folder);
        List<Segment> listed = SegmentCatalog.ListFolder(folder);

        // Looked at behind the list: whatever is in it had its mark by then.
        HashSet<string> unfinished = UnfinishedImports.List(store);
        listed.RemoveAll(segment => unfinished.Contains(segment.Writer));
        List<Segment> segments = WithoutDamaged(source, dataset, listed, ref left);
        bool quiet = segments.All(segment => DateTime.UtcNow - File.GetLastWriteTimeUtc(segment.Path) > ClosedFor);
        return segments.Count >= FewestSegments && end + ClosedFor < DateTime.UtcNow && quiet
            && PassedAllOrNone(store, dataset.Name, segments) && Merge(store, connect, dataset, folder, segments);
    }

    /// <summary>
    /// Segments without those that are damaged, which are moved away. No more bytes are looked at than <paramref name="left"/> allows: the
    /// rest is looked at another time.
    /// </summary>
    private static List<Segment> WithoutDamaged(StoreSegments source, Dataset dataset, List<Segment> segments, ref long left)
    {
        List<Segment> whole = [];
        foreach (Segment segment in segments)
        {
            long bytes = SegmentCheck.IsKnown(segment) ? 0 : segment.Bytes;
            if (bytes > left || source.Whole([segment]).Count > 0)
            {
                whole.Add(segment);
            }
            else
            {
                Quarantine.Add(source.Store, dataset.Name, segment.Path);
            }

            left -= Math.Min(bytes, left);
        }

        return whole;
    }

    private static bool Merge(string store, Func<DuckDBConnection> connect, Dataset dataset, string folder, List<Segment> segments)
    {
        string temporary = Path.Combine(StorePaths.Temporary(store), Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(StorePaths.Temporary(store));
        try
        {
            Database.Execute(connect(), $"""
                COPY (SELECT {DatasetSql.FileColumns(dataset)} FROM {Database.Read(dataset, segments)} ORDER BY time)
                TO {Database.Text(temporary)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)
                """);
            if (!PassedAllOrNone(store, dataset.Name, segments))
            {
                // Somebody passed on a part meanwhile; the hour is merged once the rest is passed on too.
                return false;
            }

            string merged = "merged-" + Guid.NewGuid().ToString("N")[..8];
            string name = Segment.Name(
                segments.Min(segment => segment.FirstUs), segments.Max(segment => segment.LastUs), merged, 0,
                SegmentCheck.OfFile(temporary));
            string path = Path.Combine(folder, name);
            using (FileStream written = new(temporary, FileMode.Open, FileAccess.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }

            ReplacedList.Write(store, path, segments.Select(segment => Path.GetFileName(segment.Path)));
            SharedFile.Move(temporary, path);
            return true;
        }
        finally
        {
            SharedFile.TryDelete(temporary);
        }
    }

    /// <summary>
    /// Whether each of those who follow the store has passed on all of the segments or none of them: a merged one can only be passed on
    /// as a whole. What was passed on before it was merged, and is not yet noted as such, counts as a part.
    /// </summary>
    private static bool PassedAllOrNone(string store, string dataset, List<Segment> segments)
    {
        string folder = StorePaths.Followers(store);
        if (!Directory.Exists(folder))
        {
            return true;
        }

        string root = StorePaths.Dataset(store, dataset);
        foreach (string cursor in Directory.GetFiles(folder, "*.cursor"))
        {
            HashSet<string> passed = [.. SharedFile.ReadLines(cursor).Where(line => !line.StartsWith('#'))];
            bool HasPassed(string name) => passed.Contains($"{dataset}/{name}");
            int count = segments.Count(segment => HasPassed(SegmentFeed.Name(root, segment.Path)));
            bool part = count > 0 || segments.Exists(segment => SegmentFeed.Replaced(root, segment.Path).Exists(HasPassed));
            if (count != segments.Count && part)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Removes what merged files replaced long enough ago; a list goes with its merged file, never before.</summary>
    private static void RemoveReplaced(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (string list in Directory.GetFiles(folder, "*" + ReplacedList.Suffix))
        {
            string merged = list[..^ReplacedList.Suffix.Length];
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(list) < ReadersGone)
            {
                continue;
            }

            if (!File.Exists(merged))
            {
                // The merge was interrupted between its two steps, or its file was itself replaced and removed.
                SharedFile.TryDelete(list);
                continue;
            }

            ReplacedList.RemoveReplaced(merged);
        }
    }

    private static FileStream? Lease(string store)
    {
        try
        {
            return SharedFile.TryLock(Path.Combine(store, "compact.lock"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another process compacts, or this one may only read.
            return null;
        }
    }
}
