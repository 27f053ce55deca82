using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>Tunnels. An inner packet that cannot be decoded leaves the outer one's addresses and ports in place.</content>
public sealed partial class PacketDecoder
{
    private static bool IsTunnel(byte protocol) =>
        protocol is IpInIpV4 or IpInIpV6 or Gre or AuthenticationHeader or EtherIp or MplsInIp or EthernetInIp or Pim or Igmp;

    private void TunnelInIp(byte protocol, ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        if (depth > MaxDepth)
        {
            Fail(ref packet, DecodeFailure.TooDeep);
            return;
        }

        switch (protocol)
        {
            case IpInIpV4: // RFC 2003, RFC 2473
                OpenTunnel(ref packet, TunnelKind.IpInIp);
                Ip(payload, ref packet, depth);
                break;
            case IpInIpV6: // RFC 2473, RFC 4213
                OpenTunnel(ref packet, TunnelKind.IpInIp);
                IPv6(payload, ref packet, depth);
                break;
            case Gre:
                GreHeader(payload, ref packet, depth);
                break;
            case AuthenticationHeader: // RFC 4302; in IPv4 it is the protocol that the header names, only tunnel mode goes deeper
                if (payload.Length >= 12 && payload[0] is IpInIpV4 or IpInIpV6 && (payload[1] + 2) * 4 is >= 12 and var length
                    && payload.Length >= length)
                {
                    OpenTunnel(ref packet, TunnelKind.IpInIp);
                    Ip(payload[length..], ref packet, depth);
                }

                break;
            case EtherIp: // RFC 3378: 4 bits of version, 12 reserved, then the frame
                if (payload.Length >= 2)
                {
                    OpenTunnel(ref packet, TunnelKind.EtherIp);
                    Ethernet(payload[2..], ref packet, depth);
                }

                break;
            case EthernetInIp: // RFC 8986 section 4.9
                OpenTunnel(ref packet, TunnelKind.Other);
                Ethernet(payload, ref packet, depth);
                break;
            case Pim or Igmp:
                PimRegister(protocol, payload, ref packet, depth);
                break;
            default: // RFC 4023
                OpenTunnel(ref packet, TunnelKind.Mpls);
                Mpls(payload, ref packet, depth);
                break;
        }
    }

    /// <summary>
    /// RFC 7761 section 4.9.3: version 2, type 1, checksum, flags, then the multicast packet that a router sends to the rendezvous
    /// point. Version 1 is the same in IGMP's type 0x14, code 1. A null register carries no packet, or the headers of one.
    /// </summary>
    private void PimRegister(byte protocol, ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        bool register = payload.Length > 8
            && (protocol == Pim ? payload[0] == 0x21 : payload[0] == 0x14 && payload[1] == 1 && payload[4] == 0x10);
        if (register && payload[8] >> 4 is 4 or 6)
        {
            OpenTunnel(ref packet, TunnelKind.Other);
            Ip(payload[8..], ref packet, depth);
        }
    }

