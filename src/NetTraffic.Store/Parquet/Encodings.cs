using System.Buffers.Binary;
using System.Numerics;

namespace NetTraffic.Store.Parquet;

/// <summary>Value encodings of parquet-format's Encodings.md.</summary>
internal static class Encodings
{
    public const int Plain = 0, Rle = 3, DeltaBinaryPacked = 5, DeltaLengthByteArray = 6, RleDictionary = 8;
    private const int BlockSize = 128, MiniBlocks = 4, MiniBlockSize = BlockSize / MiniBlocks;

    /// <summary>
    /// DELTA_BINARY_PACKED: block and miniblock sizes, count, first value; then blocks of the least delta, bit widths and packed
    /// differences.
    /// </summary>
    /// <param name="output">Takes the bytes.</param>
    /// <param name="values">The values; of a 32-bit column sign-extended.</param>
    /// <param name="narrow">True for a 32-bit column, whose deltas wrap around at 32 bits.</param>
    public static void Delta(ByteBuffer output, ReadOnlySpan<long> values, bool narrow)
    {
        output.VarInt(BlockSize);
        output.VarInt(MiniBlocks);
        output.VarInt((ulong)values.Length);
        output.VarInt(values.IsEmpty ? 0 : ThriftWriter.ZigZag(values[0]));
        Span<long> deltas = stackalloc long[BlockSize];
        Span<ulong> packed = stackalloc ulong[MiniBlockSize];
        Span<byte> widths = stackalloc byte[MiniBlocks];
        for (int start = 1; start < values.Length; start += BlockSize)
        {
            int count = Math.Min(BlockSize, values.Length - start);
            long least = long.MaxValue;
            for (int i = 0; i < count; i++)
            {
                long delta = unchecked(values[start + i] - values[start + i - 1]);
                deltas[i] = narrow ? (int)delta : delta;
                least = Math.Min(least, deltas[i]);
            }

            output.VarInt(ThriftWriter.ZigZag(least));
            for (int mini = 0; mini < MiniBlocks; mini++)
            {
                ulong all = 0;
                for (int i = mini * MiniBlockSize; i < Math.Min(count, (mini + 1) * MiniBlockSize); i++)
                {
                    all |= unchecked((ulong)(deltas[i] - least)) & (narrow ? uint.MaxValue : ulong.MaxValue);
                }

                widths[mini] = (byte)(64 - BitOperations.LeadingZeroCount(all));
            }

            output.Write(widths);
            for (int mini = 0; mini * MiniBlockSize < count; mini++)
            {
                int first = mini * MiniBlockSize;
                int here = Math.Min(MiniBlockSize, count - first);
                packed.Clear();
                for (int i = 0; i < here; i++)
                {
                    packed[i] = unchecked((ulong)(deltas[first + i] - least)) & (narrow ? uint.MaxValue : ulong.MaxValue);
                }

                Pack(output, packed, widths[mini]);
            }
        }
    }

    /// <summary>Bit-packs 32 values of up to 64 bits, the least significant bit first.</summary>
    private static void Pack(ByteBuffer output, ReadOnlySpan<ulong> values, int width)
    {
        if (width == 0)
        {
            return;
        }

        Span<byte> room = output.Reserve((MiniBlockSize * width / 8) + 8);
        ulong pending = 0;
        int used = 0;
        int at = 0;
        foreach (ulong value in values)
        {
            pending |= value << used;
            used += width;
            if (used >= 64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(room[at..], pending);
                at += 8;
                used -= 64;
                pending = used == 0 ? 0 : value >> (width - used);
            }
        }

        // 32 values of any width end at a multiple of 4 bytes.
        BinaryPrimitives.WriteUInt64LittleEndian(room[at..], pending);
        output.Advance(MiniBlockSize * width / 8);
    }

    /// <summary>The RLE/bit-packing hybrid as one bit-packed run, or one repeated run where all values are equal.</summary>
    /// <param name="output">Takes the bytes.</param>
    /// <param name="values">Values below 2^<paramref name="width"/>.</param>
    /// <param name="width">Bits a value, 1 to 32.</param>
    public static void Hybrid(ByteBuffer output, ReadOnlySpan<int> values, int width)
    {
        if (values.IsEmpty)
        {
            return;
        }

        if (!values.ContainsAnyExcept(values[0]))
        {
            output.VarInt((ulong)values.Length << 1);
            Span<byte> same = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(same, values[0]);
            output.Write(same[..((width + 7) / 8)]);
            return;
        }

        int groups = (values.Length + 7) / 8;
        output.VarInt(((ulong)groups << 1) | 1);
        Span<byte> room = output.Reserve((groups * width) + 8);
        ulong pending = 0;
        int used = 0;
        int at = 0;
        foreach (int value in values)
        {
            pending |= (ulong)(uint)value << used;
            used += width;
            if (used >= 32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(room[at..], (uint)pending);
                at += 4;
                used -= 32;
                pending >>= 32;
            }
        }

        BinaryPrimitives.WriteUInt64LittleEndian(room[at..], pending);
        int length = groups * width;
        at += (used + 7) / 8;
        if (at < length)
        {
            room[at..length].Clear();
        }

        output.Advance(length);
    }

    /// <summary>Bits that the numbers 0 to <paramref name="count"/> - 1 need, at least one.</summary>
    public static int WidthFor(int count) => Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(0, count - 1)));
}
