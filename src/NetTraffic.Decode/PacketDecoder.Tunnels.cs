using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>Tunnels. An inner packet that cannot be decoded leaves the outer one's addresses and ports in place.</content>
public sealed partial class PacketDecoder
{
    private static bool IsTunnel(byte protocol) =>
        protocol is IpInIpV4 or IpInIpV6 or Gre or AuthenticationHeader or EtherIp or MplsInIp or EthernetInIp;

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
                if (payload.Length >= 12 && payload[0] is IpInIpV4 or IpInIpV6 && Math.Max((payload[1] + 2) * 4, 12) is var length && payload.Length > length)
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
            default: // RFC 4023
                OpenTunnel(ref packet, TunnelKind.Mpls);
                Mpls(payload, ref packet, depth);
                break;
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
        if ((flags & 0x4000) != 0 && version == 0)
        {
            while (data.Length >= length + 4)
            {
                int entry = data[length + 3];
                bool last = U16(data, length) == 0 && entry == 0;
                length += 4 + entry;
                if (last)
                {
                    break;
                }
            }
        }

        if (data.Length < length)
        {
            Fail(ref packet, DecodeFailure.TruncatedTransport);
            return;
        }

        ReadOnlySpan<byte> payload = data[length..];
        if (payload.IsEmpty)
        {
            return;
        }

        switch (protocol)
        {
            case 0x88BE: // ERSPAN (draft-foschiano-erspan): type I has no sequence number and no header of its own
                OpenTunnel(ref packet, TunnelKind.Erspan);
                if (!hasSequence)
                {
                    Ethernet(payload, ref packet, depth);
                }
                else if (payload.Length >= 8)
                {
                    Ethernet(payload[8..], ref packet, depth);
                }

                break;
            case 0x22EB: // ERSPAN type III: 12 bytes, 8 more where the last bit (O) says so
                OpenTunnel(ref packet, TunnelKind.Erspan);
                if (payload.Length >= 12 && 12 + ((payload[11] & 1) * 8) is var header && payload.Length >= header)
                {
                    Ethernet(payload[header..], ref packet, depth);
                }

                break;
            case 0x880B or 0x8881 or 0x88D2: // PPP of PPTP (RFC 2637), CDMA2000
                OpenTunnel(ref packet, TunnelKind.Gre);
                Ppp(payload, ref packet, depth);
                break;
            case 0x883E: // WCCP redirect: version 2 puts 4 bytes before the packet
                OpenTunnel(ref packet, TunnelKind.Gre);
                Ip(payload[0] >> 4 == 4 || payload.Length < 4 ? payload : payload[4..], ref packet, depth);
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

    private void TunnelInUdp(ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        // Tunnels are looked for where either port is theirs; the lower port first, as TShark does.
        ushort low = Math.Min(packet.SourcePort, packet.DestinationPort);
        ushort high = Math.Max(packet.SourcePort, packet.DestinationPort);
        if (payload.Length < 4 || high < 1701)
        {
            return;
        }

        if (depth > MaxDepth)
        {
            Fail(ref packet, DecodeFailure.TooDeep);
            return;
        }

        if (!TunnelOnPort(low, payload, ref packet, depth))
        {
            TunnelOnPort(high, payload, ref packet, depth);
        }
    }

    private bool TunnelOnPort(ushort port, ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        switch (port)
        {
            case 4789: // VXLAN (RFC 7348): flags, reserved, VNI, reserved
                if (payload.Length > 8)
                {
                    OpenTunnel(ref packet, TunnelKind.Vxlan);
                    Ethernet(payload[8..], ref packet, depth);
                }

                return true;
            case 4790: // VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe): the next protocol in the fourth byte
                if (payload.Length >= 8)
                {
                    OpenTunnel(ref packet, TunnelKind.Vxlan);
                    NextProtocol(payload[3], payload[8..], ref packet, depth);
                }

                return true;
            case 6081: // Geneve (RFC 8926): version and option length in 4-byte units, flags, protocol type, VNI
                if (payload.Length >= 8 && payload[0] >> 6 == 0 && 8 + ((payload[0] & 0x3F) * 4) is var length && payload.Length >= length)
                {
                    OpenTunnel(ref packet, TunnelKind.Geneve);
                    Payload(U16(payload, 2), payload[length..], ref packet, depth);
                }

                return true;
            case 3544:
                Teredo(payload, ref packet, depth);
                return true;
            case 2152:
                GtpUser(payload, ref packet, depth);
                return true;
            case 1701:
                L2tp(payload, ref packet, depth);
                return true;
            case 4754: // GRE in UDP (RFC 8086)
                GreHeader(payload, ref packet, depth);
                return true;
            case 5072: // AYIYA: identity length, signature length in 4-byte units, operation, next header, time, identity, signature
                int skip = 8 + (1 << (payload[0] >> 4)) + ((payload[1] >> 4) * 4);
                if (payload.Length > skip && payload[3] is IpInIpV4 or IpInIpV6)
                {
                    OpenTunnel(ref packet, TunnelKind.Ayiya);
                    Ip(payload[skip..], ref packet, depth);
                }

                return true;
            case 6635: // MPLS in UDP (RFC 7510)
                OpenTunnel(ref packet, TunnelKind.Mpls);
                Mpls(payload, ref packet, depth);
                return true;
            case 4341: // LISP data (RFC 9300): 8 bytes, then IP
                if (payload.Length > 8)
                {
                    OpenTunnel(ref packet, TunnelKind.Other);
                    Ip(payload[8..], ref packet, depth);
                }

                return true;
            case 37008:
                Tzsp(payload, ref packet, depth);
                return true;
            case 5247:
                CapwapData(payload, ref packet, depth);
                return true;
            default:
                return false;
        }
    }

    /// <summary>RFC 4380 section 5.1.1: optional authentication and origin indications, then an IPv6 packet.</summary>
    private void Teredo(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length >= 4 && U16(data, 0) == 1)
        {
            int length = 4 + data[2] + data[3] + 8 + 1;
            if (data.Length < length)
            {
                return;
            }

            data = data[length..];
        }

        if (data.Length >= 8 && U16(data, 0) == 0)
        {
            data = data[8..];
        }

        if (data.Length > 0 && data[0] >> 4 == 6)
        {
            OpenTunnel(ref packet, TunnelKind.Teredo);
            IPv6(data, ref packet, depth);
        }
    }

