using System.Globalization;

namespace NetTraffic.Store;

/// <summary>One Parquet file of a dataset. Its name says what times it covers, so that most queries open few files.</summary>
/// <param name="Path">Full path.</param>
/// <param name="FirstUs">Earliest <c>time</c> in microseconds since 1970.</param>
/// <param name="LastUs">Latest <c>end_time</c>.</param>
internal sealed record Segment(string Path, long FirstUs, long LastUs)
{
    /// <summary>Size of the file; 0 where it is gone.</summary>
    public long Bytes => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Name of a segment: earliest time, latest time, capture (or "merged"), sequence.</summary>
    public static string Name(long firstUs, long lastUs, string writer, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{firstUs}_{lastUs}_{writer}_{sequence}.parquet");

    public static Segment? FromPath(string path)
    {
        string[] parts = System.IO.Path.GetFileNameWithoutExtension(path).Split('_', 3);
        return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long first)
            && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long last)
            ? new Segment(path, first, last) : null;
    }
}
