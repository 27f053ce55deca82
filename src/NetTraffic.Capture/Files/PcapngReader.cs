using System.Buffers.Binary;
using System.Text;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// pcapng files (draft-ietf-opsawg-pcapng): blocks of type, total length, body, total length. Sections each have a byte order and a
/// list of interfaces; each interface has a link type, a time stamp resolution and an offset.
/// </summary>
internal sealed class PcapngReader
{
    private const uint SectionHeader = 0x0A0D0D0A, InterfaceDescription = 1, InterfaceStatistics = 5;
    private const uint ObsoletePacket = 2, SimplePacket = 3, EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1A2B3C4D;
    private const int OptionEnd = 0, OptionName = 2, OptionDescription = 3, OptionResolution = 9, OptionOffset = 14;
    private const int OptionReceived = 4, OptionInterfaceDrops = 5, OptionSystemDrops = 7;

    /// <summary>Longest block that is read; anything larger that is not a packet is passed over in pieces.</summary>
    private const uint LargestBlock = (128u << 20) + 4096;

    private readonly ByteWindow window;
    private readonly InterfaceList interfaces;
    private readonly SourceCounts counts;
    private readonly List<PcapngTimes> times = [];
    private int sectionStart;
    private bool big;
    private long packets;
    private long bytes;
    private bool anotherFollows;

    public PcapngReader(ByteWindow window, InterfaceList interfaces, SourceCounts counts)
    {
        this.window = window;
        this.interfaces = interfaces;
        this.counts = counts;
        (packets, bytes) = (counts.Packets, counts.Bytes);

        // Of files that were strung together, those before may have described some.
        times.AddRange(Enumerable.Repeat(default(PcapngTimes), interfaces.Count));
    }

    public static bool Recognises(ReadOnlySpan<byte> start) =>
        start.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(start) == SectionHeader;

    /// <summary>Whether a section begins there: a Section Header Block with its byte-order mark.</summary>
    public static bool Begins(ReadOnlySpan<byte> start) =>
        start.Length >= 12 && Recognises(start) && (BinaryPrimitives.ReadUInt32LittleEndian(start[8..]) == ByteOrderMagic
            || BinaryPrimitives.ReadUInt32BigEndian(start[8..]) == ByteOrderMagic);

    /// <summary>Reads to the end, or to where a pcap file begins: then true.</summary>
    public bool Run(IPacketSink sink, CancellationToken cancellationToken)
    {
        try
        {
            for (int blocks = 0; Block(sink); blocks++)
            {
                if ((blocks & 0x3FF) == 0)
                {
                    counts.Publish(packets, bytes);
                    if (cancellationToken.IsCancellationRequested || !sink.OnTick(0))
                    {
                        return false;
                    }
                }
            }

            return anotherFollows;
        }
        finally
        {
            counts.Publish(packets, bytes);
        }
    }

    /// <summary>Reads one block; false at the end of the file, or where the sink wants no more.</summary>
    private bool Block(IPacketSink sink)
    {
        ReadOnlySpan<byte> header = window.Peek(12);
        if (header.IsEmpty)
        {
            return false;
        }

        if (header.Length < 12)
        {
            throw Truncated("the file ends within a block's header");
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(header) == SectionHeader)
        {
            ByteOrder(header);
        }

        if (PcapReader.Recognises(header) && PcapReader.Begins(window.Peek(24)))
        {
            anotherFollows = true;
            return false;
        }

        header = window.Peek(12);
        if (!header.ContainsAnyExcept((byte)0))
        {
            throw Damaged("from here on there are only zeros (a disk that was full, or a machine that went off?)");
        }

        uint type = U32(header, 0);
        uint length = U32(header, 4);
        if (length < 12)
        {
            throw Damaged($"a block claims a length of {length} bytes");
        }

        if (length > LargestBlock || !IsRead(type))
        {
            if (IsRead(type))
            {
                throw Damaged($"a block claims a length of {length} bytes");
            }

            Skip(length);
            return true;
        }

        // Blocks are padded to 4 bytes; a length that is not is taken at its word when the block ends there.
        int whole = (int)((length + 3) & ~3u);
        ReadOnlySpan<byte> block = window.Peek(whole);
        if (block.Length < whole)
        {
            throw Truncated("the file ends within a block");
        }

        // A block that ends in another length than it begins with is damaged in one of them, and so is whatever seems to follow.
        if (U32(block, whole - 4) is var trailing && trailing != length)
        {
            throw Damaged($"a block's length is {length} at its begin and {trailing} at its end");
        }

        bool more = Body(type, block[8..(whole - 4)], sink);
        window.Advance(whole);
        return more;
    }

