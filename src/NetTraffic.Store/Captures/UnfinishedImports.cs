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

    /// <summary>
    /// Segments without those of imports that were unfinished at any moment of the listing: one that begins or ends meanwhile has some of
    /// its segments in the list, and that is no moment of the store.
    /// </summary>
    public static List<Segment> Without(string store, Func<List<Segment>> list)
    {
        const int tries = 5;
        HashSet<string> hidden = new(StringComparer.Ordinal);
        for (int attempt = 1; ; attempt++)
        {
            DateTime changed = LastChange(store);
            hidden.UnionWith(List(store));
            List<Segment> found = list();
            hidden.UnionWith(List(store));
            if (attempt == tries || changed == LastChange(store))
            {
                found.RemoveAll(segment => hidden.Contains(segment.Writer));
                return found;
            }
        }
    }

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

    /// <summary>Waits until no other process holds it; from then on others wait, until it is disposed of.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static FileStream Lock(string store, CancellationToken cancellationToken)
    {
        string path = Path.Combine(store, "imports.lock");
        FileStream? taken;
        while ((taken = SharedFile.TryLock(path)) is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20));
        }

        return taken;
    }

    /// <summary>Lets an import count whose status says Completed.</summary>
    public static void End(string store, string captureId) => SharedFile.TryDelete(Marker(store, captureId));

    /// <summary>Removes what imports left that were killed or failed.</summary>
    public static void RemoveDead(string store)
    {
        foreach (string id in Markers(store))
        {
            CaptureRegistry.Find(store, id); // one whose process is gone is noted as crashed
            switch (CaptureRegistry.StateOf(store, id))
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
                    all &= SharedFile.TryDelete(path);
                }
            }
        }

        string packets = Path.Combine(StorePaths.Packets(store), captureId);
        if (Directory.Exists(packets))
        {
            foreach (string path in Directory.GetFiles(packets))
            {
                all &= SharedFile.TryDelete(path);
            }

            if (all)
            {
                SharedFile.TryDeleteEmptyFolder(packets);
            }
        }

        // What somebody holds open now goes another time, and does not count until then.
        if (all)
        {
            End(store, captureId);
        }
    }

    /// <summary>When a mark came or went last.</summary>
    private static DateTime LastChange(string store) => Directory.GetLastWriteTimeUtc(StorePaths.Incoming(store));

    private static string Marker(string store, string captureId) => Path.Combine(StorePaths.Incoming(store), captureId);

    private static IEnumerable<string> Markers(string store) => !Directory.Exists(StorePaths.Incoming(store)) ? []
        : Directory.GetFiles(StorePaths.Incoming(store)).Select(path => Path.GetFileName(path)).Where(CaptureRegistry.IsId);
}
