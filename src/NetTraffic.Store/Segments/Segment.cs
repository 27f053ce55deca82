using System.Globalization;

namespace NetTraffic.Store;

/// <summary>One Parquet file of a dataset. Its name says what times it covers, so that most queries open few files.</summary>
/// <param name="Path">Full path.</param>
/// <param name="FirstUs">Earliest <c>time</c> in microseconds since 1970.</param>
/// <param name="LastUs">Latest <c>end_time</c>.</param>
/// <param name="Writer">Identifier of the capture that wrote it, or what stands in its place.</param>
/// <param name="Checksum">Of its bytes (<see cref="SegmentCheck"/>); null where the name has none, as of files that others made.</param>
internal sealed record Segment(string Path, long FirstUs, long LastUs, string Writer, ulong? Checksum)
{
    /// <summary>Stands in the name of every merged segment.</summary>
    private const string MergedMark = "_merged-";

    /// <summary>Whether its rows may be in a merged one too, whose list is lost: it counts as damaged.</summary>
    public bool MayBeReplaced { get; init; }

    /// <summary>Whether the segment of a path is a merged one.</summary>
    public static bool IsMerged(string path) => System.IO.Path.GetFileName(path).Contains(MergedMark, StringComparison.Ordinal);

    /// <summary>Size of the file; 0 where it is gone.</summary>
    public long Bytes => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Name of a segment: earliest time, latest time, capture (or "merged"), sequence, checksum.</summary>
    public static string Name(long firstUs, long lastUs, string writer, long sequence, ulong checksum) =>
        string.Create(CultureInfo.InvariantCulture, $"{firstUs}_{lastUs}_{writer}_{sequence}_{checksum:x16}.parquet");

    public static Segment? FromPath(string path)
    {
        string[] parts = System.IO.Path.GetFileNameWithoutExtension(path).Split('_');
        return parts.Length >= 3 && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long first)
            && long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long last)
            ? new Segment(path, first, last, parts[2], parts.Length == 5 && parts[4].Length == 16
                && ulong.TryParse(parts[4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong checksum)
                    ? checksum
                    : null)
            : null;
    }
}
