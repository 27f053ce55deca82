namespace NetTraffic.Store.Parquet;

/// <summary>Reads what <see cref="ThriftWriter"/> writes. Damage sets <see cref="Failed"/>, after which everything reads as nothing; no exceptions, since foreign files are everyday.</summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    public const byte I32 = 5, I64 = 6, Binary = 8, List = 9, Struct = 12;
    private const int DeepestNesting = 16;
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Whether something was not as it must be.</summary>
    public bool Failed { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>The next field of a struct; false at its end.</summary>
    /// <param name="field">In: the field before, 0 at first. Out: this one.</param>
    /// <param name="type">Type of its value.</param>
    public bool Field(ref int field, out byte type)
    {
        byte header = Byte();
        type = (byte)(header & 15);
        if (header == 0)
        {
            return false;
        }

        long next = header >> 4 is var step and > 0 ? field + step : Number();
        Failed |= next is <= 0 or > short.MaxValue;
        field = Failed ? 0 : (int)next;
        return !Failed;
    }

    /// <summary>A number; fails where the type is no number.</summary>
    public long Number(byte type)
    {
        Failed |= type is not (I32 or I64);
        return Number();
    }

    public ReadOnlySpan<byte> Bytes(byte type)
    {
        ulong length = VarInt();
        Failed |= type != Binary || length > (ulong)(bytes.Length - Position);
        if (Failed)
        {
            return default;
        }

        Position += (int)length;
        return bytes.Slice(Position - (int)length, (int)length);
    }

    /// <summary>Length of a list whose elements are of a type.</summary>
    public int Count(byte type, byte elements)
    {
        int count = ListHeader(out byte found);
        Failed |= type != List || found != elements;
        return Failed ? 0 : count;
    }

    /// <summary>Passes over a value.</summary>
    public void Skip(byte type) => Skip(type, DeepestNesting);

    /// <summary>An unsigned LEB128 number.</summary>
    public ulong VarInt()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return Failed ? 0 : value;
            }
        }

        Failed = true;
        return 0;
    }

    /// <summary>A signed number in zigzag.</summary>
    public long Number() => VarInt() is var value && (value & 1) != 0 ? (long)~(value >> 1) : (long)(value >> 1);

    private void Skip(byte type, int depth)
    {
        switch (type)
        {
            case 1 or 2:
                break;
            case 3:
                Byte();
                break;
            case I32 or I64 or 4:
                VarInt();
                break;
            case Binary:
                Bytes(type);
                break;
            case List when depth > 0:
                int count = ListHeader(out byte elements);
                for (int i = 0; i < count && !Failed; i++)
                {
                    Skip(elements, depth - 1);
                }

                break;
            case Struct when depth > 0:
                int field = 0;
                while (Field(ref field, out byte inner))
                {
                    Skip(inner, depth - 1);
                }

                break;
            default:
                Failed = true;
                break;
        }
    }

    private int ListHeader(out byte elements)
    {
        byte header = Byte();
        elements = (byte)(header & 15);
        ulong count = header >> 4 is var few and < 15 ? (ulong)few : VarInt();
        Failed |= count > (ulong)(bytes.Length - Position);
        return Failed ? 0 : (int)count;
    }

    private byte Byte()
    {
        if (Failed || Position >= bytes.Length)
        {
            Failed = true;
            return 0;
        }

        return bytes[Position++];
    }
}
