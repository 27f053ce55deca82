using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace NetTraffic.Testing;

/// <summary>Writes numbers in either byte order.</summary>
internal sealed class CaptureBytes(bool big)
{
    private readonly List<byte> stream = [];

    public int Length => stream.Count;

    public bool Big => big;

    public CaptureBytes U16(int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (big)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        }

        return Bytes(bytes);
    }

    public CaptureBytes U32(long value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (big)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        }

        return Bytes(bytes);
    }

    public CaptureBytes U64(ulong value) =>
        big ? U32((long)(value >> 32)).U32((long)(value & 0xFFFFFFFF)) : U32((long)(value & 0xFFFFFFFF)).U32((long)(value >> 32));

    public CaptureBytes Bytes(ReadOnlySpan<byte> bytes)
    {
        stream.AddRange(bytes);
        return this;
    }

    public CaptureBytes Pad()
    {
        while (stream.Count % 4 != 0)
        {
            stream.Add(0);
        }

        return this;
    }

    public byte[] ToArray() => [.. stream];

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}

/// <summary>Writes pcap files as draft-ietf-opsawg-pcap has them, to read them back.</summary>
internal static class PcapBytes
{
    public const int HeaderLength = 24, RecordHeaderLength = 16;

    public static byte[] Write(IEnumerable<TestPacket> packets, int linkType, bool big = false, bool nanoseconds = false)
    {
        CaptureBytes file = new(big);
        file.U32(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4).U16(2).U16(4).U32(0).U32(0).U32(262_144).U32(linkType);
        foreach (TestPacket packet in packets)
        {
            long fraction = packet.TimestampNs % 1_000_000_000;
            file.U32(packet.TimestampNs / 1_000_000_000).U32(nanoseconds ? fraction : fraction / 1000).U32(packet.Data.Length)
                .U32(packet.WireLength).Bytes(packet.Data);
        }

        return file.ToArray();
    }
}

/// <summary>Writes pcapng files block by block as draft-ietf-opsawg-pcapng has them.</summary>
internal sealed class PcapngBytes(bool big = false)
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private readonly List<byte> file = [];

    public PcapngBytes Section()
    {
        CaptureBytes body = new(big);
        return Block(SectionHeader, body.U32(0x1A2B3C4D).U16(1).U16(0).U64(ulong.MaxValue));
    }

    /// <param name="linkType">LINKTYPE_ value.</param>
    /// <param name="name">if_name, left out where null.</param>
    /// <param name="resolution">if_tsresol, left out where null.</param>
    /// <param name="offsetSeconds">if_tsoffset, left out where null.</param>
    /// <param name="snapLength">Snap length, 0: none.</param>
    /// <param name="description">if_description, left out where null.</param>
    public PcapngBytes Interface(int linkType, string? name = null, byte? resolution = null, long? offsetSeconds = null,
        int snapLength = 0, string? description = null)
    {
        CaptureBytes body = new(big);
        body.U16(linkType).U16(0).U32(snapLength);
        if (name is not null)
        {
            Option(body, 2, Encoding.UTF8.GetBytes(name));
        }

        if (description is not null)
        {
            Option(body, 3, Encoding.UTF8.GetBytes(description));
        }

        if (resolution is { } power)
        {
            Option(body, 9, [power]);
        }

        if (offsetSeconds is { } offset)
        {
            Option(body, 14, new CaptureBytes(big).U64((ulong)offset).ToArray());
        }

        return Block(1, name is null && description is null && resolution is null && offsetSeconds is null ? body : body.U32(0));
    }

    public PcapngBytes Enhanced(int interfaceId, ulong stamp, byte[] data, int wireLength, bool comment = false)
    {
        CaptureBytes body = new(big);
        body.U32(interfaceId).U32((long)(stamp >> 32)).U32((long)(stamp & 0xFFFFFFFF)).U32(data.Length).U32(wireLength).Bytes(data).Pad();
        if (comment)
        {
            Option(body, 1, "seen"u8);
            body.U32(0);
        }

        return Block(6, body);
    }

    public PcapngBytes Obsolete(int interfaceId, ulong stamp, byte[] data, int wireLength)
    {
        CaptureBytes body = new(big);
        return Block(2,
            body.U16(interfaceId).U16(0xFFFF).U32((long)(stamp >> 32)).U32((long)(stamp & 0xFFFFFFFF)).U32(data.Length).U32(wireLength)
                .Bytes(data).Pad());
    }

    public PcapngBytes Simple(byte[] data, int wireLength) => Block(3, new CaptureBytes(big).U32(wireLength).Bytes(data).Pad());

    public PcapngBytes Statistics(int interfaceId, ulong interfaceDrops, ulong kernelDrops = 0)
    {
        CaptureBytes body = new(big);
        body.U32(interfaceId).U32(0).U32(0);
        Option(body, 5, new CaptureBytes(big).U64(interfaceDrops).ToArray());
        Option(body, 7, new CaptureBytes(big).U64(kernelDrops).ToArray());
        return Block(5, body.U32(0));
    }

    /// <summary>Any other block.</summary>
    public PcapngBytes Custom(uint type, byte[] content) => Block(type, new CaptureBytes(big).Bytes(content).Pad());

    /// <summary>What follows, perhaps of the other byte order.</summary>
    public PcapngBytes Append(PcapngBytes other)
    {
        file.AddRange(other.file);
        return this;
    }

    public byte[] ToArray() => [.. file];

    private static void Option(CaptureBytes body, int code, ReadOnlySpan<byte> value) =>
        body.U16(code).U16(value.Length).Bytes(value).Pad();

    private PcapngBytes Block(uint type, CaptureBytes body)
    {
        CaptureBytes block = new(big);
        int length = body.Length + 12;
        file.AddRange(block.U32(type).U32(length).Bytes(body.ToArray()).U32(length).ToArray());
        return this;
    }
}
