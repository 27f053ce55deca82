using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Hashing;

namespace NetTraffic.Store;

/// <summary>
/// Whether a segment's bytes are those that were written: its name has their checksum (XXH3, 64 bits). Checked once in a process, and
/// again where size or time of the file changed. Of the whole file, and not page by page as Parquet can: DuckDB checks no page, and a
/// damaged footer leads it to the wrong ones.
/// </summary>
internal static class SegmentCheck
{
    private const int MostRemembered = 100_000;
    private const int Chunk = 1 << 20;
    private static readonly ConcurrentDictionary<string, Seen> Known = new(StringComparer.Ordinal);

    /// <summary>The checksum of a segment's bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    /// <summary>The checksum of a file's bytes.</summary>
    public static ulong OfFile(string path)
    {
        using FileStream file = SharedFile.OpenRead(path, bufferSize: 0);
        XxHash3 hash = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(file.Length, 1, Chunk));
        try
        {
            for (int count; (count = file.Read(buffer)) > 0;)
            {
                hash.Append(buffer.AsSpan(0, count));
            }

            return hash.GetCurrentHashAsUInt64();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether this process has looked at the file as it is.</summary>
    public static bool IsKnown(Segment segment) => Known.TryGetValue(segment.Path, out Seen seen) && seen.IsOf(new FileInfo(segment.Path));

    /// <summary>False: the file is damaged. One that is gone, or that may not be read, is not: the query says so.</summary>
    /// <exception cref="FileInUseException">Another program keeps it to itself.</exception>
    public static bool IsWhole(Segment segment)
    {
        FileInfo file = new(segment.Path);
        try
        {
            if (segment.MayBeReplaced && file.Exists)
            {
                return false;
            }

            // Of a pipe or a device the length is 0, and opening it could wait for ever.
            if (file.Length == 0 || segment.Checksum is not { } checksum)
            {
                return file.Length > 0;
            }

            if (Known.TryGetValue(segment.Path, out Seen seen) && seen.IsOf(file))
            {
                return seen.Whole;
            }

            seen = new Seen(file.Length, file.LastWriteTimeUtc, OfFile(segment.Path) == checksum);
            if (Known.Count >= MostRemembered)
            {
                Known.Clear();
            }

            Known[segment.Path] = seen;
            return seen.Whole;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private readonly record struct Seen(long Bytes, DateTime Written, bool Whole)
    {
        public bool IsOf(FileInfo file) => file.Exists && file.Length == Bytes && file.LastWriteTimeUtc == Written;
    }
}
