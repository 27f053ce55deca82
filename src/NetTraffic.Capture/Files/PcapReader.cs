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
    private Swapped swapped;
    private bool anotherFollows;

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

    /// <summary>Whether another file's header stands where a record or a block should: files that were strung together.</summary>
    public static bool Begins(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes || !Recognises(header))
        {
            return false;
        }

        // Its version: 2.0 to 2.4.
        bool big = header[0] == 0xA1;
        int major = big ? header[5] : header[4];
        int minor = big ? header[7] : header[6];
        return major == 2 && minor <= 4 && (big ? header[4] | header[6] : header[5] | header[7]) == 0;
    }

    /// <summary>Reads to the end, or to where another file begins: then true.</summary>
    public bool Run(IPacketSink sink, CancellationToken cancellationToken)
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
        int index = Interface(linkType);
        (int major, int minor) = (U16(header, 4, big), U16(header, 6, big));
        if (major < 2)
        {
            throw Damaged(0, $"the file is of pcap version {major}.{minor}, which is not known here (2.4 is)");
        }

        swapped = (major, minor) switch
        {
            (2, < 3) or (543, _) => Swapped.Always,
            (2, 3) => Swapped.Perhaps,
            _ => Swapped.Never,
        };
        window.Advance(HeaderBytes);
        Records(sink, linkType, index, big, magic == Nanoseconds ? 1 : 1000, magic == Modified ? 24 : 16, cancellationToken);
        return anotherFollows;
    }

    // Files that were strung together are of one interface as long as they have one link type.
    private int Interface(int linkType)
    {
        for (int i = 0; i < interfaces.Count; i++)
        {
            if (interfaces[i].Name.Length == 0 && interfaces[i].LinkType == linkType)
            {
                return i;
            }
        }

        interfaces.Add(new PacketInterface("", linkType));
        return interfaces.Count - 1;
    }

    private void Records(IPacketSink sink, int linkType, int index, bool big, int unit, int recordHeader,
        CancellationToken cancellationToken)
    {
        long packets = counts.Packets;
        long bytes = counts.Bytes;
        uint largest = LinkTypeNumbers.LargestPacket(linkType);
        try
        {
            while (NextBlock(linkType, recordHeader, big, sink))
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
                    if (at > 0 && (seconds | captured) == 0 | MayBeMagic(seconds))
                    {
                        break; // looked at closely before it is taken for a record
                    }

                    SwapLengths(ref captured, ref wire);
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
                        index,
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
                if (cancellationToken.IsCancellationRequested)
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

    /// <summary>Makes the window hold the next record whole; false at the end of the file, and where another file begins.</summary>
    private bool NextBlock(int linkType, int recordHeader, bool big, IPacketSink sink)
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

        if (Recognises(header) || PcapngReader.Recognises(header))
        {
            header = window.Peek(HeaderBytes);
            if (Begins(header) || PcapngReader.Begins(header))
            {
                anotherFollows = true;
                return false;
            }
        }

        if (IsZero(header) && RestIsZero())
        {
            throw Damaged(0, "from here on there are only zeros (a disk that was full, or a machine that went off?)");
        }

        header = window.Peek(recordHeader);
        uint captured = Read(ref MemoryMarshal.GetReference(header), 8, big);
        uint wire = Read(ref MemoryMarshal.GetReference(header), 12, big);
        SwapLengths(ref captured, ref wire);
        if (captured > LinkTypeNumbers.LargestPacket(linkType))
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

    // Files before version 2.3 have the two lengths the other way round; those of 2.3 may have (libpcap's sf-pcap.c).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SwapLengths(ref uint captured, ref uint wire)
    {
        if (swapped != Swapped.Never && (swapped == Swapped.Always || captured > wire))
        {
            (captured, wire) = (wire, captured);
        }
    }

    /// <summary>Whether a time, read in either byte order, may be the beginning of another file.</summary>
    private static bool MayBeMagic(uint seconds) => seconds >> 16 == 0xA1B2 | (ushort)seconds == 0xB2A1 | seconds == 0x0A0D0D0A;

    private bool RestIsZero()
    {
        // A program that sends packets sends none without a time and a byte. In a file zeros must go on for a while, or to its end.
        const int far = 4096;
        return !window.IsFile || IsZero(window.Peek(far));
    }

    private static bool IsZero(ReadOnlySpan<byte> data) => !data.ContainsAnyExcept((byte)0);

    private CaptureFormatException Damaged(int at, string what) => new(what, window.Offset + at, truncated: false);

    private static int U16(ReadOnlySpan<byte> data, int at, bool big) =>
        big ? BinaryPrimitives.ReadUInt16BigEndian(data[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(data[at..]);

    private enum Swapped
    {
        Never,
        Perhaps,
        Always,
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Read(ref byte record, int at, bool big)
    {
        uint value = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref record, at));
        return big == BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }
}
