using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>Tunnels over UDP, told by port and shape.</content>
public sealed partial class PacketDecoder
{
    private void TunnelInUdp(ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        // Tunnels are looked for where either port is theirs; the lower port first, as TShark does.
        ushort low = Math.Min(packet.SourcePort, packet.DestinationPort);
        ushort high = Math.Max(packet.SourcePort, packet.DestinationPort);
        if (payload.Length < 4 || high < lowestTunnelPort)
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
            case 8472: // VXLAN before it had a port: Linux's default, flannel, Cisco OTV
                return VxlanElsewhere(payload, ref packet, depth);
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
                    Mark(HeaderKind.Hidden, payload[8..], length - 8);
                    Payload(U16(payload, 2), payload[length..], ref packet, depth);
                }

                return true;
            case 3544:
                Teredo(payload, ref packet, depth);
                return true;
            case 2152 or 2123 or 3386: // GTP-U; the ports of GTP's control plane and of GTP version 0 carry user data too
                return GtpUser(payload, ref packet, depth);
            case 1701:
                L2tp(payload, ref packet, depth);
                return true;
            case 4754: // GRE in UDP (RFC 8086)
                GreHeader(payload, ref packet, depth);
                return true;
            case 5072: // AYIYA: identity length, signature length in 4-byte units, operation, next header, time, identity, signature
                int skip = 8 + (1 << (payload[0] >> 4)) + ((payload[1] >> 4) * 4);
                if (payload.Length >= skip && payload[3] is IpInIpV4 or IpInIpV6)
                {
                    OpenTunnel(ref packet, TunnelKind.Ayiya);
                    Mark(HeaderKind.Hidden, payload[8..], skip - 8);
                    Ip(payload[skip..], ref packet, depth);
                }

                return true;
            case 6635: // MPLS in UDP (RFC 7510)
                OpenTunnel(ref packet, TunnelKind.Mpls);
                Mpls(payload, ref packet, depth);
                return true;
            case 4341: // LISP data (RFC 9300): 8 bytes, then IP
                if (payload.Length > 8 && payload[8] >> 4 is 4 or 6)
                {
                    OpenTunnel(ref packet, TunnelKind.Other);
                    Ip(payload[8..], ref packet, depth);
                }

