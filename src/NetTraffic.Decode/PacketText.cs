using System.Globalization;
using System.Text;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <summary>
/// What a packet says, in one line in the manner of TShark's info column. Never throws on any bytes; the text is bounded and has no control
/// characters. Sequence numbers are those on the wire. Safe for several threads.
/// </summary>
public static partial class PacketText
{
    /// <summary>Characters of a text at most.</summary>
    public const int MaxLength = 256;

    /// <summary>Describes a frame.</summary>
    /// <param name="frame">The captured bytes, from the first byte of the link layer.</param>
    /// <param name="packet">What the decoder found in them.</param>
    public static string Describe(ReadOnlySpan<byte> frame, in DecodedPacket packet)
    {
        ReadOnlySpan<byte> content = packet.TransportAndPayload(frame);
        StringBuilder line = new(80);
        if (packet.IpVersion == 0)
        {
            WithoutIp(line, packet, content, frame.Length);
        }
        else if ((packet.Traits & PacketTraits.LaterFragment) != 0)
        {
            line.Append("Fragment of ").Append(ProtocolNames.IpProtocol(packet.IpProtocol));
            line.Append(CultureInfo.InvariantCulture, $" ID=0x{packet.FragmentId:x4} Len={packet.PayloadLength}");
        }
        else
        {
            WithIp(line, packet, content);
        }

        // An unknown EtherType is what the line says already.
        if (packet.Failure is not (DecodeFailure.None or DecodeFailure.UnknownEtherType))
        {
            line.Append(line.Length > 0 ? " " : "").Append('[').Append(FailureText(packet.Failure)).Append(']');
        }

        return Bounded(line);
    }

    private static void WithIp(StringBuilder line, in DecodedPacket packet, ReadOnlySpan<byte> transport)
    {
        // What a tunnel's fragments carry has its headers in another frame.
        bool whole = (packet.Traits & PacketTraits.HasTransport) != 0 && packet.PayloadOffset > 0;
        switch (packet.IpProtocol)
        {
            case 6 when whole:
                Tcp(line, packet, transport);
                break;
            case 17 when whole:
                Udp(line, packet, transport);
                break;
            case 1 when whole:
                Icmp(line, transport);
                break;
            case 58 when whole:
                IcmpV6(line, transport);
                break;
            case 2 when transport.Length >= 8:
                Igmp(line, transport);
                break;
            default:
                line.Append(CultureInfo.InvariantCulture, $"{ProtocolNames.IpProtocol(packet.IpProtocol)} Len={packet.PayloadLength}");
                break;
        }

        if ((packet.Traits & PacketTraits.Fragment) != 0)
        {
            line.Append(CultureInfo.InvariantCulture, $" [first fragment, ID=0x{packet.FragmentId:x4}]");
        }
    }

    private static void WithoutIp(StringBuilder line, in DecodedPacket packet, ReadOnlySpan<byte> content, int captured)
    {
        switch (packet.EtherType)
        {
            case 0x0806 or 0x8035 when content.Length >= 8:
                Arp(line, content);
                break;
            case 0x888E when content.Length >= 4:
                line.Append("EAPOL ")
                    .Append(content[1] switch { 0 => "EAP packet", 1 => "Start", 2 => "Logoff", 3 => "Key", _ => "message" });
                break;
            case 0x88CC:
                Lldp(line, content);
                break;
            default:
                string name = ProtocolNames.Protocol(0, 0, packet.EtherType, packet.LinkType);
                line.Append(CultureInfo.InvariantCulture, $"{name} {captured} bytes");
                break;
        }
    }

    /// <summary>RFC 9293 section 3.1, and of the options what a handshake agrees on.</summary>
    private static void Tcp(StringBuilder line, in DecodedPacket packet, ReadOnlySpan<byte> segment)
    {
        int header = packet.TransportHeaderLength;
        ReadOnlySpan<byte> payload = segment.Length > header ? segment[header..] : default;
        if ((packet.Traits & PacketTraits.Fragment) == 0 && OverTcp(line, packet, payload))
        {
            return;
        }

        line.Append('[').Append(FlagsText(packet.TcpFlags)).Append(CultureInfo.InvariantCulture, $"] Seq={packet.TcpSequence}");
        if ((packet.TcpFlags & TcpFlags.Ack) != 0)
        {
            line.Append(CultureInfo.InvariantCulture, $" Ack={packet.TcpAcknowledgement}");
        }

        line.Append(CultureInfo.InvariantCulture, $" Win={packet.TcpWindow} Len={packet.PayloadLength}");
        if ((packet.TcpFlags & TcpFlags.Syn) != 0 && segment.Length >= header)
        {
            SynOptions(line, segment[20..header]);
        }
    }