    /// <summary>3GPP TS 29.281 section 5.1: version and flags (E, S, PN), type 255 for user data, length, TEID, optional fields, extension headers.</summary>
    private void GtpUser(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 8 || data[0] >> 5 != 1 || (data[0] & 0x10) == 0 || data[1] != 255)
        {
            return;
        }

        int at = 8;
        if ((data[0] & 7) != 0)
        {
            if (data.Length < 12)
            {
                return;
            }

            at = 12;
            byte next = (data[0] & 4) != 0 ? data[11] : (byte)0;
            while (next != 0)
            {
                // Extension headers: length in 4-byte units, content, next type in the last byte.
                int length = at < data.Length ? data[at] * 4 : 0;
                if (length == 0 || at + length > data.Length)
                {
                    return;
                }

                next = data[at + length - 1];
                at += length;
            }
        }

        if (at < data.Length && data[at] >> 4 is 4 or 6)
        {
            OpenTunnel(ref packet, TunnelKind.Gtp);
            Ip(data[at..], ref packet, depth);
        }
    }

    /// <summary>RFC 2661 section 3.1: flags (T, L, S, O, P) and version 2, optional length, tunnel and session, optional Ns and Nr, optional offset, then PPP.</summary>
    private void L2tp(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        int flags = U16(data, 0);
        if ((flags & 0x8000) != 0 || (flags & 15) != 2)
        {
            return;
        }

        int at = 6 + ((flags & 0x4000) != 0 ? 2 : 0) + ((flags & 0x0800) != 0 ? 4 : 0);
        if ((flags & 0x0200) != 0)
        {
            if (data.Length < at + 2)
            {
                return;
            }

            at += 2 + U16(data, at);
        }

        if (data.Length > at)
        {
            OpenTunnel(ref packet, TunnelKind.L2tp);
            Ppp(data[at..], ref packet, depth);
        }
    }

    /// <summary>TaZmen Sniffer Protocol: version 1, type, encapsulated protocol, tagged fields up to tag 1, then the frame.</summary>
    private void Tzsp(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data[0] != 1 || data[1] > 1)
        {
            return;
        }

        int at = 4;
        while (at < data.Length && data[at] != 1)
        {
            at += data[at] == 0 || at + 1 >= data.Length ? 1 : 2 + data[at + 1];
        }

        if (++at >= data.Length)
        {
            return;
        }

        OpenTunnel(ref packet, TunnelKind.Other);
        switch (U16(data, 2))
        {
            case 1:
                Ethernet(data[at..], ref packet, depth);
                break;
            case 18:
                Ieee80211(data[at..], ref packet, depth);
                break;
            default:
                break;
        }
    }

    /// <summary>RFC 5415 section 4.3: preamble 0, header length in 4-byte units, radio, binding (1: 802.11), T for a native frame, F for fragments, K for keep-alive.</summary>
    private void CapwapData(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 8 || data[0] != 0)
        {
            return;
        }

        int length = (data[1] >> 3) * 4;
        const int fragmentOrKeepAlive = 0x88;
        if (length < 8 || (data[3] & fragmentOrKeepAlive) != 0 || data.Length <= length)
        {
            return;
        }

        OpenTunnel(ref packet, TunnelKind.Other);
        if ((data[2] & 1) == 0)
        {
            Ethernet(data[length..], ref packet, depth);
        }
        else if ((data[2] >> 1 & 0x1F) == 1)
        {
            // Access points send the frame control field with its bytes swapped.
            Ieee80211(data[length..], ref packet, depth, swappedFrameControl: true);
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
            NextProtocol(data[3], data[length..], ref packet, depth);
        }
    }
}
