using System.Globalization;
using System.Text;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>What TCP and UDP carry, told by its first bytes or its port.</content>
public static partial class PacketText
{
    private static readonly string[] TlsHandshakes = MakeTlsHandshakes();

    private static bool OverTcp(StringBuilder line, in DecodedPacket packet, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 4)
        {
            return false;
        }

        if (ServerName.IsTlsRecord(payload))
        {
            Tls(line, payload);
            return true;
        }

        if (ServerName.IsHttp(payload))
        {
            line.Append(payload.StartsWith("HTTP"u8) ? "" : "HTTP ").Append(FirstLine(payload));
            string? host = ServerName.HttpHost(payload);
            line.Append(host is null ? "" : " (Host: ").Append(host).Append(host is null ? "" : ")");
            return true;
        }

        if (IsPort(packet, 53) && payload.Length > 14 && U16(payload, 0) >= 12
            && U16(payload, 0) <= Math.Max(payload.Length - 2, packet.PayloadLength))
        {
            return DnsText.Append(line, "DNS", payload[2..]);
        }

        if (payload.StartsWith("SSH-"u8))
        {
            line.Append(FirstLine(payload));
            return true;
        }

        string? protocol = IsPort(packet, 21) ? "FTP" : IsPort(packet, 25) || IsPort(packet, 587) ? "SMTP" : IsPort(packet, 110) ? "POP3"
            : IsPort(packet, 143) ? "IMAP" : null;
        if (protocol is null || !IsText(payload))
        {
            return false;
        }

