using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NetTraffic.Store.Parquet;

/// <summary>Reads what <see cref="Encodings.Hybrid"/> writes: one bit-packed run, or one repeated one.</summary>
internal ref struct IndexCursor
{
    private ReadOnlySpan<byte> packed;
    private int width;
    private int repeated;
    private int next;
    private int count;

    /// <summary>How many values are left.</summary>
    public readonly int Left => count - next;

    /// <summary>Begins so many values, which take all of the bytes; false where they are something else.</summary>
    public static bool TryBegin(ReadOnlySpan<byte> bytes, int width, int count, out IndexCursor cursor)
    {
        cursor = default;
        if (count == 0)
        {
            return bytes.IsEmpty;
        }

        ThriftReader header = new(bytes);
        ulong run = header.VarInt();
        ReadOnlySpan<byte> body = bytes[header.Position..];
        if (header.Failed || width is < 1 or > 32)
        {
            return false;
        }

        cursor.count = count;
        cursor.width = width;
        if ((run & 1) != 0)
        {
            cursor.packed = body;
            long groups = ((long)count + 7) / 8;
            return run >> 1 == (ulong)groups && body.Length == groups * width;
        }

        Span<byte> value = stackalloc byte[4];
        value.Clear();
        if (run >> 1 != (ulong)count || body.Length != (width + 7) / 8)
        {
            return false;
        }

        body.CopyTo(value);
        cursor.repeated = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(value);
        return width == 32 || (uint)cursor.repeated >> width == 0;
    }

    /// <summary>Reads the next values, as many as there is room for.</summary>
    public bool Next(scoped Span<int> values)
    {
        if (values.Length > Left)
        {
            return false;
        }

        if (packed.IsEmpty)
        {
            values.Fill(repeated);
            next += values.Length;
            return true;
        }

        ref byte source = ref MemoryMarshal.GetReference(packed);
        ref int to = ref MemoryMarshal.GetReference(values);
        ulong mask = (1UL << width) - 1;
        long bit = (long)next * width;

        // Values whose word lies wholly inside: 7 + 32 bits are in reach of one word.
        long safe = packed.Length < 8 ? 0 : Math.Max(0, ((((long)packed.Length - 8) * 8) / width) - next);
        int fast = (int)Math.Min(values.Length, safe);
        int i = 0;
        for (; i < fast; i++, bit += width)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, (nint)(bit >> 3)));
            word = BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
            Unsafe.Add(ref to, i) = (int)((word >> (int)(bit & 7)) & mask);
        }

        for (; i < values.Length; i++, bit += width)
        {
            int at = (int)(bit >> 3);
            ulong word = 0;
            for (int n = 0; n < 8 && at + n < packed.Length; n++)
            {
                word |= (ulong)packed[at + n] << (8 * n);
            }

            values[i] = (int)((word >> (int)(bit & 7)) & mask);
        }

        next += values.Length;
        return true;
    }
}
