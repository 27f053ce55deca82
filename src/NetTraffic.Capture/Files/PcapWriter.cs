using System.Buffers.Binary;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// Writes a classic pcap file (draft-ietf-opsawg-pcap) with nanosecond stamps (magic number A1B23C4D), little-endian. Such a file has
/// one link type, the first packet's, and no interfaces, comments or statistics. Not for use by several threads at once.
/// </summary>
public sealed class PcapWriter : IDisposable
{
    private const int HeaderBytes = 24, RecordHeaderBytes = 16, NoLinkType = -1;
    private readonly WriteBuffer output;
    private int linkType = NoLinkType;
    private bool disposed;

    /// <summary>Makes a writer.</summary>
    /// <param name="stream">Where the file goes.</param>
    /// <param name="leaveOpen">Whether the stream stays open afterwards.</param>
    public PcapWriter(Stream stream, bool leaveOpen = false) => output = new WriteBuffer(stream, leaveOpen);

    /// <summary>Bytes of the file so far, what is still to be flushed included.</summary>
    public long Bytes => output.Bytes;

    /// <summary>Writes a packet. Stamps outside 1970 to 2106, which the format cannot say, become its first or last.</summary>
    /// <exception cref="ArgumentException">The packet's link type is not that of the packets before it.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void Write(in RawPacket packet)
    {
        if (packet.LinkType != linkType)
        {
            Begin(packet.LinkType);
        }

        int captured = packet.Data.Length;
        Span<byte> record = output.Take(RecordHeaderBytes + captured);
        long stamp = Math.Clamp(packet.TimestampNs, 0, (uint.MaxValue * 1_000_000_000L) + 999_999_999);
        long seconds = stamp / 1_000_000_000;
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(stamp - (seconds * 1_000_000_000)));
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], captured);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], Math.Max(0, packet.WireLength));
        packet.Data.CopyTo(record[RecordHeaderBytes..]);
    }

    /// <summary>Hands everything to the stream, and has the stream hand it on.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void Flush() => output.Flush();

    /// <summary>Ends the file: one without packets is of Ethernet; and flushes.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void Complete()
    {
        const int ethernet = 1;
        if (linkType == NoLinkType)
        {
            Begin(ethernet);
        }

        output.Flush();
    }

    /// <summary>
    /// Flushes, unless writing failed before, and closes the stream unless it is to stay open. A file without packets is one of Ethernet.
    /// </summary>
    public void Dispose()
    {
        try
        {
            if (linkType == NoLinkType && !disposed)
            {
                Complete();
            }
        }
        finally
        {
            disposed = true;
            output.Dispose();
        }
    }

    private void Begin(int first)
    {
        if (linkType != NoLinkType)
        {
            throw new ArgumentException(
                $"A classic pcap file holds packets of one link type: these are of link types {linkType} and {first}. "
                    + "Write pcapng, which holds both, or choose one interface.");
        }

        Span<byte> header = output.Take(HeaderBytes);
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B23C4D);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], LinkTypeNumbers.LargestPacket(first));
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], first);
        linkType = first;
    }
}