        line.Append(protocol).Append(' ').Append(FirstLine(payload));
        return true;
    }

    private static bool OverUdp(StringBuilder line, in DecodedPacket packet, ReadOnlySpan<byte> payload)
    {
        if (IsPort(packet, 53) || IsPort(packet, 5353) || IsPort(packet, 5355))
        {
            return DnsText.Append(line, IsPort(packet, 5353) ? "mDNS" : IsPort(packet, 5355) ? "LLMNR" : "DNS", payload);
        }

        if (IsPort(packet, 67) || IsPort(packet, 68))
        {
            return Dhcp(line, payload);
        }

        if ((IsPort(packet, 546) || IsPort(packet, 547)) && payload.Length >= 4)
        {
            line.Append("DHCPv6 ").Append(payload[0] switch
            {
                1 => "Solicit",
                2 => "Advertise",
                3 => "Request",
                4 => "Confirm",
                5 => "Renew",
                6 => "Rebind",
                7 => "Reply",
                8 => "Release",
                9 => "Decline",
                10 => "Reconfigure",
                11 => "Information-request",
                12 => "Relay-forward",
                13 => "Relay-reply",
                _ => "message",
            }).Append(CultureInfo.InvariantCulture, $" xid=0x{U32(payload, 0) & 0xFFFFFF:x6}");
            return true;
        }

        if (IsPort(packet, 123) && payload.Length >= 48)
        {
            // RFC 5905 section 7.3: leap indicator, version and mode, stratum.
            string mode = (payload[0] & 7) switch
            {
                1 => "symmetric active",
                2 => "symmetric passive",
                3 => "client",
                4 => "server",
                5 => "broadcast",
                6 => "control",
                _ => "private"
            };
            line.Append(CultureInfo.InvariantCulture, $"NTP version {(payload[0] >> 3) & 7}, {mode}, stratum {payload[1]}");
            return true;
        }

        if (IsPort(packet, 1900) && IsText(payload))
        {
            line.Append("SSDP ").Append(FirstLine(payload));
            return true;
        }

        if (IsPort(packet, 5060) && IsText(payload))
        {
            line.Append("SIP ").Append(FirstLine(payload));
            return true;
        }

        if (IsPort(packet, 514) && payload.Length > 2 && payload[0] == '<')
        {
            line.Append("Syslog ").Append(FirstLine(payload));
            return true;
        }

        // RFC 9000 section 17.2: the header's form bit and the fixed bit, then the version.
        if (IsPort(packet, 443) && payload.Length >= 7 && (payload[0] & 0xC0) == 0xC0)
        {
            uint version = U32(payload, 1);
            line.Append("QUIC ").Append(version == 0 ? "Version Negotiation" : ((payload[0] >> 4) & 3) switch
            {
                0 => "Initial",
                1 => "0-RTT",
                2 => "Handshake",
                _ => "Retry"
            });
            line.Append(CultureInfo.InvariantCulture, $" Len={packet.PayloadLength}");
            return true;
        }

        return false;
    }

    /// <summary>
    /// RFC 8446 section 5.1: records of type, version and length; the first handshake messages of those that are not encrypted.
    /// </summary>
    private static void Tls(StringBuilder line, ReadOnlySpan<byte> payload)
    {
        line.Append("TLS");
        bool encrypted = false;
        string last = "";
        for (int records = 0; records < 8 && ServerName.IsTlsRecord(payload); records++)
        {
            int length = U16(payload, 3);
            ReadOnlySpan<byte> content = payload[5..Math.Min(payload.Length, 5 + length)];
            string name = payload[0] switch
            {
                20 => "Change Cipher Spec",
                21 => !encrypted && length == 2 ? "Alert" : "Encrypted Alert",
                22 => encrypted || content.Length < 4 || content[0] >= TlsHandshakes.Length
                    ? "Encrypted Handshake Message"
                    : TlsHandshakes[content[0]],
                _ => "Application Data",
            };
            encrypted |= payload[0] == 20;
            if (name != last)
            {
                line.Append(last.Length > 0 ? ", " : " ").Append(name);
                last = name;
            }

            if (payload[0] == 22 && content.Length >= 4 && content[0] == 1 && ServerName.TlsServerName(payload) is { } server)
            {
                line.Append(" (SNI=").Append(server).Append(')');
            }

            payload = payload[(5 + content.Length)..];
        }
    }

    /// <summary>RFC 2131 section 2, and of the options (RFC 2132) the message type, the address asked for and the client's name.</summary>
    private static bool Dhcp(StringBuilder line, ReadOnlySpan<byte> message)
    {
        const int fixedLength = 236;
        if (message.Length < fixedLength)
        {
            return false;
        }

        string kind = message[0] == 1 ? "BOOTP request" : "BOOTP reply";
        string detail = "";
        ReadOnlySpan<byte> options = message.Length > fixedLength + 4 && U32(message, fixedLength) == 0x63825363
            ? message[(fixedLength + 4)..]
            : default;
        while (options.Length >= 2 && options[0] != 255)
        {
            int length = options[0] == 0 ? 0 : options[1];
            if (options[0] != 0 && options.Length < 2 + length)
            {
                break;
            }

            ReadOnlySpan<byte> value = options[0] == 0 ? default : options.Slice(2, length);
            switch (options[0])
            {
                case 53 when length == 1:
                    kind = "DHCP "
                        + value[0] switch
                        {
                            1 => "Discover",
                            2 => "Offer",
                            3 => "Request",
                            4 => "Decline",
                            5 => "ACK",
                            6 => "NAK",
                            7 => "Release",
                            8 => "Inform",
                            _ => "message"
                        };
                    break;
                case 50 when length == 4:
                    detail += " for " + IPv4Text(value);
                    break;
                case 12 when length > 0:
                    detail += " name " + Latin(value);
                    break;
                default:
                    break;
            }

            options = options[(options[0] == 0 ? 1 : 2 + length)..];
        }

        line.Append(kind).Append(CultureInfo.InvariantCulture, $" xid=0x{U32(message, 4):x8}");
        if (U32(message, 16) != 0)
        {
            line.Append(" address ").Append(IPv4Text(message[16..]));
        }

        line.Append(detail);
        return true;
    }

    private static bool IsPort(in DecodedPacket packet, int port) => packet.SourcePort == port || packet.DestinationPort == port;

    private static string FirstLine(ReadOnlySpan<byte> payload)
    {
        int end = payload.IndexOfAny((byte)'\r', (byte)'\n');
        return Latin(end < 0 ? payload : payload[..end]);
    }

    private static bool IsText(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> start = payload[..Math.Min(payload.Length, 16)];
        return !start.IsEmpty && start.IndexOfAnyExceptInRange((byte)' ', (byte)'~') is var odd
            && (odd < 0 || (odd > 1 && start[odd] is (byte)'\r' or (byte)'\n'));
    }

    private static string[] MakeTlsHandshakes()
    {
        string[] names = new string[25];
        Array.Fill(names, "Encrypted Handshake Message");
        (int, string)[] known =
        [
            (0, "Hello Request"), (1, "Client Hello"), (2, "Server Hello"), (4, "New Session Ticket"), (8, "Encrypted Extensions"),
            (11, "Certificate"), (12, "Server Key Exchange"),
            (13, "Certificate Request"), (14, "Server Hello Done"), (15, "Certificate Verify"), (16, "Client Key Exchange"),
            (20, "Finished"), (22, "Certificate Status"), (24, "Key Update"),
        ];
        foreach ((int type, string name) in known)
        {
            names[type] = name;
        }

        return names;
    }
}
