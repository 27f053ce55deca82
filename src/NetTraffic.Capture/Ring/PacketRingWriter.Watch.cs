namespace NetTraffic.Capture;

/// <content>The part that notices what others did to the ring's files.</content>
internal sealed partial class PacketRingWriter
{
    /// <summary>Notices files that somebody else deleted.</summary>
    private void WatchFiles()
    {
        TimeSpan now = clock.Elapsed;
        if (now - watched < WatchEvery)
        {
            return;
        }

        watched = now;
        if (current is { } file && !file.IsThere())
        {
            DiscardFile(file);
            Report(
                $"Another program deleted or changed '{file.Path}', the packet ring's current file. The ring goes on with a new one.",
                NoteStays);
        }

        if (closed.Count <= FilesWatched)
        {
            WatchClosedFiles();
        }
    }

    private void WatchClosedFiles()
    {
        for (int i = closed.Count - 1; i >= 0; i--)
        {
            long sequence = closed[i].Sequence;
            string path = PacketRingFiles.DataPath(folder, sequence);
            if (buffers.Direct?.IsBeingWritten(path) == true)
            {
                continue;
            }

            long bytes = PacketRingFiles.Bytes(folder, sequence);
            if (!File.Exists(path))
            {
                // Whoever clears a store takes the index along, first of all, and that is no news.
                if (bytes > 0)
                {
                    Report(
                        $"Another program deleted '{path}', a file of the packet ring. The ring goes on without its packets.",
                        NoteStays);
                    bytes = TryDelete(sequence) ? 0 : bytes;
                }
            }

            closedBytes += bytes - closed[i].Bytes;
            closed[i] = (sequence, bytes);
            if (bytes == 0)
            {
                closed.RemoveAt(i);
            }
        }
    }

    /// <summary>Closes and deletes the current file; where it cannot be deleted, it counts as one of the older files.</summary>
    private void DiscardFile(PacketRingFile file)
    {
        current = null;
        file.Dispose();
        if (!TryDelete(file.Sequence))
        {
            // It stays, and counts.
            long bytes = PacketRingFiles.Bytes(folder, file.Sequence);
            closed.Add((file.Sequence, bytes));
            closedBytes += bytes;
        }
    }

    private bool TryDelete(long sequence) => PacketRingFiles.TryDelete(folder, sequence);
}
