using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>What clearing a ring deleted, or would.</summary>
/// <param name="Files">Capture files.</param>
/// <param name="Bytes">Their bytes, indexes included.</param>
public readonly record struct PacketRingCleared(int Files, long Bytes);

/// <summary>A ring's folder, for whoever looks after the store.</summary>
public static class PacketRingFolder
{
    /// <summary>Bytes of a ring's files and indexes now; 0 where there is no such folder.</summary>
    public static long Size(string folder) => PacketRingFiles.List(folder).Sum(file => PacketRingFiles.Bytes(folder, file));

    /// <summary>
    /// Deletes each file whose last packet is older, with its index, and the folder where nothing is left in it. Others stay whole: a
    /// file that holds a later packet too is kept. A packet with a time in the future is as old as its file. A file behind one that is kept
    /// is emptied instead: one that is not there says that packets are lost.
    /// </summary>
    /// <param name="folder">The ring's folder.</param>
    /// <param name="beforeNs">Packets from this time on are kept, in nanoseconds since 1970; <see cref="long.MaxValue"/>: none.</param>
    /// <param name="whatIf">Only tells what would go.</param>
    /// <param name="keepNewest">Keeps the newest file: the one that a running capture writes to.</param>
    /// <param name="held">Gets the full paths of files that cannot be deleted now.</param>
    public static PacketRingCleared Clear(string folder, long beforeNs, bool whatIf, bool keepNewest,
        ICollection<string>? held = null)
    {
        List<long> files = PacketRingFiles.List(folder);
        PacketRingCleared cleared = default;
        bool kept = false;
        for (int i = 0; i < files.Count - (keepNewest ? 1 : 0); i++)
        {
            if (beforeNs != long.MaxValue && NewestNs(folder, files[i]) >= beforeNs)
            {
                kept = true;
                continue;
            }

            long bytes = PacketRingFiles.Bytes(folder, files[i]);
            if (!whatIf && (!kept || bytes > 0) && !PacketRingFiles.TryDelete(folder, files[i], leaveEmpty: kept))
            {
                held?.Add(PacketRingFiles.DataPath(folder, files[i]));
                kept = true;
                continue;
            }

            cleared = bytes == 0 ? cleared : new PacketRingCleared(cleared.Files + 1, cleared.Bytes + bytes);
        }

        if (!whatIf && !keepNewest)
        {
            SharedFile.TryDeleteEmptyFolder(folder);
        }

        return cleared;
    }

    /// <summary>Time of the latest packet of a file; where that is to come, when the file was written. In nanoseconds since 1970.</summary>
    private static long NewestNs(string folder, long sequence)
    {
        long last = LastNs(folder, sequence);
        return last <= Nanoseconds(DateTime.UtcNow)
            ? last
            : Math.Min(last, Nanoseconds(File.GetLastWriteTimeUtc(PacketRingFiles.DataPath(folder, sequence))));
    }

    private static long Nanoseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Time of the latest packet of a file, from its index and from what the index does not cover.</summary>
    private static long LastNs(string folder, long sequence)
    {
        List<PacketRingEntry> index = PacketRingIndex.Read(PacketRingFiles.IndexPath(folder, sequence));
        long last = index.Count > 0 ? index.Max(entry => entry.LastNs) : long.MinValue;
        if (index.Count > 0 && index[^1].End >= PacketRingFiles.Length(PacketRingFiles.DataPath(folder, sequence)))
        {
            return last;
        }

        using PacketRingSource source = new(folder, new PacketSelection { FirstNs = last == long.MinValue ? last : last + 1 }, sequence);
        LatestSink sink = new();
        try
        {
            source.Run(sink, CancellationToken.None);
        }
        catch (CaptureFormatException)
        {
            // What is before the damage is what there is to keep.
        }

        return Math.Max(last, sink.LastNs);
    }

    private sealed class LatestSink : IPacketSink
    {
        public long LastNs { get; private set; } = long.MinValue;

        public bool OnPacket(in RawPacket packet)
        {
            LastNs = Math.Max(LastNs, packet.TimestampNs);
            return true;
        }

        public bool OnTick(long nowNs) => true;
    }
}
