using System.Globalization;

namespace NetTraffic.Capture;

/// <summary>Names of a ring's files: NNNNNNNN.pcapng by sequence number, and NNNNNNNN.index beside it.</summary>
internal static class PacketRingFiles
{
    private const string Data = ".pcapng", Index = ".index";
    private static readonly TimeSpan WriterNeeds = TimeSpan.FromMilliseconds(50);

    public static string DataPath(string folder, long sequence) => Path.Combine(folder, Name(sequence) + Data);

    public static string IndexPath(string folder, long sequence) => Path.Combine(folder, Name(sequence) + Index);

    /// <summary>Sequence numbers of the files there are, oldest first; none where there is no folder.</summary>
    public static List<long> List(string folder)
    {
        List<long> found = [];
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder, "*" + Data))
            {
                if (TrySequence(path, out long sequence))
                {
                    found.Add(sequence);
                }
            }
        }
        catch (IOException) when (!Directory.Exists(folder))
        {
            // Nothing was captured yet, or all of it was cleared.
        }

        found.Sort();
        return found;
    }

    /// <summary>
    /// Files that should be among those listed, or behind them, and are not; null: none. A ring deletes its oldest files, so what is not
    /// there before the first was deleted by itself, or by whoever cleared it.
    /// </summary>
    public static (long First, long Last)? FindMissing(string folder, List<long> listed)
    {
        for (int i = 1; i < listed.Count; i++)
        {
            // Files that went while the folder was listed are no gap: then those before went first.
            if (listed[i] != listed[i - 1] + 1 && File.Exists(DataPath(folder, listed[i - 1])))
            {
                return (listed[i - 1] + 1, listed[i] - 1);
            }
        }

        if (listed.Count == 0 || !AnotherFollows(folder, listed[^1]))
        {
            return null;
        }

        // The writer may be about to begin it.
        Thread.Sleep(WriterNeeds);
        return List(folder) is [.., var last] && last == listed[^1] ? (last + 1, last + 1) : null;
    }

    private static bool AnotherFollows(string folder, long sequence) =>
        PacketRingIndex.Read(IndexPath(folder, sequence)) is [.., { Part: PacketRingPart.End, Packets: > 0 }];

    /// <summary>Bytes of a file and its index now; 0 where there is none.</summary>
    public static long Bytes(string folder, long sequence) => Length(DataPath(folder, sequence)) + Length(IndexPath(folder, sequence));

    /// <summary>A file's length; 0 where there is none.</summary>
    public static long Length(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? file.Length : 0;
    }

    /// <summary>Deletes a file and its index; false where another program has one of them open: then the index may be gone alone.</summary>
    /// <param name="folder">The ring's folder.</param>
    /// <param name="sequence">The file's number.</param>
    /// <param name="leaveEmpty">Leaves an empty file in its place: one that is not there says that packets are lost.</param>
    public static bool TryDelete(string folder, long sequence, bool leaveEmpty = false) =>
        SharedFile.TryDelete(IndexPath(folder, sequence))
            && (leaveEmpty ? SharedFile.TryEmpty(DataPath(folder, sequence)) : SharedFile.TryDelete(DataPath(folder, sequence)));

    private static string Name(long sequence) => sequence.ToString("D8", CultureInfo.InvariantCulture);

    // Only names exactly as they are written here: anything else in the folder is somebody else's.
    private static bool TrySequence(string path, out long sequence)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out sequence) && Name(sequence) == name;
    }
}