    /// <summary>
    /// RFC 2784, 2890: flags (checksum, routing, key, sequence) and version, protocol type, then the optional fields in that order.
    /// RFC 2637 (version 1, PPTP): key, optional sequence and acknowledgement.
    /// </summary>
    private void GreHeader(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedTransport);
            return;
        }

        int flags = U16(data, 0);
        ushort protocol = U16(data, 2);
        int version = flags & 7;
        bool hasSequence = (flags & 0x1000) != 0;
        int length = 4 + ((flags & 0xC000) != 0 ? 4 : 0) + ((flags & 0x2000) != 0 ? 4 : 0) + (hasSequence ? 4 : 0)
            + (version == 1 && (flags & 0x0080) != 0 ? 4 : 0);

        // RFC 1701 source routes: address family, offset, length, then the route; an all-zero entry ends the list.
        for (bool more = (flags & 0x4000) != 0; more && data.Length >= length;)
        {
            if (data.Length < length + 4)
            {
                Fail(ref packet, DecodeFailure.TruncatedTransport);
                return;
            }

            int entry = data[length + 3];
            Mark(HeaderKind.Hidden, data[(length + 4)..], entry);
            more = U16(data, length) != 0 || entry != 0;
            length += 4 + entry;
        }

        if (data.Length < length)
        {
            Fail(ref packet, DecodeFailure.TruncatedTransport);
            return;
        }

        Mark(HeaderKind.Known, data, length);
        ReadOnlySpan<byte> payload = data[length..];
        if (payload.IsEmpty && uncaptured == 0)
        {
            return;
        }

        switch (protocol)
        {
            case 0x88BE when !hasSequence: // ERSPAN (draft-foschiano-erspan): type I has no header of its own
                OpenTunnel(ref packet, TunnelKind.Erspan);
                Ethernet(payload, ref packet, depth);
                break;
            case 0x88BE or 0x22EB:
                OpenTunnel(ref packet, TunnelKind.Erspan);
                Erspan(payload, ref packet, depth);
                break;
            case 0x880B or 0x8881 or 0x88D2: // PPP of PPTP (RFC 2637), CDMA2000
                OpenTunnel(ref packet, TunnelKind.Gre);
                Ppp(payload, ref packet, depth);
                break;
            case 0x883E: // WCCP redirect: version 2 puts 4 bytes before the packet
                OpenTunnel(ref packet, TunnelKind.Gre);
                if (payload.Length < 4)
                {
                    Fail(ref packet, DecodeFailure.TruncatedTransport);
                    return;
                }

                Ip(payload[0] >> 4 == 4 ? payload : payload[4..], ref packet, depth);
                break;
            case CiscoMetadata: // here the EtherType comes first
                OpenTunnel(ref packet, TunnelKind.Gre);
                if (payload.Length < 2 + CiscoMetadataLength)
                {
                    Fail(ref packet, DecodeFailure.TruncatedLink);
                    return;
                }

                Payload(U16(payload, 0), payload[(2 + CiscoMetadataLength)..], ref packet, depth);
                break;
            case 0x6400: // MikroTik's Ethernet over IP
                OpenTunnel(ref packet, TunnelKind.Gre);
                if (payload.Length > 0)
                {
                    Ethernet(payload, ref packet, depth);
                }

                break;
            case 0x6559: // Frame Relay (RFC 2427)
                OpenTunnel(ref packet, TunnelKind.Gre);
                FrameRelay(payload, ref packet, depth);
                break;
            case >= 0x8200 and <= 0x8370 when (protocol & 0xF) == 0: // Aruba access points carry 802.11 frames
                OpenTunnel(ref packet, TunnelKind.Gre);
                Ieee80211(payload, ref packet, depth);
                break;
            default:
                OpenTunnel(ref packet, TunnelKind.Gre);
                Payload(protocol, payload, ref packet, depth);
                break;
        }
    }

    /// <summary>
    /// Types II and III, whose version is 1 and 2: 8 bytes, or 12 and 8 more where the last bit (O) says so. Of another version it is not
    /// known what follows.
    /// </summary>
    private void Erspan(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        int length = data.Length < 12 ? 12 : (data[0] >> 4) switch
        {
            1 => 8,
            2 => 12 + ((data[11] & 1) * 8),
            _ => int.MaxValue,
        };
        if (data.Length >= length)
        {
            Mark(HeaderKind.Hidden, data[Math.Min(length, 12)..], Math.Max(length - 12, 0)); // of type III, the platform's own
            Ethernet(data[length..], ref packet, depth);
        }
    }

    /// <summary>The next-protocol numbers that NSH (RFC 8300 section 2.2) and VXLAN-GPE share.</summary>
    private void NextProtocol(byte protocol, ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        switch (protocol)
        {
            case 1:
                IPv4(payload, ref packet, depth);
                break;
            case 2:
                IPv6(payload, ref packet, depth);
                break;
            case 3:
                Ethernet(payload, ref packet, depth);
                break;
            case 4:
                Nsh(payload, ref packet, depth + 1);
                break;
            case 5:
                Mpls(payload, ref packet, depth);
                break;
            default:
                break;
        }
    }

    /// <summary>RFC 8300 section 2.2: version, TTL and length in 4-byte units, metadata type, next protocol, service path.</summary>
    private void Nsh(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        int length = data.Length >= 8 ? (U16(data, 0) & 0x3F) * 4 : 0;
        if (length < 8 || data.Length < length)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
        }
        else if (depth > MaxDepth)
        {
            Fail(ref packet, DecodeFailure.TooDeep);
        }
        else
        {
            Mark(HeaderKind.Hidden, data[8..], length - 8);
            NextProtocol(data[3], data[length..], ref packet, depth);
        }
    }
}
