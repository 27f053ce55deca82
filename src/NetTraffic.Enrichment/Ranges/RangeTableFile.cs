using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace NetTraffic.Enrichment.Ranges;

/// <summary>
/// A table of ranges as a file, read in one go: a header (JSON: what it is, from where), the arrays as they stand in memory, little-endian,
/// and a SHA-256 of all that. Files in a folder are anybody's: lengths are checked before anything is made of them.
/// </summary>
public static class RangeTableFile
{
    /// <summary>How such a file's name ends.</summary>
    public const string Extension = ".ranges";

    private const int LargestHeader = 1 << 20;
    private const int LargestFile = 1 << 30;
    private static readonly byte[] Magic = "NTRANGE1"u8.ToArray();

    /// <summary>The table as bytes.</summary>
    public static byte[] Write(RangeTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        byte[] info = JsonSerializer.SerializeToUtf8Bytes(table.Info);
        byte[][] texts = [.. table.Texts.Select(Encoding.UTF8.GetBytes)];
        using MemoryStream stream = new();
        stream.Write(Magic);
        WriteInts(stream, [info.Length, table.IPv4.First.Length, table.IPv6.First.Length, table.Numbers.Length,
            texts.Sum(text => text.Length)]);
        stream.Write(info);
        WriteInts(stream, table.IPv4.First);
        WriteInts(stream, table.IPv4.Last);
        WriteInts(stream, table.IPv4.Entry);
        WriteWide(stream, table.IPv6.First);
        WriteWide(stream, table.IPv6.Last);
        WriteInts(stream, table.IPv6.Entry);
        WriteInts(stream, table.Numbers);
        WriteInts<int>(stream, [.. texts.Select(text => text.Length)]);
        Array.ForEach(texts, text => stream.Write(text));
        stream.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>Reads a table.</summary>
    /// <exception cref="InvalidDataException">It is none, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RangeTable Read(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > LargestFile })
        {
            throw new InvalidDataException($"'{path}' is larger than any table of ranges: 1 GB.");
        }

        byte[] bytes = SharedFile.ReadBytes(path);
        try
        {
            return Parse(bytes);
        }
        catch (Exception error) when (error is ArgumentException or JsonException or OverflowException or InvalidDataException)
        {
            throw new InvalidDataException($"'{path}' is no table of ranges, or damaged: {error.Message}", error);
        }
    }

    /// <summary>Reads what a file is of, and from where, without its ranges.</summary>
    /// <exception cref="InvalidDataException">It is none, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RangeTableInfo ReadInfo(string path) => Read(path).Info;

    private static RangeTable Parse(byte[] bytes)
    {
        Reader reader = new(bytes);
        if (!reader.Take(Magic.Length).SequenceEqual(Magic))
        {
            throw new InvalidDataException("It does not begin as one.");
        }

        int[] lengths = reader.Ints<int>(5);
        long needed = lengths[0] + (12L * lengths[1]) + (36L * lengths[2]) + (8L * lengths[3]) + lengths[4];
        if (Array.Exists(lengths, length => length < 0) || lengths[0] > LargestHeader || needed != reader.Left - SHA256.HashSizeInBytes)
        {
            throw new InvalidDataException("Its lengths do not fit.");
        }

        if (!SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(
            bytes.AsSpan(bytes.Length - SHA256.HashSizeInBytes)))
        {
            throw new InvalidDataException("Its content is not what was written there.");
        }

        RangeTableInfo info = JsonSerializer.Deserialize<RangeTableInfo>(reader.Take(lengths[0]))
            ?? throw new InvalidDataException("It does not say what it is.");
        (uint[], uint[], int[]) v4 = (reader.Ints<uint>(lengths[1]), reader.Ints<uint>(lengths[1]), reader.Ints<int>(lengths[1]));
        (UInt128[], UInt128[], int[]) v6 = (reader.Wide(lengths[2]), reader.Wide(lengths[2]), reader.Ints<int>(lengths[2]));
        uint[] numbers = reader.Ints<uint>(lengths[3]);
        string[] texts = [.. reader.Ints<int>(lengths[3]).Select(length => Encoding.UTF8.GetString(reader.Take(length)))];
        foreach (int entry in v4.Item3.Concat(v6.Item3))
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)entry, (uint)numbers.Length);
        }

        return new RangeTable(info, v4, v6, numbers, texts);
    }

    private static void WriteInts<T>(Stream stream, T[] values)
        where T : struct
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes<T>(values));
            return;
        }

        Span<byte> four = stackalloc byte[4];
        foreach (int value in MemoryMarshal.Cast<T, int>(values))
        {
            BinaryPrimitives.WriteInt32LittleEndian(four, value);
            stream.Write(four);
        }
    }

    private static void WriteWide(Stream stream, UInt128[] values)
    {
        Span<byte> sixteen = stackalloc byte[16];
        foreach (UInt128 value in values)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(sixteen, value);
            stream.Write(sixteen);
        }
    }

    private sealed class Reader(byte[] bytes)
    {
        private int at;

        public int Left => bytes.Length - at;

        public ReadOnlySpan<byte> Take(int count)
        {
            ReadOnlySpan<byte> taken = bytes.AsSpan(at, count);
            at += count;
            return taken;
        }

        public T[] Ints<T>(int count)
            where T : struct
        {
            T[] values = new T[count];
            Take(checked(4 * count)).CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
            if (!BitConverter.IsLittleEndian)
            {
                Span<int> numbers = MemoryMarshal.Cast<T, int>(values.AsSpan());
                BinaryPrimitives.ReverseEndianness(numbers, numbers);
            }

            return values;
        }

        public UInt128[] Wide(int count)
        {
            UInt128[] values = new UInt128[count];
            for (int i = 0; i < count; i++)
            {
                values[i] = BinaryPrimitives.ReadUInt128LittleEndian(Take(16));
            }

            return values;
        }
    }
}