                return true;
            case 2268:
                return Amt(payload, ref packet, depth);
            case 37008:
                Tzsp(payload, ref packet, depth);
                return true;
            case 5247:
                CapwapData(payload, ref packet, depth);
                return true;
            default:
                return extraPorts.AsSpan().IndexOf(port) is >= 0 and var at
                    && TunnelOnPort(standardPorts[at], payload, ref packet, depth);
        }
    }

    /// <summary>
    /// VXLAN on a port that other programs use as well: the I flag and the network's number, and what must be 0 is (RFC 7348; flags of
    /// its group policy extension aside).
    /// </summary>
    private bool VxlanElsewhere(ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        if (payload.Length < 8 + 14 || (payload[0] & 0x7F) != 0x08 || payload[7] != 0)
        {
            return false;
        }

        OpenTunnel(ref packet, TunnelKind.Vxlan);
        Ethernet(payload[8..], ref packet, depth);
        return true;
    }

    /// <summary>
    /// Automatic Multicast Tunneling (RFC 7450 section 5.1): version 0 and type; a membership query (4) and update (5) carry IGMP or MLD
    /// in IP behind 12 bytes, multicast data (6) behind 2.
    /// </summary>
    private bool Amt(ReadOnlySpan<byte> payload, ref DecodedPacket packet, int depth)
    {
        int length = payload[0] switch
        {
            4 or 5 => 12,
            6 => 2,
            _ => int.MaxValue,
        };
        if (payload.Length < length || (payload.Length > length && payload[length] >> 4 is not (4 or 6)))
        {
            return false;
        }

        OpenTunnel(ref packet, TunnelKind.Other);
        Ip(payload[length..], ref packet, depth);
        return true;
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

            Mark(HeaderKind.Hidden, data[4..], length - 4);
            data = data[length..];
        }

        if (data.Length >= 8 && U16(data, 0) == 0)
        {
            Mark(HeaderKind.Hidden, data[2..], 6);
            data = data[8..];
        }

        if (data.Length > 0 && data[0] >> 4 == 6)
        {
            OpenTunnel(ref packet, TunnelKind.Teredo);
            IPv6(data, ref packet, depth);
        }
    }

    /// <summary>
    /// 3GPP TS 29.281 section 5.1: version and flags (E, S, PN), type 255 for user data, length, TEID, optional fields, extension
    /// headers. Version 0 (3GPP TS 09.60) has 20 bytes of header and no options.
    /// </summary>
    private bool GtpUser(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        const byte notPrime = 0x10, userData = 255;
        if (data.Length < 8 || data[0] >> 5 > 1 || (data[0] & notPrime) == 0 || data[1] != userData)
        {
            return false;
        }

        int header = data[0] >> 5 == 0 ? 20 : 8;
        data = Cut(data, header + U16(data, 2));
        int at = header;
        if (header == 8 && (data[0] & 7) != 0)
        {
            at = 12;
            byte next = (data[0] & 4) != 0 && data.Length >= 12 ? data[11] : (byte)0;
            while (next != 0)
            {
                // Extension headers: length in 4-byte units, content, next type in the last byte.
                int length = at < data.Length ? data[at] * 4 : 0;
                if (length == 0 || at + length > data.Length)
                {
                    return true;
                }

                Mark(HeaderKind.Hidden, data[(at + 1)..], length - 2);
                next = data[at + length - 1];
                at += length;
            }
        }

        if (at >= data.Length)
        {
            return true;
        }

        OpenTunnel(ref packet, TunnelKind.Gtp);
        if (data[at] is >= 0x45 and <= 0x4F || data[at] >> 4 == 6)
        {
            Ip(data[at..], ref packet, depth);
        }
        else if (data.Length - at >= 14 && LooksLikeEthernet(data[at..]))
        {
            Ethernet(data[at..], ref packet, depth);
        }
        else
        {
            NotOpened(data[at..]);
        }

        return true;
    }

    /// <summary>
    /// RFC 2661 section 3.1: flags (T, L, S, O, P) and version 2, optional length, tunnel and session, optional Ns and Nr, optional
    /// offset, then PPP.
    /// </summary>
    private void L2tp(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        int flags = U16(data, 0);
        if ((flags & 0x8000) != 0 || (flags & 15) != 2)
        {
            return;
        }

        int at = 6 + ((flags & 0x4000) != 0 ? 2 : 0) + ((flags & 0x0800) != 0 ? 4 : 0);
        if ((flags & 0x4000) != 0)
        {
            data = Cut(data, U16(data, 2));
        }

        if ((flags & 0x0200) != 0)
        {
            if (data.Length < at + 2)
            {
                return;
            }

            int padding = U16(data, at);
            Mark(HeaderKind.Hidden, data[(at + 2)..], padding);
            at += 2 + padding;
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
            if (data[at] != 0 && at + 1 < data.Length)
            {
                Mark(HeaderKind.Hidden, data[(at + 2)..], data[at + 1]);
            }

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

    /// <summary>
    /// RFC 5415 section 4.3: preamble 0, header length in 4-byte units, radio, binding (1: 802.11), T for a native frame, F for
    /// fragments, K for keep-alive.
    /// </summary>
    private void CapwapData(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 8 || data[0] != 0)
        {
            return;
        }

        int length = (data[1] >> 3) * 4;
        const int fragment = 0x80, lastFragment = 0x40, keepAlive = 0x08;
        if (length < 8 || (data[3] & keepAlive) != 0 || data.Length <= length)
        {
            return;
        }

        Mark(HeaderKind.Hidden, data[8..], length - 8);
        int offset = U16(data, 6) & 0xFFF8;
        bool last = (data[3] & lastFragment) != 0;
        if ((data[3] & fragment) == 0 || (offset == 0 && last))
        {
            CapwapFrame(data[2], data[length..], ref packet, depth);
            return;
        }

        // Identification, offset in 8-byte units; each access point counts its own. What a fragment carries counts as that of IP does.
        DecodedPacket inner = packet;
        DecodedPacket key = packet;
        key.FragmentId = ((uint)packet.SourcePort << 16) ^ ((uint)packet.DestinationPort << 16) ^ U16(data, 4);
        int carriedLength = Math.Max(packet.PayloadLength - length, 0);
        bool complete;
        if (offset > 0)
        {
            complete = fragments.Later(ref key, FragmentKind.Capwap, offset, carriedLength, last, out inner);
        }
        else
        {
            inner.Tunnel = TunnelKind.None;
            int where = end;
            CapwapFrame(data[2], data[length..], ref inner, depth);
            end = where;
            bool carries = inner.Tunnel != TunnelKind.None && inner.IpVersion != 0;
            complete = fragments.First(key, FragmentKind.Capwap, inner, carries, carriedLength) && carries;
        }

        if (complete)
        {
            Carry(inner, ref packet);
        }
    }

    /// <summary>A tunnel is known by something being in it, so a byte of that is left, emptied.</summary>
    private void NotOpened(ReadOnlySpan<byte> carried) => Mark(HeaderKind.Hidden, carried, 1);

    /// <summary>What CAPWAP carries, by the third byte of its header.</summary>
    private void CapwapFrame(byte binding, ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        OpenTunnel(ref packet, TunnelKind.Other);
        if ((binding & 1) == 0)
        {
            Ethernet(data, ref packet, depth);
        }
        else if ((binding >> 1 & 0x1F) == 1)
        {
            // Access points send the fields for frame control and sequence control with their bytes swapped.
            Ieee80211(data, ref packet, depth, swapped: true);
        }
        else
        {
            NotOpened(data);
        }
    }
}
