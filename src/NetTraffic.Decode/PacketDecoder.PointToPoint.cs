using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>PPP and what carries it, MPLS, and other links than Ethernet and Linux's cooked ones.</content>
public sealed partial class PacketDecoder
{
    /// <summary>
    /// RFC 1662: optional address and control (0xFF 0x03), then a protocol of two bytes, or of one where it is odd (compressed).
    /// </summary>
    private void Ppp(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length >= 2 && data[0] == 0xFF && data[1] == 0x03)
        {
            data = data[2..];
        }
        else if (data.Length >= 4 && data[0] is 0x0F or 0x8F && data[1] == 0x00 && depth == 1)
        {
            // Cisco HDLC turns up under PPP's link types.
            CiscoHdlc(data, ref packet);
            return;
        }

        if (data.Length < 2)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        if (depth > MaxDepth)
        {
            Fail(ref packet, DecodeFailure.TooDeep);
            return;
        }

        int length = (data[0] & 1) != 0 ? 1 : 2;
        Mark(HeaderKind.Known, data, length);
        ushort protocol = length == 1 ? data[0] : U16(data, 0);
        ReadOnlySpan<byte> payload = data[length..];
        switch (protocol)
        {
            case 0x0021 or 0x0800:
                IPv4(payload, ref packet, depth + 1);
                break;
            case 0x0057 or 0x86DD:
                IPv6(payload, ref packet, depth + 1);
                break;
            case 0x0281 or 0x0283:
                Mpls(payload, ref packet, depth + 1);
                break;
            case 0x003D: // Multilink (RFC 1990), long sequence numbers: only the first fragment of a packet can be read
                if (payload.Length > 4 && (payload[0] & 0x80) != 0)
                {
                    Ppp(payload[4..], ref packet, depth + 1);
                }

                break;
            case 0x0031: // Bridging (RFC 3518): flags, MAC type 1 for Ethernet
                if (payload.Length > 2 && payload[1] == 1)
                {
                    Ethernet(payload[2..], ref packet, depth + 1);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>RFC 2516 section 4: version and type, code, session identifier, length; then PPP.</summary>
    private void PppoeSession(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 6)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        OpenTunnel(ref packet, TunnelKind.Pppoe);
        Mark(HeaderKind.Known, data, 6);
        Ppp(Cut(data[6..], U16(data, 4)), ref packet, depth + 1);
    }

    /// <summary>
    /// RFC 3032 section 2.1: 20 bits of label, class, bottom of stack, TTL; the payload is told by its first nibble (RFC 4928).
    /// </summary>
    private void Mpls(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        while (true)
        {
            if (data.Length < 4)
            {
                Fail(ref packet, DecodeFailure.TruncatedLink);
                return;
            }

            bool bottom = (data[2] & 1) != 0;
            data = data[4..];
            if (bottom)
            {
                break;
            }
        }

        Mark(HeaderKind.Known, data);
        if (data.IsEmpty)
        {
            return;
        }

        if (depth > MaxDepth)
        {
            Fail(ref packet, DecodeFailure.TooDeep);
            return;
        }

        switch (data[0] >> 4)
        {
            case 4:
                IPv4(data, ref packet, depth + 1);
                break;
            case 6:
                IPv6(data, ref packet, depth + 1);
                break;
            case 1 when data.Length >= 4 && U16(data, 2) is 0x0021 or 0x0057: // associated channel (RFC 4385 section 5) of IP
                Ip(data[4..], ref packet, depth + 1);
                break;
            case 0 when data.Length >= 18 && LooksLikeEthernet(data[4..]) && (LeadsToIp(data[4..]) || !LeadsToIp(data)):
                // pseudowire with a control word (RFC 4448); addresses may begin with its 0 too
                Ethernet(data[4..], ref packet, depth + 1);
                break;
            case not 1 when data.Length >= 14 && LooksLikeEthernet(data): // without one
                Ethernet(data, ref packet, depth + 1);
                break;
            default:
                break;
        }
    }

    private static bool LooksLikeEthernet(ReadOnlySpan<byte> data) =>
        U16(data, 12) is var type && (type >= 0x0600 || type <= data.Length - 14);

    private static bool LeadsToIp(ReadOnlySpan<byte> data) =>
        data.Length > 14 && ((ushort)U16(data, 12), data[14] >> 4) is (0x0800, 4) or (0x86DD, 6);

    /// <summary>Cisco HDLC: address (0x0F, 0x8F), control 0, EtherType.</summary>
    private void CiscoHdlc(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        Mark(HeaderKind.Known, data, 4);
        const ushort slarp = 0x8035; // not RARP: an operation, then what may be addresses
        if (U16(data, 2) == slarp)
        {
            SetEtherType(ref packet, slarp, data.Length - 4);
            return;
        }

        SnapPayload(U16(data, 2), data[4..], ref packet, 1);
    }

    /// <summary>RFC 2427: Q.922 address (its last byte has the low bit set), control 3, optional padding, NLPID.</summary>
    private void FrameRelay(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        int at = 0;
        while (at < data.Length && at < 4 && (data[at] & 1) == 0)
        {
            at++;
        }

        at++;
        if (data.Length < at + 2)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        Mark(HeaderKind.Known, data, at + 2);
        if (data[at] != 0x03)
        {
            // Cisco's encapsulation has an EtherType here.
            SnapPayload(U16(data, at), data[(at + 2)..], ref packet, depth + 1);
            return;
        }

        at += data[at + 1] == 0 ? 2 : 1;
        ReadOnlySpan<byte> rest = After(data, at);
        switch (rest.IsEmpty ? 0 : rest[0])
        {
            case 0xCC:
                IPv4(rest[1..], ref packet, depth + 1);
                break;
            case 0x8E:
                IPv6(rest[1..], ref packet, depth + 1);
                break;
            case 0xCF:
                Ppp(rest[1..], ref packet, depth + 1);
                break;
            case 0x80 when rest.Length >= 6 && (U32(rest, 0) & 0xFFFFFF) == 0:
                SnapPayload(U16(rest, 4), rest[6..], ref packet, depth + 1);
                break;
            case 0x80 when rest.Length >= 6 && (U32(rest, 0) & 0xFFFFFF) == 0x0080C2 && U16(rest, 4) is 1 or 7:
                Ethernet(rest[6..], ref packet, depth + 1);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// IEEE 802.5: access and frame control, addresses, a source route where the first bit of the source address says so, LLC.
    /// </summary>
    private void TokenRing(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < 14)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        int route = (data[8] & 0x80) != 0 && data.Length > 14 ? data[14] & 0x1F : 0;

        // Of a frame with a route, the octet that says so stays.
        Mark(HeaderKind.Hidden, data[2..], route == 0 ? 12 : 6);
        Mark(HeaderKind.Hidden, data[9..], 5);
        Llc(After(data, 14 + route), ref packet, 1);
    }
}
