using System.Buffers.Binary;
using System.Text;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// Blocks of pcapng (draft-ietf-opsawg-pcapng section 4) as this program writes them: little-endian, time stamps in nanoseconds, one
/// section a file. A block is type, total length, body, total length; options are code, length and a value padded to 4 bytes.
/// </summary>
internal static class PcapngBlocks
{
    public const uint SectionHeader = 0x0A0D0D0A, InterfaceDescription = 1, InterfaceStatistics = 5, EnhancedPacket = 6;

    /// <summary>Bytes of an Enhanced Packet Block around the packet's own.</summary>
    public const int PacketOverhead = PacketHeader + 4;

    /// <summary>
    /// Bytes of an Enhanced Packet Block before the packet's own: type, length, interface, time stamp (upper half first), captured and
    /// wire length.
    /// </summary>
    public const int PacketHeader = 28;

    /// <summary>Bytes of an Interface Statistics Block with its three counters.</summary>
    public const int StatisticsLength = 8 + 12 + (3 * 12) + 4 + 4;

    private const int LongestName = 256;

    /// <summary>Program and version, as shb_userappl and Wireshark's file properties show them.</summary>
    private static readonly byte[] Application =
        Encoding.UTF8.GetBytes("NetTraffic " + typeof(PcapngBlocks).Assembly.GetName().Version?.ToString(3));

    /// <summary>Section Header Block of unknown section length, with the program's name.</summary>
    public static byte[] Section()
    {
        byte[] block = new byte[28 + OptionLength(Application.Length) + 4];
        Span<byte> at = block;
        BinaryPrimitives.WriteUInt32LittleEndian(at[8..], 0x1A2B3C4D);
        BinaryPrimitives.WriteUInt16LittleEndian(at[12..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(at[16..], -1);
        Option(at[24..], 4, Application);
        return Framed(block, SectionHeader);
    }

    /// <summary>Interface Description Block: link type, snap length, if_name where there is one, if_tsresol 9 (nanoseconds).</summary>
    public static byte[] Interface(PacketInterface described, int snapLength)
    {
        byte[] name = Utf8(Display.Text(described.Name), LongestName);
        byte[] block = new byte[16 + (name.Length > 0 ? OptionLength(name.Length) : 0) + OptionLength(1) + 4 + 4];
        Span<byte> at = block;
        BinaryPrimitives.WriteUInt16LittleEndian(at[8..], checked((ushort)described.LinkType));
        BinaryPrimitives.WriteInt32LittleEndian(at[12..], snapLength);
        int next = 16;
        if (name.Length > 0)
        {
            next += Option(at[next..], 2, name);
        }

        Option(at[next..], 9, [9]);
        return Framed(block, InterfaceDescription);
    }

    /// <summary>Interface Statistics Block: isb_ifrecv, isb_ifdrop and isb_osdrop.</summary>
    public static void Statistics(Span<byte> block, int interfaceIndex, in InterfaceStatistics counted, long timeNs)
    {
        block = block[..StatisticsLength];
        block.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(block, InterfaceStatistics);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], StatisticsLength);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], interfaceIndex);
        Stamp(block[12..], timeNs);
        Counter(block[20..], 4, counted.Received);
        Counter(block[32..], 5, counted.InterfaceDrops);
        Counter(block[44..], 7, counted.KernelDrops);
        BinaryPrimitives.WriteInt32LittleEndian(block[^4..], StatisticsLength);
    }

    /// <summary>Bytes of a packet's block without options.</summary>
    public static int PacketLength(int captured) => PacketOverhead + ((captured + 3) & ~3);

    /// <summary>
    /// Enhanced Packet Block without options, of exactly the block's bytes. Times before 1970 cannot be said: they become 1970.
    /// </summary>
    public static void Packet(Span<byte> block, int interfaceIndex, long timestampNs, int wireLength, ReadOnlySpan<byte> data)
    {
        // The padding lies within the last 8 bytes, before the length; whatever else is there is written over at once.
        BinaryPrimitives.WriteUInt64LittleEndian(block[^8..], (ulong)(uint)block.Length << 32);
        PacketStart(block, block.Length, interfaceIndex, timestampNs, wireLength, data.Length);
        data.CopyTo(block[PacketHeader..]);
    }

    /// <summary>The fields of an Enhanced Packet Block before the packet's bytes.</summary>
    public static void PacketStart(Span<byte> block, int blockLength, int interfaceIndex, long timestampNs, int wireLength, int captured)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(block, EnhancedPacket | ((ulong)(uint)blockLength << 32));
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], interfaceIndex);
        Stamp(block[12..], timestampNs);
        BinaryPrimitives.WriteUInt64LittleEndian(block[20..], (uint)captured | ((ulong)(uint)Math.Max(0, wireLength) << 32));
    }

    /// <summary>Bytes of an option with a value of this length.</summary>
    public static int OptionLength(int value) => 4 + ((value + 3) & ~3);

    /// <summary>Writes an option over cleared bytes; returns its length.</summary>
    public static int Option(Span<byte> at, ushort code, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, code);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], (ushort)value.Length);
        value.CopyTo(at[4..]);
        return OptionLength(value.Length);
    }

    private static byte[] Utf8(string text, int longest)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length <= longest ? bytes : bytes[..CutLength(bytes, longest)];
    }

    /// <summary>The longest prefix that does not end within a character.</summary>
    public static int CutLength(ReadOnlySpan<byte> utf8, int longest)
    {
        int cut = Math.Min(longest, utf8.Length);
        while (cut > 0 && cut < utf8.Length && (utf8[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        return cut;
    }

    private static byte[] Framed(byte[] block, uint type)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block, type);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(4), block.Length);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(block.Length - 4), block.Length);
        return block;
    }

    private static void Counter(Span<byte> at, ushort code, long value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, code);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], 8);
        BinaryPrimitives.WriteInt64LittleEndian(at[4..], value);
    }

    private static void Stamp(Span<byte> at, long timestampNs)
    {
        ulong stamp = (ulong)Math.Max(0, timestampNs);
        BinaryPrimitives.WriteUInt64LittleEndian(at, (stamp >> 32) | (stamp << 32));
    }
}
