namespace NetTraffic.Store;

/// <summary>
/// Lists the segments of a dataset as they are now, without those that a merged file replaces and those of unfinished imports.
/// </summary>
internal static class SegmentCatalog
{
    public const string ReplacesSuffix = ".replaces";

    /// <summary>Segments that can hold rows of a time range, oldest first.</summary>
    public static List<Segment> List(string store, string dataset, long fromUs = long.MinValue, long toUs = long.MaxValue)
    {
        List<Segment> found = [];
        HashSet<string> unfinished = UnfinishedImports.List(store);
        foreach ((string folder, DateTime begin, DateTime end) in Folders(store, dataset))
        {
            // A row lies in the hour of its first packet; its last packet may be up to a flush interval (1 h) later, and packets may be
            // out of order by a minute.
            const long reachUs = 3_600_000_000L + 300_000_000;
            if (UnixTime.ToMicroseconds(begin) >= toUs || UnixTime.ToMicroseconds(end) + reachUs <= fromUs)
            {
                continue;
            }

            foreach (Segment segment in ListFolder(folder, unfinished))
            {
                if (segment.FirstUs < toUs && segment.LastUs >= fromUs)
                {
                    found.Add(segment);
                }
            }
        }

        found.Sort((left, right) => left.FirstUs.CompareTo(right.FirstUs));
        return found;
    }

    /// <summary>The folders of a dataset, of an hour or a day each, in no particular order.</summary>
    public static IEnumerable<(string Folder, DateTime Begin, DateTime End)> Folders(string store, string dataset)
    {
        string root = StorePaths.Dataset(store, dataset);
        foreach (string date in Inner(root, "date=*"))
        {
            foreach (string folder in Inner(date, "hour=*"))
            {
                if (StorePaths.TimeOf(folder) is var (begin, end))
                {
                    yield return (folder, begin, end);
                }
            }
        }
    }

    /// <summary>Segments of one folder. A merged file's list of what it replaces is there before the file itself is.</summary>
    public static List<Segment> ListFolder(string folder, HashSet<string> unfinished)
    {
        List<Segment> found = [];
        HashSet<string>? replaced = null;
        foreach (string path in Files(folder))
        {
            if (Segment.FromPath(path) is not { } segment || unfinished.Contains(segment.Writer))
            {
                continue;
            }

            found.Add(segment);
            string replaces = path + ReplacesSuffix;
            if (Path.GetFileName(path).Contains(Compactor.MergedMark, StringComparison.Ordinal)
                && new FileInfo(replaces) is { Exists: true, Length: > 0 })
            {
                replaced ??= new HashSet<string>(StringComparer.Ordinal);
                replaced.UnionWith(File.ReadAllLines(replaces));
            }
        }

        if (replaced is not null)
        {
            found.RemoveAll(segment => replaced.Contains(Path.GetFileName(segment.Path)));
        }

        return found;
    }

    private static string[] Inner(string path, string pattern)
    {
        try
        {
            return Directory.GetDirectories(path, pattern);
        }
        catch (DirectoryNotFoundException)
        {
            // Retention removed it meanwhile, or nothing was ever written: either way it holds nothing.
            return [];
        }
    }

    private static string[] Files(string folder)
    {
        try
        {
            return Directory.GetFiles(folder, "*.parquet");
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
