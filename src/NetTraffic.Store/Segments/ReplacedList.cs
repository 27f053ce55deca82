using System.Globalization;
using System.Text;

namespace NetTraffic.Store;

/// <summary>
/// The names of the segments that a merged one replaces, in <c>MERGED.parquet.replaces</c> beside it: a line each, behind a line with
/// their checksum (XXH3). As long as a merged segment is there its list is, or nobody can tell what would count twice.
/// </summary>
internal static class ReplacedList
{
    public const string Suffix = ".replaces";

    public static void Write(string store, string merged, IEnumerable<string> names)
    {
        string lines = string.Join('\n', names);
        string file = string.Create(CultureInfo.InvariantCulture, $"{SegmentCheck.Of(Encoding.UTF8.GetBytes(lines)):x16}\n{lines}");
        StoreFiles.Write(store, merged + Suffix, Encoding.UTF8.GetBytes(file), durable: true);
    }

    /// <summary>Names without a folder; null: the list is damaged, or not there.</summary>
    public static string[]? Read(string merged)
    {
        const int sumLength = 16;
        byte[] file;
        try
        {
            file = SharedFile.ReadBytes(merged + Suffix);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        ReadOnlySpan<byte> names = file.AsSpan(Math.Min(file.Length, sumLength + 1));
        string sum = string.Create(CultureInfo.InvariantCulture, $"{SegmentCheck.Of(names):x16}\n");
        return names.Length > 0 && file.AsSpan().StartsWith(Encoding.UTF8.GetBytes(sum))
            ? [.. Encoding.UTF8.GetString(names).Split('\n').Select(name => Path.GetFileName(name))] : null;
    }

    /// <summary>
    /// Removes what a merged segment replaces; of what that had itself replaced nothing is left behind, since nothing says any more that
    /// it is replaced.
    /// </summary>
    /// <returns>Whether all of it is gone; what somebody holds open goes another time.</returns>
    public static bool RemoveReplaced(string merged)
    {
        bool all = true;
        foreach (string name in Read(merged) ?? [])
        {
            string path = Path.Combine(Path.GetDirectoryName(merged)!, name);
            bool gone = (!Segment.IsMerged(path) || RemoveReplaced(path)) && SharedFile.TryDelete(path);
            all &= gone && SharedFile.TryDelete(path + Suffix);
        }

        return all;
    }
}
