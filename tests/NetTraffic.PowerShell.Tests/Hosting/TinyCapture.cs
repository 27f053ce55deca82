using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;

namespace NetTraffic.PowerShell.Tests.Hosting;

/// <summary>Small capture files, made byte by byte: Ethernet, IPv4, UDP or TCP SYN.</summary>
internal static class TinyCapture
{
    /// <summary>The first packet's time.</summary>
    public static readonly DateTime Start = new(2026, 3, 1, 10, 0, 0, DateTimeKind.Utc);

    /// <summary>A pcap file of <paramref name="flows"/> UDP flows to port 53, two packets each, a second apart.</summary>
    public static byte[] Dns(int flows = 3)
    {
        MemoryStream file = Header();
        for (int i = 0; i < flows; i++)
        {
            string client = $"10.1.{i >> 8}.{i & 255}";
            Packet(file, i, Udp(client, 40000, "192.0.2.53", 53, 30));
            Packet(file, i + 0.5, Udp("192.0.2.53", 53, client, 40000, 80));
        }

        return file.ToArray();
    }

    /// <summary>The same, cut off in the middle of its last packet.</summary>
    public static byte[] Truncated() => Dns(2)[..^20];

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>A pcapng file of one packet, on an interface of any name.</summary>
    public static byte[] OnInterface(string name)
    {
        byte[] packet = Udp("10.9.9.9", 1234, "192.0.2.1", 4321, 10);
        byte[] text = Encoding.UTF8.GetBytes(name);
        MemoryStream file = new();
        Block(file, 0x0A0D0D0A, [.. U32(0x1A2B3C4D), 1, 0, 0, 0, .. U32(-1), .. U32(-1)]);
        Block(file, 1, [1, 0, 0, 0, .. U32(0), 2, 0, (byte)text.Length, 0, .. Padded(text), 0, 0, 0, 0]);
        long us = (long)(Start - DateTime.UnixEpoch).TotalMicroseconds;
        Block(file, 6, [.. U32(0), .. U32((int)(us >> 32)), .. U32((int)us), .. U32(packet.Length), .. U32(packet.Length), .. Padded(packet)]);
        return file.ToArray();
    }

    private static MemoryStream Header()
    {
        MemoryStream file = new();
        file.Write([.. U32(unchecked((int)0xA1B2C3D4)), 2, 0, 4, 0, .. U32(0), .. U32(0), .. U32(65535), .. U32(1)]);
        return file;
    }

    private static void Packet(MemoryStream file, double seconds, byte[] frame)
    {
        long us = (long)(Start.AddSeconds(seconds) - DateTime.UnixEpoch).TotalMicroseconds;
        file.Write([.. U32((int)(us / 1_000_000)), .. U32((int)(us % 1_000_000)), .. U32(frame.Length), .. U32(frame.Length), .. frame]);
    }

    private static byte[] Udp(string source, int sourcePort, string destination, int destinationPort, int payload) =>
    [
        2, 0, 0, 0, 0, 11, 2, 0, 0, 0, 0, 10, 8, 0,
        0x45, 0, .. B16(28 + payload), 0, 1, 0, 0, 64, 17, 0, 0, .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(),
        .. B16(sourcePort), .. B16(destinationPort), .. B16(8 + payload), 0, 0, .. new byte[payload],
    ];

    private static void Block(MemoryStream file, int type, byte[] body) =>
        file.Write([.. U32(type), .. U32(12 + body.Length), .. body, .. U32(12 + body.Length)]);

    private static byte[] Padded(byte[] bytes) => [.. bytes, .. new byte[(4 - (bytes.Length % 4)) % 4]];

    private static byte[] U32(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] B16(int value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
