namespace NetTraffic.Store;

/// <summary>
/// Imports that count as a whole or not at all. <c>incoming/ID</c> is there from before such an import's first row until its status says
/// that it is complete, and as long as it is there its segments are left out of every answer. So the status file's rename is the one moment
/// at which all of an import's rows begin to count.
/// </summary>
internal static class UnfinishedImports
{
    /// <summary>Hides an import that is registered and has written nothing yet.</summary>
    public static void Begin(string store, string captureId) => StoreFiles.Write(store, Marker(store, captureId), [], durable: true);

    /// <summary>Whether it is hidden.</summary>
    public static bool IsHidden(string store, string captureId) => File.Exists(Marker(store, captureId));

    /// <summary>The identifiers whose segments do not count.</summary>
    public static HashSet<string> List(string store)
    {
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (string id in Markers(store))
        {
            if (CaptureRegistry.StateOf(store, id) != CaptureState.Completed)
            {
                found.Add(id);
            }
        }

        return found;
    }

    /// <summary>Lets an import count whose status says Completed.</summary>
    public static void End(string store, string captureId) => StoreFiles.TryDelete(Marker(store, captureId));

    /// <summary>Removes what imports left that were killed or failed.</summary>
    public static void RemoveDead(string store)
    {
        foreach (string id in Markers(store))
        {
            switch (CaptureRegistry.Find(store, id)?.State)
            {
                case CaptureState.Running: break;
                case CaptureState.Completed: End(store, id); break;
                default: Remove(store, id); break;
            }
        }
    }

    /// <summary>Removes an import's rows and packets; its marker goes last.</summary>
    public static void Remove(string store, string captureId)
    {
        bool all = true;
        foreach (Dataset dataset in Datasets.All)
        {
            foreach ((string folder, _, _) in SegmentCatalog.Folders(store, dataset.Name))
            {
                foreach (string path in Directory.GetFiles(folder, $"*_{captureId}_*.parquet"))
                {
                    all &= StoreFiles.TryDelete(path);
                }
            }
        }

        string packets = Path.Combine(StorePaths.Packets(store), captureId);
        if (Directory.Exists(packets))
        {
            foreach (string path in Directory.GetFiles(packets))
            {
                all &= StoreFiles.TryDelete(path);
            }

            if (all)
            {
                Directory.Delete(packets);
            }
        }

        // What somebody holds open now goes another time, and does not count until then.
        if (all)
        {
            End(store, captureId);
        }
    }

    private static string Marker(string store, string captureId) => Path.Combine(StorePaths.Incoming(store), captureId);

    private static IEnumerable<string> Markers(string store) => !Directory.Exists(StorePaths.Incoming(store)) ? []
        : Directory.GetFiles(StorePaths.Incoming(store)).Select(path => Path.GetFileName(path)).Where(CaptureRegistry.IsId);
}