    private static void SynOptions(StringBuilder line, ReadOnlySpan<byte> options)
    {
        const byte end = 0, none = 1, segmentSize = 2, windowScale = 3, selective = 4;
        while (options.Length >= 2 && options[0] != end)
        {
            int length = options[0] == none ? 1 : options[1];
            if (length < 1 || length > options.Length || (options[0] != none && length < 2))
            {
                return;
            }

            switch (options[0])
            {
                case segmentSize when length == 4:
                    line.Append(CultureInfo.InvariantCulture, $" MSS={U16(options, 2)}");
                    break;
                case windowScale when length == 3:
                    line.Append(CultureInfo.InvariantCulture, $" WS={1 << Math.Min((int)options[2], 14)}");
                    break;
                case selective:
                    line.Append(" SACK_PERM");
                    break;
                default:
                    break;
            }

            options = options[length..];
        }
    }

    private static string FlagsText(TcpFlags flags)
    {
        if (flags == TcpFlags.None)
        {
            return "none";
        }

        StringBuilder text = new();
        foreach ((TcpFlags flag, string name) in FlagNames)
        {
            if ((flags & flag) != 0)
            {
                text.Append(text.Length > 0 ? ", " : "").Append(name);
            }
        }

        return text.ToString();
    }

    private static readonly (TcpFlags, string)[] FlagNames =
    [
        (TcpFlags.Fin, "FIN"), (TcpFlags.Syn, "SYN"), (TcpFlags.Rst, "RST"), (TcpFlags.Psh, "PSH"),
        (TcpFlags.Ack, "ACK"), (TcpFlags.Urg, "URG"), (TcpFlags.Ece, "ECE"), (TcpFlags.Cwr, "CWR"),
    ];

    private static void Udp(StringBuilder line, in DecodedPacket packet, ReadOnlySpan<byte> datagram)
    {
        ReadOnlySpan<byte> payload = datagram.Length > 8 ? datagram[8..] : default;
        if (!OverUdp(line, packet, payload))
        {
            line.Append(CultureInfo.InvariantCulture, $"Len={packet.PayloadLength}");
        }
    }

    private static string FailureText(DecodeFailure failure) => failure switch
    {
        DecodeFailure.UnknownLinkType => "unknown link type",
        DecodeFailure.TruncatedLink => "link header cut off",
        DecodeFailure.TruncatedNetwork => "IP header cut off",
        DecodeFailure.TruncatedTransport => "transport header cut off",
        DecodeFailure.TooDeep => "too many headers",
        _ => "malformed header",
    };

    private static string Bounded(StringBuilder line)
    {
        // Escapes make it longer, so it is cut before and after.
        string safe = Display.Text(line.Length > MaxLength ? line.ToString(0, MaxLength) : line.ToString());
        if (safe.Length <= MaxLength && line.Length <= MaxLength)
        {
            return safe;
        }

        int kept = Math.Min(safe.Length, MaxLength - 1);
        kept -= char.IsHighSurrogate(safe[kept - 1]) ? 1 : 0;
        return safe[..kept] + "…";
    }

    private static string Mac(ReadOnlySpan<byte> octets)
    {
        StringBuilder text = new(3 * octets.Length);
        foreach (byte octet in octets)
        {
            text.Append(text.Length > 0 ? ":" : "").Append(octet.ToString("x2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static string IPv4Text(ReadOnlySpan<byte> four) => IpAddress128.FromIPv4(U32(four, 0)).ToString(4);

    private static string IPv6Text(ReadOnlySpan<byte> sixteen) =>
        new IpAddress128(((ulong)U32(sixteen, 0) << 32) | U32(sixteen, 4), ((ulong)U32(sixteen, 8) << 32) | U32(sixteen, 12)).ToString();

    /// <summary>Bytes that should be ASCII; others show as they are in Latin-1 and are made harmless at the end.</summary>
    private static string Latin(ReadOnlySpan<byte> bytes) =>
        Encoding.Latin1.GetString(bytes.Length > MaxLength ? bytes[..MaxLength] : bytes);

    private static ushort U16(ReadOnlySpan<byte> data, int at) => System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(data[at..]);

    private static uint U32(ReadOnlySpan<byte> data, int at) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(data[at..]);
}
