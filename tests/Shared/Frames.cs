using System.Buffers.Binary;
using System.Net;
using NetTraffic.Packets;

namespace NetTraffic.Testing;

/// <summary>Frames byte by byte. Checksums are left 0: nothing here looks at them.</summary>
internal static class Frames
{
    public static readonly byte[] MacA = [0x02, 0, 0, 0, 0, 0x0A];
    public static readonly byte[] MacB = [0x02, 0, 0, 0, 0, 0x0B];

    public static byte[] Ethernet(int etherType, params byte[] payload) => [.. MacB, .. MacA, .. U16(etherType), .. payload];

    public static byte[] Vlan(int vlan, int etherType, params byte[] payload) => [.. U16(vlan), .. U16(etherType), .. payload];

    public static byte[] IPv4(string source, string destination, byte protocol, byte[] payload, int fragment = 0, int id = 1,
        byte[]? options = null)
    {
        options ??= [];
        int header = 20 + options.Length;
        return
        [
            (byte)(0x40 | (header / 4)), 0, .. U16(header + payload.Length), .. U16(id), .. U16(fragment), 64, protocol, 0, 0,
            .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(), .. options, .. payload,
        ];
    }

    public static byte[] IPv6(string source, string destination, byte next, byte[] payload) =>
        [0x60, 0, 0, 0, .. U16(payload.Length), next, 64, .. IPAddress.Parse(source).GetAddressBytes(),
            .. IPAddress.Parse(destination).GetAddressBytes(), .. payload];

    public static byte[] Udp(int source, int destination, params byte[] payload) =>
        [.. U16(source), .. U16(destination), .. U16(8 + payload.Length), 0, 0, .. payload];

    public static byte[] Tcp(int source, int destination, TcpFlags flags, uint sequence = 1, uint acknowledgement = 0,
        params byte[] payload) =>
        [.. U16(source), .. U16(destination), .. U32(sequence), .. U32(acknowledgement), 0x50, (byte)flags, .. U16(8192), 0, 0, 0, 0,
            .. payload];

    public static byte[] Icmp(byte type, byte code, params byte[] payload) => [type, code, 0, 0, .. payload];

    public static byte[] U16(int value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }

    public static byte[] U32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
