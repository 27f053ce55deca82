using System.Globalization;

namespace NetTraffic.Capture;

/// <summary>Names of a ring's files: NNNNNNNN.pcapng by sequence number, and NNNNNNNN.index beside it.</summary>
internal static class PacketRingFiles
{
    private const string Data = ".pcapng", Index = ".index";

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
        catch (DirectoryNotFoundException)
        {
            // Nothing was captured yet, or all of it was cleared.
        }

        found.Sort();
        return found;
    }

    /// <summary>Bytes of a file and its index now; 0 where there is none.</summary>
    public static long Bytes(string folder, long sequence) => Length(DataPath(folder, sequence)) + Length(IndexPath(folder, sequence));

    /// <summary>A file's length; 0 where there is none.</summary>
    public static long Length(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? file.Length : 0;
    }

    /// <summary>Deletes a file and its index.</summary>
    public static void Delete(string folder, long sequence)
    {
        try
        {
            File.Delete(IndexPath(folder, sequence));
            File.Delete(DataPath(folder, sequence));
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody was faster, and thorough.
        }
    }

    private static string Name(long sequence) => sequence.ToString("D8", CultureInfo.InvariantCulture);

    // Only names exactly as they are written here: anything else in the folder is somebody else's.
    private static bool TrySequence(string path, out long sequence)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out sequence) && Name(sequence) == name;
    }
}
