namespace NetTraffic.Store;

/// <summary>
/// quarantine/ of a store: damaged files that upkeep has moved out of the way, for whoever can save something of them. Their names still
/// say what answers lack; deleting them says that it is known.
/// </summary>
internal static class Quarantine
{
    /// <summary>The segments of a dataset that lie there.</summary>
    public static List<Segment> List(string store, Dataset dataset)
    {
        string folder = Path.Combine(StorePaths.Quarantine(store), dataset.Name);
        return !Directory.Exists(folder) ? []
            : [.. Directory.GetFiles(folder, "*.parquet").Select(Segment.FromPath).OfType<Segment>()];
    }

    /// <summary>Moves a file there; one that cannot be moved now stays left out where it is, and is tried again.</summary>
    public static void Add(string store, string kind, string path)
    {
        try
        {
            string folder = Path.Combine(StorePaths.Quarantine(store), kind);
            Directory.CreateDirectory(folder);
            SharedFile.Replace(path, Path.Combine(folder, Path.GetFileName(path)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody has it open, or moved it away first.
        }
    }
}
