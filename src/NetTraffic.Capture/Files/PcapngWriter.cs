using System.Buffers.Binary;
using System.Text.Unicode;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// Writes a pcapng file (draft-ietf-opsawg-pcapng): one section, interfaces as they are added, packets with nanosecond stamps. Gathers
/// blocks and writes them about a mebibyte at a time; allocates nothing per packet. Not for use by several threads at once.
/// </summary>
public sealed class PcapngWriter : IDisposable
{
    private const int LongestComment = 4096;
    private readonly WriteBuffer output;
    private int interfaces;

    /// <summary>Makes a writer; the section's header is the first thing written.</summary>
    /// <param name="stream">Where the file goes.</param>
    /// <param name="leaveOpen">Whether the stream stays open afterwards.</param>
    public PcapngWriter(Stream stream, bool leaveOpen = false)
    {
        output = new WriteBuffer(stream, leaveOpen);
        Append(PcapngBlocks.Section());
    }

    /// <summary>Bytes of the file so far, what is still to be flushed included.</summary>
    public long Bytes => output.Bytes;

    /// <summary>Describes an interface; the number returned is what packets name it by.</summary>
    /// <param name="added">Name and link type; an empty name is left out.</param>
    /// <param name="snapLength">Bytes captured of each packet at most; 0: no limit.</param>
    /// <exception cref="InvalidOperationException">There are 65,536 already.</exception>
    public int AddInterface(PacketInterface added, int snapLength = 262_144)
    {
        if (interfaces > ushort.MaxValue)
        {
            throw new InvalidOperationException("A pcapng file of more than 65,536 interfaces is not written.");
        }

        Append(PcapngBlocks.Interface(added, snapLength));
        return interfaces++;
    }

    /// <summary>Writes a packet. Stamps before 1970 cannot be said in pcapng and become 1970.</summary>
    /// <param name="packet">The packet; its own interface number is not looked at.</param>
    /// <param name="interfaceIndex">What <see cref="AddInterface"/> returned.</param>
    /// <param name="comment">A comment (opt_comment): one line of text, control characters are escaped, cut at 4,096 bytes.</param>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void Write(in RawPacket packet, int interfaceIndex, string? comment = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)interfaceIndex, (uint)interfaces, nameof(interfaceIndex));
        if (!string.IsNullOrEmpty(comment))
        {
            WriteCommented(packet, interfaceIndex, Display.Text(comment));
            return;
        }

        int block = PcapngBlocks.PacketLength(packet.Data.Length);
        PcapngBlocks.Packet(output.Take(block), interfaceIndex, packet.TimestampNs, packet.WireLength, packet.Data);
    }

    /// <summary>Writes what was received and lost on an interface since the capture began.</summary>
    /// <param name="interfaceIndex">What <see cref="AddInterface"/> returned.</param>
    /// <param name="counted">The counts.</param>
    /// <param name="timeNs">When they were counted, in nanoseconds since 1970.</param>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void WriteStatistics(int interfaceIndex, in InterfaceStatistics counted, long timeNs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)interfaceIndex, (uint)interfaces, nameof(interfaceIndex));
        PcapngBlocks.Statistics(output.Take(PcapngBlocks.StatisticsLength), interfaceIndex, counted, timeNs);
    }

    /// <summary>Hands everything to the stream, and has the stream hand it on.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void Flush() => output.Flush();

    /// <summary>Flushes, unless writing failed before, and closes the stream unless it is to stay open.</summary>
    public void Dispose() => output.Dispose();

    private void WriteCommented(in RawPacket packet, int interfaceIndex, string comment)
    {
        Span<byte> text = stackalloc byte[LongestComment];
        Utf8.FromUtf16(comment, text, out _, out int bytes); // what does not fit is left out
        int captured = packet.Data.Length;
        int block = PcapngBlocks.PacketLength(captured) + PcapngBlocks.OptionLength(bytes) + 4;
        Span<byte> at = output.Take(block);
        at[(PcapngBlocks.PacketHeader + captured)..].Clear();
        PcapngBlocks.PacketStart(at, block, interfaceIndex, packet.TimestampNs, packet.WireLength, captured);
        packet.Data.CopyTo(at[PcapngBlocks.PacketHeader..]);
        PcapngBlocks.Option(at[(PcapngBlocks.PacketHeader + ((captured + 3) & ~3))..], 1, text[..bytes]);
        BinaryPrimitives.WriteInt32LittleEndian(at[^4..], block);
    }

    private void Append(ReadOnlySpan<byte> block) => block.CopyTo(output.Take(block.Length));
}
