using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NetTraffic.Store.Parquet;

/// <summary>Reads what <see cref="Encodings.Delta"/> writes of a 64-bit column, some blocks at a time.</summary>
internal ref struct DeltaCursor
{
    /// <summary>Values of a block. The first value stands before the first block.</summary>
    public const int Block = 128;

    private const int MiniBlocks = 4, MiniBlock = Block / MiniBlocks;
    private readonly ReadOnlySpan<byte> bytes;
    private int at;
    private int left;
    private long value;
    private bool first;

    private DeltaCursor(ReadOnlySpan<byte> bytes, int at, int count, long value)
    {
        this.bytes = bytes;
        this.at = at;
        this.value = value;
        left = count;
        first = count > 0;
    }

    /// <summary>Whether all is read, and nothing is left behind it.</summary>
    public readonly bool Ended => left == 0 && at == bytes.Length;

    /// <summary>Begins a page of so many values; false where it is something else.</summary>
    public static bool TryBegin(ReadOnlySpan<byte> page, int count, out DeltaCursor cursor)
    {
        ThriftReader header = new(page);
        bool known = header.VarInt() == Block & header.VarInt() == MiniBlocks & header.VarInt() == (ulong)count;
        long start = header.Number();
        cursor = new DeltaCursor(page, header.Position, count, start);
        return known && !header.Failed;
    }

    /// <summary>Reads the next values. Every call but the last must end at a block's end: 1 + n * 128 values at first, n * 128 then.</summary>
    public bool Next(scoped Span<long> values)
    {
        if (values.Length > left)
        {
            return false;
        }

        left -= values.Length;
        if (first && !values.IsEmpty)
        {
            values[0] = value;
            values = values[1..];
            first = false;
        }

        while (values.Length >= Block)
        {
            if (!ReadBlock(values[..Block], Block))
            {
                return false;
            }

            values = values[Block..];
        }

        if (values.IsEmpty)
        {
            return true;
        }

        Span<long> whole = stackalloc long[Block];
        if (left != 0 || !ReadBlock(whole, values.Length))
        {
            return false;
        }

        whole[..values.Length].CopyTo(values);
        return true;
    }

    private bool ReadBlock(scoped Span<long> target, int count)
    {
        ThriftReader header = new(bytes[at..]);
        long least = header.Number();
        int start = at + header.Position;
        if (header.Failed || bytes.Length - start < MiniBlocks)
        {
            return false;
        }

        ReadOnlySpan<byte> widths = bytes.Slice(start, MiniBlocks);
        at = start + MiniBlocks;
        for (int mini = 0; mini * MiniBlock < count; mini++)
        {
            int width = widths[mini];
            int size = MiniBlock * width / 8;
            if (width > 64 || bytes.Length - at < size)
            {
                return false;
            }

            Span<long> here = target.Slice(mini * MiniBlock, MiniBlock);
            value = bytes.Length - at >= size + 8 ? Unpack(bytes.Slice(at, size + 8), width, least, value, here) : UnpackLast(bytes.Slice(at, size), width, least, value, here);
            at += size;
        }

        return true;
    }

    /// <summary>Whole words are read from a copy, never past the page.</summary>
    private static long UnpackLast(ReadOnlySpan<byte> packed, int width, long least, long value, Span<long> target)
    {
        Span<byte> copy = stackalloc byte[(MiniBlock * 8) + 8];
        copy.Clear();
        packed.CopyTo(copy);
        return Unpack(copy, width, least, value, target);
    }

    /// <summary>Unpacks and adds up 32 differences; <paramref name="packed"/> has 8 bytes more than they take, so that each is in reach of one word.</summary>
    private static long Unpack(ReadOnlySpan<byte> packed, int width, long least, long value, Span<long> target)
    {
        if (packed.Length < (MiniBlock * width / 8) + 8 || target.Length != MiniBlock)
        {
            throw new ArgumentException("Too few bytes.", nameof(packed));
        }

        ref byte source = ref MemoryMarshal.GetReference(packed);
        ref long to = ref MemoryMarshal.GetReference(target);
        if (width == 0)
        {
            for (int i = 0; i < MiniBlock; i++)
            {
                value += least;
                Unsafe.Add(ref to, i) = value;
            }
        }
        else if (width <= 28)
        {
            // Two to a word: 7 + 2 * 28 bits.
            ulong mask = (1UL << width) - 1;
            int bit = 0;
            for (int i = 0; i < MiniBlock; i += 2)
            {
                ulong word = Word(ref source, bit >> 3) >> (bit & 7);
                long one = value + least + (long)(word & mask);
                value = one + least + (long)((word >> width) & mask);
                Unsafe.Add(ref to, i) = one;
                Unsafe.Add(ref to, i + 1) = value;
                bit += 2 * width;
            }
        }
        else if (width <= 57)
        {
            ulong mask = (1UL << width) - 1;
            for (int i = 0, bit = 0; i < MiniBlock; i++, bit += width)
            {
                value += least + (long)((Word(ref source, bit >> 3) >> (bit & 7)) & mask);
                Unsafe.Add(ref to, i) = value;
            }
        }
        else
        {
            ulong mask = ulong.MaxValue >> (64 - width);
            for (int i = 0, bit = 0; i < MiniBlock; i++, bit += width)
            {
                // The upper bits are in the word's next byte; shifted twice, since a shift by 64 is one by 0.
                int shift = bit & 7;
                ulong word = (Word(ref source, bit >> 3) >> shift) | ((ulong)Unsafe.Add(ref source, (bit >> 3) + 8) << 1 << (63 - shift));
                value += least + (long)(word & mask);
                Unsafe.Add(ref to, i) = value;
            }
        }

        return value;
    }

    private static ulong Word(ref byte source, int at)
    {
        ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, at));
        return BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
    }
}
