using System.Buffers.Binary;
using System.Text;

namespace NetTraffic.Store.Parquet;

/// <summary>Thrift's compact protocol (thrift-compact-protocol.md), as far as Parquet's page headers and footer need it.</summary>
internal sealed class ThriftWriter(ByteBuffer output)
{
    private const byte True = 1, False = 2, I32 = 5, I64 = 6, Binary = 8, List = 9, Struct = 12;
    private readonly Stack<int> outer = new();
    private int lastField;

    public void Int32(int field, int value)
    {
        Header(field, I32);
        output.VarInt(ZigZag(value));
    }

    public void Int64(int field, long value)
    {
        Header(field, I64);
        output.VarInt(ZigZag(value));
    }

    public void Boolean(int field, bool value) => Header(field, value ? True : False);

    public void Text(int field, string value)
    {
        Header(field, Binary);
        TextElement(value);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Header(field, Binary);
        output.VarInt((ulong)value.Length);
        output.Write(value);
    }

    public void BeginStruct(int field)
    {
        Header(field, Struct);
        BeginElement();
    }

    /// <summary>A struct that is an element of a list, or the outermost one: no field header.</summary>
    public void BeginElement()
    {
        outer.Push(lastField);
        lastField = 0;
    }

    public void EndStruct()
    {
        output.WriteByte(0);
        lastField = outer.Pop();
    }

    public void EmptyStruct(int field)
    {
        BeginStruct(field);
        EndStruct();
    }

    public void BeginStructList(int field, int count) => ListHeader(field, count, Struct);

    public void Int32List(int field, ReadOnlySpan<int> values)
    {
        ListHeader(field, values.Length, I32);
        foreach (int value in values)
        {
            output.VarInt(ZigZag(value));
        }
    }

    public void TextList(int field, string value)
    {
        ListHeader(field, 1, Binary);
        TextElement(value);
    }

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void TextElement(string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        output.VarInt((ulong)bytes.Length);
        output.Write(bytes);
    }

    private void ListHeader(int field, int count, byte type)
    {
        Header(field, List);
        if (count < 15)
        {
            output.WriteByte((byte)((count << 4) | type));
        }
        else
        {
            output.WriteByte((byte)(0xF0 | type));
            output.VarInt((ulong)count);
        }
    }

    private void Header(int field, byte type)
    {
        int delta = field - lastField;
        if (delta is > 0 and < 16)
        {
            output.WriteByte((byte)((delta << 4) | type));
        }
        else
        {
            output.WriteByte(type);
            output.VarInt(ZigZag(field));
        }

        lastField = field;
    }
}

/// <summary>Bytes that grow; reused from segment to segment.</summary>
internal sealed class ByteBuffer
{
    private byte[] bytes = new byte[64 << 10];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Room for at least <paramref name="count"/> more bytes; they count once <see cref="Advance"/> says so.</summary>
    public Span<byte> Reserve(int count)
    {
        if (bytes.Length - Length < count)
        {
            Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)bytes.Length * 2, (long)Length + count)));
        }

        return bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Write(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Length += value.Length;
    }

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Reserve(4), value);
        Length += 4;
    }

    public void PatchInt32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);

    /// <summary>ULEB128.</summary>
    public void VarInt(ulong value)
    {
        Span<byte> room = Reserve(10);
        int at = 0;
        while (value >= 0x80)
        {
            room[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[at++] = (byte)value;
        Length += at;
    }
}
