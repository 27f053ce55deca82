using System.Buffers.Binary;
using System.Text;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <summary>
/// The name of the server that a packet asks for: the one in a TLS Client Hello (RFC 6066 section 3), or an HTTP request's Host (RFC 9110
/// section 7.2).
/// </summary>
public static class ServerName
{
    private const int MostName = 255;

    private static readonly byte[][] Methods =
    [
        .. new[] { "GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "CONNECT ", "PATCH ", "TRACE ",
            "PROPFIND " }.Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>
    /// The name that a packet asks for, without control characters; null where it asks for none. Cheap for packets that cannot.
    /// </summary>
    /// <param name="packet">The packet.</param>
    /// <param name="decoded">What the decoder found in it.</param>
    public static string? Find(in RawPacket packet, in DecodedPacket decoded)
    {
        const PacketTraits whole = PacketTraits.HasTransport | PacketTraits.Fragment;
        return decoded.IpProtocol == 6 && decoded.IpVersion != 0 && (decoded.Traits & whole) == PacketTraits.HasTransport
            ? InPayload(decoded.Payload(packet.Data)) : null;
    }

    /// <summary>The name in the first bytes of a TCP stream; null where there is none.</summary>
    public static string? InPayload(ReadOnlySpan<byte> payload) =>
        IsTlsRecord(payload) ? TlsServerName(payload) : IsRequest(payload) ? HttpHost(payload) : null;

    /// <summary>Whether the bytes begin with a TLS record: type, version 3.x, a length that one can have.</summary>
    internal static bool IsTlsRecord(ReadOnlySpan<byte> payload) =>
        payload.Length >= 5 && payload[0] is >= 20 and <= 23 && payload[1] == 3 && payload[2] <= 4
            && U16(payload, 3) is > 0 and <= 16_384 + 2048;

    /// <summary>Whether the bytes begin with an HTTP request or response.</summary>
    internal static bool IsHttp(ReadOnlySpan<byte> payload) => payload.StartsWith("HTTP/1."u8) || IsRequest(payload);

    /// <summary>
    /// RFC 8446 section 4.1.2: version, random, session, cipher suites, compression, extensions; extension 0 has the name.
    /// </summary>
    internal static string? TlsServerName(ReadOnlySpan<byte> payload)
    {
        const int recordHeader = 5, handshakeHeader = 4, versionAndRandom = 34;
        if (payload.Length < recordHeader + handshakeHeader + versionAndRandom || payload[0] != 22 || payload[5] != 1)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = payload[(recordHeader + handshakeHeader + versionAndRandom)..];
        if (!Skip(ref rest, 1) || !Skip(ref rest, 2) || !Skip(ref rest, 1) || rest.Length < 2)
        {
            return null;
        }

        rest = rest[2..];
        while (rest.Length >= 4)
        {
            int type = U16(rest, 0);
            int length = U16(rest, 2);
            if (type == 0)
            {
                // A list's length, an entry's type (0: a host name) and the name's length.
                return rest.Length >= 9 && rest[6] == 0 && U16(rest, 7) is var name and > 0 and <= MostName && rest.Length >= 9 + name
                    ? Clean(rest.Slice(9, name)) : null;
            }

            if (rest.Length < 4 + length)
            {
                return null;
            }

            rest = rest[(4 + length)..];
        }

        return null;
    }

    /// <summary>The value of the Host field among an HTTP request's first lines.</summary>
    internal static string? HttpHost(ReadOnlySpan<byte> payload)
    {
        const int mostBytes = 4096;
        ReadOnlySpan<byte> rest = payload[..Math.Min(payload.Length, mostBytes)];
        while (rest.IndexOf((byte)'\n') is var end and >= 0)
        {
            rest = rest[(end + 1)..];
            int stop = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (stop == 0)
            {
                return null;
            }

            if (stop > 5 && Ascii.EqualsIgnoreCase(rest[..5], "host:"u8))
            {
                ReadOnlySpan<byte> value = rest[5..stop].Trim((byte)' ');
                return value.Length is > 0 and <= MostName ? Clean(value) : null;
            }
        }

        return null;
    }

    private static bool IsRequest(ReadOnlySpan<byte> payload)
    {
        foreach (byte[] method in Methods)
        {
            if (payload.StartsWith(method))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Passes over a vector whose length stands before it in so many bytes.</summary>
    private static bool Skip(ref ReadOnlySpan<byte> rest, int lengthBytes)
    {
        if (rest.Length < lengthBytes)
        {
            return false;
        }

        int length = lengthBytes + (lengthBytes == 1 ? rest[0] : U16(rest, 0));
        if (rest.Length < length)
        {
            return false;
        }

        rest = rest[length..];
        return true;
    }

    private static string Clean(ReadOnlySpan<byte> name) => Display.Text(Encoding.Latin1.GetString(name));

    private static ushort U16(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
}