    private static bool IsRead(uint type) =>
        type is SectionHeader or InterfaceDescription or ObsoletePacket or SimplePacket or InterfaceStatistics or EnhancedPacket;

    private bool Body(uint type, ReadOnlySpan<byte> body, IPacketSink sink)
    {
        switch (type)
        {
            case SectionHeader:
                Need(body, 8);
                CheckVersion(U16(body, 4), U16(body, 6));
                sectionStart = interfaces.Count;
                return true;
            case InterfaceDescription:
                AddInterface(body);
                return true;
            case EnhancedPacket:
                Need(body, 20);
                ulong stamp = ((ulong)U32(body, 4) << 32) | U32(body, 8);
                return Packet(sink, (int)Math.Min(U32(body, 0), int.MaxValue), stamp, U32(body, 12), U32(body, 16), body[20..]);
            case ObsoletePacket:
                Need(body, 20);
                return Packet(sink, U16(body, 0), ((ulong)U32(body, 4) << 32) | U32(body, 8), U32(body, 12), U32(body, 16), body[20..]);
            case SimplePacket:
                Need(body, 4);
                uint wire = U32(body, 0);
                uint snap = sectionStart < times.Count && times[sectionStart].SnapLength is > 0 and var limit ? limit : uint.MaxValue;
                return Packet(sink, 0, null, Math.Min(Math.Min(wire, snap), (uint)body.Length - 4), wire, body[4..]);
            default:
                Statistics(body);
                return true;
        }
    }

    private bool Packet(IPacketSink sink, int interfaceId, ulong? stamp, uint captured, uint wire, ReadOnlySpan<byte> data)
    {
        int index = sectionStart + interfaceId;
        if (interfaceId < 0 || index >= times.Count || index < sectionStart)
        {
            throw Damaged($"a packet names interface {interfaceId}, which this section does not describe");
        }

        if (captured > (uint)data.Length)
        {
            throw Damaged($"a packet claims {captured} captured bytes in a block that holds {data.Length}");
        }

        int linkType = interfaces[index].LinkType;
        if (captured > LinkTypeNumbers.LargestPacket(linkType))
        {
            throw Damaged($"a packet claims {captured} captured bytes");
        }

        long time = stamp is { } value ? times[index].Nanoseconds(value) : 0;
        RawPacket packet = new(time, (int)Math.Min(wire, int.MaxValue), linkType, index, data[..(int)captured]);
        packets++;
        bytes += packet.WireLength;
        return sink.OnPacket(packet);
    }

    /// <summary>Interface Description Block: link type, reserved, snap length, options.</summary>
    private void AddInterface(ReadOnlySpan<byte> body)
    {
        Need(body, 8);
        string name = "", description = "";
        byte resolution = 6;
        long offset = 0;
        ReadOnlySpan<byte> options = body[8..];
        while (NextOption(ref options, out int code, out ReadOnlySpan<byte> value))
        {
            switch (code)
            {
                case OptionName:
                    name = SafeName(value);
                    break;
                case OptionDescription:
                    description = SafeName(value);
                    break;
                case OptionResolution when value.Length >= 1:
                    resolution = value[0];
                    break;
                case OptionOffset when value.Length >= 8:
                    offset = big ? BinaryPrimitives.ReadInt64BigEndian(value) : BinaryPrimitives.ReadInt64LittleEndian(value);
                    break;
                default:
                    break;
            }
        }

        if (interfaces.Count > ushort.MaxValue)
        {
            throw Damaged("more than 65,536 interfaces are described");
        }

        // On Windows the name is a device path that says nothing to people.
        if (description.Length > 0 && (name.Length == 0 || name.StartsWith('\\')))
        {
            name = description;
        }

        interfaces.Add(new PacketInterface(name, LinkTypeNumbers.FromFile(U16(body, 0))));
        times.Add(new PcapngTimes(resolution, offset, U32(body, 4)));
    }

