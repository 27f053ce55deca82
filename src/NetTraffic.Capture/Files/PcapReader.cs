using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// pcap files (draft-ietf-opsawg-pcap): a 24-byte header (magic, version, reserved, snap length, link type), then records of
/// seconds, fraction, captured length, wire length and the captured bytes, all in the writer's byte order.
/// </summary>
internal sealed class PcapReader
{
    private const uint Microseconds = 0xA1B2C3D4;
    private const uint Nanoseconds = 0xA1B23C4D;
    private const uint Modified = 0xA1B2CD34; // Kuznetzov's: 8 more bytes a record
    private const int HeaderBytes = 24;

    private readonly ByteWindow window;
    private readonly InterfaceList interfaces;
    private readonly SourceCounts counts;

    public PcapReader(ByteWindow window, InterfaceList interfaces, SourceCounts counts)
    {
        this.window = window;
        this.interfaces = interfaces;
        this.counts = counts;
    }

    public static bool Recognises(ReadOnlySpan<byte> start)
    {
        if (start.Length < 4)
        {
            return false;
        }

        uint little = BinaryPrimitives.ReadUInt32LittleEndian(start);
        uint big = BinaryPrimitives.ReadUInt32BigEndian(start);
        return little is Microseconds or Nanoseconds or Modified || big is Microseconds or Nanoseconds or Modified;
    }

    public void Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        ReadOnlySpan<byte> header = window.Peek(HeaderBytes);
        if (header.Length < HeaderBytes)
        {
            throw new CaptureFormatException("the file's header is cut off", 0, truncated: true);
        }

        bool big = BinaryPrimitives.ReadUInt32BigEndian(header) is Microseconds or Nanoseconds or Modified;
        uint magic = big ? BinaryPrimitives.ReadUInt32BigEndian(header) : BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint network = big ? BinaryPrimitives.ReadUInt32BigEndian(header[20..]) : BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);

        // The upper bits say whether there is a frame check sequence, and how long; they are not part of the link type.
        int linkType = LinkTypeNumbers.FromFile((int)(network & 0xFFFF));
        interfaces.Add(new PacketInterface("", linkType));
        window.Advance(HeaderBytes);
        Records(sink, linkType, big, magic == Nanoseconds ? 1 : 1000, magic == Modified ? 24 : 16, cancellationToken);
    }

    private void Records(IPacketSink sink, int linkType, bool big, int unit, int recordHeader, CancellationToken cancellationToken)
    {
        long packets = 0;
        long bytes = 0;
        uint largest = LinkTypeNumbers.LargestPacket(linkType);
        try
        {
            while (true)
            {
                // Walk the block at hand without asking the window for each record.
                ReadOnlySpan<byte> block = window.PeekBlock(recordHeader);
                int at = 0;
                while (block.Length - at >= recordHeader)
                {
                    ref byte record = ref Unsafe.Add(ref MemoryMarshal.GetReference(block), at);
                    uint seconds = Read(ref record, 0, big);
                    uint fraction = Read(ref record, 4, big);
                    uint captured = Read(ref record, 8, big);
                    uint wire = Read(ref record, 12, big);
                    if (captured > largest)
                    {
                        throw Damaged(at, $"a record claims {captured} captured bytes");
                    }

                    if (block.Length - at - recordHeader < captured)
                    {
                        break;
                    }

                    RawPacket packet = new(
                        (seconds * 1_000_000_000L) + ((long)fraction * unit),
                        (int)Math.Min(wire, int.MaxValue),
                        linkType,
                        0,
                        block.Slice(at + recordHeader, (int)captured));
                    packets++;
                    bytes += packet.WireLength;
                    at += recordHeader + (int)captured;
                    if (!sink.OnPacket(packet))
                    {
                        return;
                    }
                }

                window.Advance(at);
                counts.Publish(packets, bytes);
                if (cancellationToken.IsCancellationRequested || !NextBlock(recordHeader, big, sink))
                {
                    return;
                }
            }
        }
        finally
        {
            counts.Publish(packets, bytes);
        }
    }

    /// <summary>Makes the window hold the next record whole; false at the end of the file.</summary>
    private bool NextBlock(int recordHeader, bool big, IPacketSink sink)
    {
        if (!sink.OnTick(0))
        {
            return false;
        }

        ReadOnlySpan<byte> header = window.Peek(recordHeader);
        if (header.IsEmpty)
        {
            return false;
        }

        if (header.Length < recordHeader)
        {
            throw new CaptureFormatException("the file ends within a record's header", window.Offset, truncated: true);
        }

        uint captured = Read(ref MemoryMarshal.GetReference(header), 8, big);
        if (captured > LinkTypeNumbers.LargestPacket(interfaces[0].LinkType))
        {
            throw Damaged(0, $"a record claims {captured} captured bytes");
        }

        int whole = recordHeader + (int)captured;
        if (window.Peek(whole).Length < whole)
        {
            throw new CaptureFormatException("the file ends within a packet", window.Offset, truncated: true);
        }

        return true;
    }

    private CaptureFormatException Damaged(int at, string what) => new(what, window.Offset + at, truncated: false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Read(ref byte record, int at, bool big)
    {
        uint value = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref record, at));
        return big == BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }
}
