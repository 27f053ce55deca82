using System.Globalization;
using System.Text;

namespace NetTraffic.Decode;

/// <content>ICMP, ICMPv6, IGMP, ARP and LLDP.</content>
public static partial class PacketText
{
    private static readonly string[] Unreachable =
    [
        "Network unreachable", "Host unreachable", "Protocol unreachable", "Port unreachable", "Fragmentation needed",
        "Source route failed",
        "Network unknown", "Host unknown", "Source host isolated", "Network administratively prohibited",
        "Host administratively prohibited",
        "Network unreachable for TOS", "Host unreachable for TOS", "Communication administratively filtered", "Host precedence violation",
        "Precedence cutoff in effect",
    ];

    private static readonly string[] UnreachableV6 =
    [
        "no route to destination", "administratively prohibited", "beyond scope of source address", "Address unreachable",
        "Port unreachable", "source address failed policy", "reject route to destination",
    ];

    /// <summary>RFC 792, 950 and 1256: type, code, checksum, then by type.</summary>
    private static void Icmp(StringBuilder line, ReadOnlySpan<byte> message)
    {
        (byte type, byte code) = (message[0], message[1]);
        switch (type)
        {
            case 0 or 8 or 13 or 14 when message.Length >= 8:
                line.Append(type switch
                {
                    0 => "Echo (ping) reply",
                    8 => "Echo (ping) request",
                    13 => "Timestamp request",
                    _ => "Timestamp reply"
                });
                line.Append(CultureInfo.InvariantCulture, $" id=0x{U16(message, 4):x4} seq={U16(message, 6)}");
                break;
            case 3:
                line.Append("Destination unreachable (").Append(code < Unreachable.Length ? Unreachable[code] : $"code {code}");
                if (code == 4 && message.Length >= 8)
                {
                    line.Append(CultureInfo.InvariantCulture, $", MTU {U16(message, 6)}");
                }

                line.Append(')');
                break;
            case 5:
                line.Append("Redirect").Append(message.Length >= 8 ? " to " + IPv4Text(message[4..]) : "");
                break;
            case 11:
                line.Append("Time-to-live exceeded").Append(code == 1 ? " (Fragment reassembly time exceeded)" : "");
                break;
            default:
                string? name = type switch
                {
                    0 => "Echo (ping) reply",
                    4 => "Source quench",
                    8 => "Echo (ping) request",
                    9 => "Router advertisement",
                    10 => "Router solicitation",
                    12 => "Parameter problem",
                    17 => "Address mask request",
                    18 => "Address mask reply",
                    _ => null
                };
                line.Append(name ?? string.Create(CultureInfo.InvariantCulture, $"Type {type} code {code}"));
                break;
        }
    }

    /// <summary>RFC 4443, 4861, 2710 and 3810.</summary>
    private static void IcmpV6(StringBuilder line, ReadOnlySpan<byte> message)
    {
        (byte type, byte code) = (message[0], message[1]);
        switch (type)
        {
            case 1:
                line.Append("Destination unreachable (").Append(code < UnreachableV6.Length ? UnreachableV6[code] : $"code {code}")
                    .Append(')');
                break;
            case 2:
                line.Append("Packet too big").Append(message.Length >= 8 ? string.Create(CultureInfo.InvariantCulture,
                    $" (MTU {U32(message, 4)})") : "");
                break;
            case 3:
                line.Append("Time exceeded")
                    .Append(code == 0 ? " (hop limit exceeded in transit)" : " (fragment reassembly time exceeded)");
                break;
            case 128 or 129:
                line.Append(type == 128 ? "Echo (ping) request" : "Echo (ping) reply");
                line.Append(message.Length >= 8 ? string.Create(CultureInfo.InvariantCulture,
                    $" id=0x{U16(message, 4):x4} seq={U16(message, 6)}") : "");
                break;
            case 135 or 136:
                line.Append(type == 135 ? "Neighbor solicitation" : "Neighbor advertisement");
                line.Append(message.Length >= 24 ? (type == 135 ? " for " : " ") + IPv6Text(message[8..]) : "");
                break;
            default:
                string? name = type switch
                {
                    4 => "Parameter problem",
                    130 => "Multicast listener query",
                    131 => "Multicast listener report",
                    132 => "Multicast listener done",
                    133 => "Router solicitation",
                    134 => "Router advertisement",
                    137 => "Redirect",
                    143 => "Multicast listener report v2",
                    _ => null,
                };
                line.Append(name ?? string.Create(CultureInfo.InvariantCulture, $"Type {type} code {code}"));
                break;
        }
    }

    /// <summary>RFC 2236 and 3376: type, time, checksum, group.</summary>
    private static void Igmp(StringBuilder line, ReadOnlySpan<byte> message)
    {
        string name = message[0] switch
        {
            0x11 => "Membership query",
            0x12 or 0x16 or 0x22 => "Membership report",
            0x17 => "Leave group",
            _ => string.Create(CultureInfo.InvariantCulture, $"IGMP type 0x{message[0]:x2}")
        };
        line.Append(name).Append(message[0] == 0x22 || U32(message, 4) == 0 ? "" : " " + IPv4Text(message[4..]));
    }

    /// <summary>RFC 826: hardware and protocol type and length, operation, then sender's and target's addresses.</summary>
    private static void Arp(StringBuilder line, ReadOnlySpan<byte> message)
    {
        (int hardware, int protocol, int operation) = (message[4], message[5], U16(message, 6));
        if (protocol != 4 || U16(message, 2) != 0x0800 || message.Length < 8 + (2 * (hardware + protocol)))
        {
            line.Append(CultureInfo.InvariantCulture, $"ARP operation {operation}");
            return;
        }

        ReadOnlySpan<byte> senderMac = message.Slice(8, hardware);
        string sender = IPv4Text(message[(8 + hardware)..]);
        ReadOnlySpan<byte> targetMac = message.Slice(12 + hardware, hardware);
        string target = IPv4Text(message[(12 + (2 * hardware))..]);
        switch (operation)
        {
            case 1 when sender == target:
                line.Append("ARP announcement for ").Append(sender);
                break;
            case 1 when sender == "0.0.0.0":
                line.Append("Who has ").Append(target).Append("? (ARP probe)");
                break;
            case 1:
                line.Append("Who has ").Append(target).Append("? Tell ").Append(sender);
                break;
            case 2:
                line.Append(sender).Append(" is at ").Append(Mac(senderMac));
                break;
            case 3:
                line.Append("Who is ").Append(Mac(targetMac)).Append("? Tell ").Append(Mac(senderMac));
                break;
            case 4:
                line.Append(Mac(targetMac)).Append(" is at ").Append(target);
                break;
            default:
                line.Append(CultureInfo.InvariantCulture, $"ARP operation {operation} from {sender} to {target}");
                break;
        }
    }

    /// <summary>IEEE 802.1AB: TLVs of 7 bits of type and 9 of length; 4 is the port's description, 5 the system's name.</summary>
    private static void Lldp(StringBuilder line, ReadOnlySpan<byte> content)
    {
        line.Append("LLDP");
        while (content.Length >= 2)
        {
            int type = content[0] >> 1;
            int length = U16(content, 0) & 0x1FF;
            if (type == 0 || content.Length - 2 < length)
            {
                return;
            }

            if (type is 4 or 5 && length > 0)
            {
                line.Append(type == 4 ? " port " : " system ").Append(Latin(content.Slice(2, length)));
            }

            content = content[(2 + length)..];
        }
    }
}
