namespace NetTraffic.Store;

/// <summary>
/// Lists the segments of a dataset as they are now, without those that a merged file replaces and those of unfinished imports.
/// </summary>
internal static class SegmentCatalog
{
    /// <summary>Segments that can hold rows of a time range, oldest first.</summary>
    public static List<Segment> List(string store, string dataset, long fromUs = long.MinValue, long toUs = long.MaxValue)
    {
        List<Segment> found = UnfinishedImports.Without(store, () => ListAll(store, dataset, fromUs, toUs));
        found.Sort((left, right) => left.FirstUs.CompareTo(right.FirstUs));
        return found;
    }

    private static List<Segment> ListAll(string store, string dataset, long fromUs, long toUs)
    {
        List<Segment> found = [];
        foreach ((string folder, DateTime begin, DateTime end) in Folders(store, dataset))
        {
            // A row lies in the hour of its first packet; its last packet may be up to a flush interval (1 h) later, and packets may be
            // out of order by a minute.
            const long reachUs = 3_600_000_000L + 300_000_000;
            if (UnixTime.ToMicroseconds(begin) >= toUs || UnixTime.ToMicroseconds(end) + reachUs <= fromUs)
            {
                continue;
            }

            foreach (Segment segment in ListFolder(folder))
            {
                if (segment.FirstUs < toUs && segment.LastUs >= fromUs)
                {
                    found.Add(segment);
                }
            }
        }

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

    /// <summary>
    /// Segments of one folder, those of unfinished imports among them. A merged file's list of what it replaces is there before the file
    /// itself is.
    /// </summary>
    public static List<Segment> ListFolder(string folder)
    {
        List<Segment> found = [.. Files(folder).Select(Segment.FromPath).OfType<Segment>()];
        HashSet<string> replaced = new(StringComparer.Ordinal);
        bool unknown = false;
        foreach (Segment merged in found.Where(segment => Segment.IsMerged(segment.Path)))
        {
            string[]? names = ReplacedList.Read(merged.Path);
            replaced.UnionWith(names ?? []);
            unknown |= names is null && File.Exists(merged.Path);
        }

        found.RemoveAll(segment => replaced.Contains(Path.GetFileName(segment.Path)));
        return !unknown ? found
            : found.ConvertAll(segment => Segment.IsMerged(segment.Path) ? segment : segment with { MayBeReplaced = true });
    }

    private static string[] Inner(string path, string pattern)
    {
        try
        {
            return Directory.GetDirectories(path, pattern);
        }
        catch (IOException) when (!Directory.Exists(path))
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
        catch (IOException) when (!Directory.Exists(folder))
        {
            return [];
        }
    }
}
