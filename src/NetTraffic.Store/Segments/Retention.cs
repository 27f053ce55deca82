namespace NetTraffic.Store;

/// <summary>Removes whole hours, and whole days where little was written of each hour.</summary>
internal static class Retention
{
    public static ClearResult Clear(
        string store, DateTime before, bool keepRecentlyWritten, bool whatIf, CancellationToken cancellationToken)
    {
        ClearResult result = new() { StorePath = store, Before = before };
        DateTime now = DateTime.UtcNow;
        List<(DateTime Begin, DateTime End)> cleared = [];
        foreach (Dataset dataset in Datasets.All)
        {
            foreach ((string folder, DateTime begin, DateTime end) in SegmentCatalog.Folders(store, dataset.Name).ToList())
            {
                cancellationToken.ThrowIfCancellationRequested();
                // No packet is younger than what was written of it: times in the future (a wrong clock, a forged file) do not keep
                // traffic for ever.
                bool future = begin > now;
                if (!future && end > before)
                {
                    continue;
                }

                FileInfo[] files = Files(folder);
                if ((future || keepRecentlyWritten) && files.Any(file => file.LastWriteTimeUtc >= before))
                {
                    continue;
                }

                result.Hours++;

                // What a merged segment replaces is told by a list beside it, which so goes behind it, and stays with it.
                foreach (FileInfo file in files.OrderByDescending(file => Segment.IsMerged(file.Name) && file.Extension == ".parquet"))
                {
                    long bytes = file.Length;
                    bool ofHeld = file.Extension == ReplacedList.Suffix
                        && result.HeldFiles.Contains(file.FullName[..^ReplacedList.Suffix.Length]);
                    if (!whatIf && (ofHeld || !SharedFile.TryDelete(file.FullName)))
                    {
                        if (!ofHeld)
                        {
                            result.HeldFiles.Add(file.FullName);
                        }

                        continue;
                    }

                    result.FreedBytes += bytes;
                    result.Segments += file.Extension == ".parquet" ? 1 : 0;
                }

                if (!whatIf)
                {
                    cleared.Add((begin, end));
                    SharedFile.TryDeleteEmptyFolder(folder);
                    SharedFile.TryDeleteEmptyFolder(Path.GetDirectoryName(folder)!);
                }
            }
        }

        if (cleared.Count > 0)
        {
            CaptureRegistry.NoteCleared(store, cleared);
        }

        if (!whatIf && !keepRecentlyWritten)
        {
            CaptureRegistry.RemoveEndedBefore(store, before);
        }

        return result;
    }

    private static FileInfo[] Files(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).GetFiles();
        }
        catch (IOException) when (!Directory.Exists(folder))
        {
            // Another process clears too.
            return [];
        }
    }
}