    // Whoever made the file chose the name; it goes on to terminals, files and pages.
    private static string SafeName(ReadOnlySpan<byte> value)
    {
        const int longest = 4 * PlainName.Longest; // bytes of UTF-8
        return PlainName.Clean(Encoding.UTF8.GetString(value.Length > longest ? value[..longest] : value).TrimEnd('\0'));
    }

    /// <summary>Interface Statistics Block: interface, time stamp, options; all of them count from the start of the capture.</summary>
    private void Statistics(ReadOnlySpan<byte> body)
    {
        if (body.Length < 12 || U32(body, 0) >= (uint)(times.Count - sectionStart))
        {
            return;
        }

        int index = sectionStart + (int)U32(body, 0);
        InterfaceStatistics found = new(interfaces[index], 0, 0, 0);
        ReadOnlySpan<byte> options = body[12..];
        while (NextOption(ref options, out int code, out ReadOnlySpan<byte> value))
        {
            if (value.Length < 8)
            {
                continue;
            }

            long count = Math.Max(0, big ? BinaryPrimitives.ReadInt64BigEndian(value) : BinaryPrimitives.ReadInt64LittleEndian(value));
            found = code switch
            {
                OptionReceived => found with { Received = count },
                OptionInterfaceDrops => found with { InterfaceDrops = count },
                OptionSystemDrops => found with { KernelDrops = count },
                _ => found,
            };
        }

        counts.Add(index, found);
    }

    /// <summary>Options: code, length, value padded to 4 bytes.</summary>
    private bool NextOption(ref ReadOnlySpan<byte> options, out int code, out ReadOnlySpan<byte> value)
    {
        code = OptionEnd;
        value = default;
        if (options.Length < 4)
        {
            return false;
        }

        code = U16(options, 0);
        int length = U16(options, 2);
        if (code == OptionEnd || options.Length < 4 + length)
        {
            return false;
        }

        value = options.Slice(4, length);
        int padded = 4 + ((length + 3) & ~3);
        options = options.Length > padded ? options[padded..] : default;
        return true;
    }

    private void ByteOrder(ReadOnlySpan<byte> header)
    {
        big = BinaryPrimitives.ReadUInt32BigEndian(header[8..]) == ByteOrderMagic;
        if (!big && BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) != ByteOrderMagic)
        {
            throw Damaged("a section's byte-order mark is wrong");
        }
    }

    /// <summary>draft-ietf-opsawg-pcapng section 4.1: 1.0, and 1.2, which some wrote for the same; others cannot be read.</summary>
    private void CheckVersion(int major, int minor)
    {
        if (major != 1 || minor is not (0 or 2))
        {
            throw Damaged($"a section is of pcapng version {major}.{minor}, which is not known here (1.0 is)");
        }
    }

    private void Skip(uint length)
    {
        long block = window.Offset;
        long left = (length + 3L) & ~3L;
        while (left > 0)
        {
            int piece = window.Peek((int)Math.Min(left, 1 << 16)).Length;
            if (piece == 0)
            {
                throw new CaptureFormatException("the file ends within a block", block, truncated: true);
            }

            window.Advance(piece);
            left -= piece;
        }
    }

    private void Need(ReadOnlySpan<byte> body, int length)
    {
        if (body.Length < length)
        {
            throw Damaged("a block is shorter than its kind needs");
        }
    }

    private CaptureFormatException Damaged(string what) => new(what, window.Offset, truncated: false);

    private CaptureFormatException Truncated(string what) => new(what, window.Offset, truncated: true);

    private uint U32(ReadOnlySpan<byte> data, int at) =>
        big ? BinaryPrimitives.ReadUInt32BigEndian(data[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);

    private ushort U16(ReadOnlySpan<byte> data, int at) =>
        big ? BinaryPrimitives.ReadUInt16BigEndian(data[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(data[at..]);
}
