using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace NetTraffic.Store.Parquet;

/// <summary>
/// Reads columns of a segment that <see cref="ParquetFile"/> wrote: one row group, a data page a column, uncompressed. Anything else
/// (merged segments are DuckDB's, files may be damaged) is refused, and left to DuckDB. Reused from segment to segment.
/// </summary>
internal sealed class SegmentReader
{
    private const int FooterGuess = 16 << 10, LargestRead = 1 << 28;
    private readonly List<Chunk> chunks = [];
    private readonly List<Chunk> wanted = [];
    private byte[] footer = new byte[FooterGuess];
    private byte[] buffer = [];
    private long footerAt;

    /// <summary>Rows of the segment.</summary>
    public int Rows { get; private set; }

    /// <summary>Reads the wanted columns; false where the file is gone, cannot be read or is not one of ours.</summary>
    public bool TryOpen(string path, params ReadOnlySpan<string> columns)
    {
        wanted.Clear();
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ReadFooter(file) && ReadColumns(file, columns);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // DuckDB meets the same, and words it for the user, or lists the segments again.
            return false;
        }
    }

    /// <summary>Reads what the rows sum up to by address; false where the file has no such sums, or as with <see cref="TryOpen"/>.</summary>
    /// <param name="path">The segment.</param>
    /// <param name="bytesOnly">Whether only <see cref="SegmentSums.TryReadBytes"/> of them.</param>
    /// <param name="sums">The addresses.</param>
    /// <param name="values">The sums.</param>
    public bool TryReadSums(string path, bool bytesOnly, out Sums sums, ref long[] values)
    {
        sums = default;
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return ReadFooter(file) && ReadSums(file, bytesOnly, out sums, ref values);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Begins a column of 64-bit numbers that every row has.</summary>
    public bool Numbers(string column, out DeltaCursor cursor)
    {
        cursor = default;
        return wanted.Find(found => found.Name == column) is { Type: ParquetFile.TypeInt64, Nullable: false, Dictionary: 0 } chunk
            && Page(buffer.AsSpan(chunk.At, (int)chunk.Size), ParquetFile.PageData, Encodings.DeltaBinaryPacked, Rows, out ReadOnlySpan<byte> page, out _)
            && DeltaCursor.TryBegin(page, Rows, out cursor);
    }

    /// <summary>Begins a column of text by dictionary.</summary>
    public bool Text(string column, out TextCursor cursor)
    {
        cursor = default;
        if (wanted.Find(found => found.Name == column) is not { Type: ParquetFile.TypeByteArray } chunk || chunk.Dictionary != chunk.Start)
        {
            return false;
        }

        int split = (int)(chunk.Data - chunk.Start);
        return Dictionary(buffer.AsSpan(chunk.At, split), out ReadOnlySpan<byte> dictionary, out int count)
            && Page(buffer.AsSpan(chunk.At + split, (int)chunk.Size - split), ParquetFile.PageData, Encodings.RleDictionary, Rows, out ReadOnlySpan<byte> data, out _)
            && TextCursor.TryBegin(dictionary, count, data, Rows, chunk.Nullable, out cursor);
    }

    private static bool Dictionary(ReadOnlySpan<byte> page, out ReadOnlySpan<byte> entries, out int count) =>
        Page(page, ParquetFile.PageDictionary, Encodings.Plain, null, out entries, out count) && count <= entries.Length / 4;

    private bool ReadSums(SafeFileHandle file, bool bytesOnly, out Sums sums, ref long[] values)
    {
        sums = default;
        if (chunks.Count == 0 || chunks.Find(chunk => chunk.Name == "source_address") is not { Dictionary: > 0 } source
            || chunks.Find(chunk => chunk.Name == "destination_address") is not { Dictionary: > 0 } destination)
        {
            return false;
        }

        long start = chunks[^1].Start + chunks[^1].Size;
        long one = source.Data - source.Start, other = destination.Data - destination.Start, block = footerAt - start;
        if (block == 0 || one + other + block > LargestRead)
        {
            return false;
        }

        Reserve(one + other + block);
        Span<byte> first = buffer.AsSpan(0, (int)one), second = buffer.AsSpan((int)one, (int)other), third = buffer.AsSpan((int)(one + other), (int)block);
        if (!ReadAll(file, first, source.Start) || !ReadAll(file, second, destination.Start) || !ReadAll(file, third, start)
            || !Dictionary(first, out ReadOnlySpan<byte> sources, out int sourceCount) || !Dictionary(second, out ReadOnlySpan<byte> destinations, out int destinationCount)
            || sourceCount + destinationCount > Array.MaxLength / SegmentSums.SourceArrays)
        {
            return false;
        }

        bool read = bytesOnly ? SegmentSums.TryReadBytes(third, sourceCount + 1, destinationCount + 1, ref values, out SegmentSums.Times times)
            : SegmentSums.TryRead(third, sourceCount + 1, destinationCount + 1, ref values, out times);
        if (!read)
        {
            return false;
        }

        sums = new Sums { Times = times, Sources = sources, SourceCount = sourceCount, Destinations = destinations, DestinationCount = destinationCount };
        return true;
    }

    /// <summary>The body of a page that takes all of the bytes and has the type and encoding, and with <paramref name="expected"/> the number of values, that it must.</summary>
    private static bool Page(ReadOnlySpan<byte> bytes, int type, int encoding, int? expected, out ReadOnlySpan<byte> body, out int values)
    {
        ThriftReader reader = new(bytes);
        long foundType = -1, size = -1, compressed = -1, count = -1, foundEncoding = -1;
        int field = 0;
        while (reader.Field(ref field, out byte kind))
        {
            switch (field)
            {
                case 1:
                    foundType = reader.Number(kind);
                    break;
                case 2:
                    size = reader.Number(kind);
                    break;
                case 3:
                    compressed = reader.Number(kind);
                    break;
                case 5 or 7 when kind == ThriftReader.Struct:
                    int inner = 0;
                    while (reader.Field(ref inner, out byte innerKind))
                    {
                        switch (inner)
                        {
                            case 1:
                                count = reader.Number(innerKind);
                                break;
                            case 2:
                                foundEncoding = reader.Number(innerKind);
                                break;
                            default:
                                reader.Skip(innerKind);
                                break;
                        }
                    }

                    break;
                default:
                    reader.Skip(kind);
                    break;
            }
        }

        body = reader.Failed ? default : bytes[reader.Position..];
        values = (int)Math.Clamp(count, 0, int.MaxValue);
        return !reader.Failed && foundType == type && foundEncoding == encoding && size == body.Length && compressed == size && count == values && (expected ?? values) == values;
    }

    private bool ReadFooter(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        int tail = (int)Math.Min(length, footer.Length);
        if (tail < 12 || !ReadAll(file, footer.AsSpan(0, tail), length - tail) || !footer.AsSpan(tail - 4, 4).SequenceEqual("PAR1"u8))
        {
            return false;
        }

        int size = BinaryPrimitives.ReadInt32LittleEndian(footer.AsSpan(tail - 8));
        if (size < 0 || size > length - 12 || size > LargestRead)
        {
            return false;
        }

        if (size > tail - 8)
        {
            tail = size + 8;
            footer = new byte[tail];
            if (!ReadAll(file, footer, length - tail))
            {
                return false;
            }
        }

        footerAt = length - 8 - size;
        return SegmentFooter.TryRead(footer.AsSpan(tail - 8 - size, size), footerAt, chunks, out long rows) && (Rows = (int)rows) == rows;
    }

    /// <summary>Reads the chunks wanted one after the other into the buffer, neighbours at once.</summary>
    private bool ReadColumns(SafeFileHandle file, ReadOnlySpan<string> columns)
    {
        long total = 0;
        foreach (string name in columns)
        {
            if (chunks.Find(chunk => chunk.Name == name) is not { } chunk || chunk.Size > LargestRead - total || wanted.Contains(chunk))
            {
                return false;
            }

            wanted.Add(chunk);
            total += chunk.Size;
        }

        Reserve(total);
        int at = 0;
        int from = 0;
        long position = 0;
        foreach (Chunk chunk in chunks)
        {
            if (!wanted.Contains(chunk))
            {
                continue;
            }

            if (position + (at - from) != chunk.Start)
            {
                if (!ReadAll(file, buffer.AsSpan(from, at - from), position))
                {
                    return false;
                }

                from = at;
                position = chunk.Start;
            }

            chunk.At = at;
            at += (int)chunk.Size;
        }

        return ReadAll(file, buffer.AsSpan(from, at - from), position);
    }

    private void Reserve(long bytes)
    {
        if (buffer.Length < bytes)
        {
            buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(LargestRead, bytes + (bytes / 4)));
        }
    }

    private static bool ReadAll(SafeFileHandle file, Span<byte> target, long position)
    {
        while (!target.IsEmpty)
        {
            int read = RandomAccess.Read(file, target, position);
            if (read == 0)
            {
                return false;
            }

            target = target[read..];
            position += read;
        }

        return true;
    }

    /// <summary>A segment's sums: its times, and its dictionaries of addresses, whose entries the values are for.</summary>
    internal ref struct Sums
    {
        public SegmentSums.Times Times { get; init; }

        public ReadOnlySpan<byte> Sources { get; init; }

        public int SourceCount { get; init; }

        public ReadOnlySpan<byte> Destinations { get; init; }

        public int DestinationCount { get; init; }
    }

    /// <summary>A column's place in the file.</summary>
    /// <param name="Name">The column.</param>
    /// <param name="Type">Physical type.</param>
    /// <param name="Nullable">Whether rows may have no value.</param>
    /// <param name="Start">Its first byte.</param>
    /// <param name="Size">Its bytes.</param>
    /// <param name="Data">Where its data page is.</param>
    /// <param name="Dictionary">Where its dictionary page is; 0: it has none.</param>
    /// <param name="Rows">How many values it has, with those that are absent.</param>
    internal sealed record Chunk(string Name, long Type, bool Nullable, long Start, long Size, long Data, long Dictionary, long Rows)
    {
        /// <summary>Where its bytes are in the reader's buffer.</summary>
        public int At { get; set; }
    }
}
