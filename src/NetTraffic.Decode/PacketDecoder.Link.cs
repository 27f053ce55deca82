using System.Buffers.Binary;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>Link layers and what stands between them and IP.</content>
public sealed partial class PacketDecoder
{
    private void Link(int linkType, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        switch (linkType)
        {
            case LinkTypes.Null or LinkTypes.Loop:
                Loopback(linkType, data, ref packet);
                break;
            case LinkTypes.Raw or LinkTypes.RawBsd or LinkTypes.RawOpenBsd or LinkTypes.IPv4 or LinkTypes.IPv6:
                Ip(data, ref packet, 1);
                break;
            case LinkTypes.LinuxSll:
                CookedV1(data, ref packet);
                break;
            case LinkTypes.LinuxSll2:
                CookedV2(data, ref packet);
                break;
            case LinkTypes.Ppp or LinkTypes.PppHdlc or LinkTypes.PppPppd:
                // pppd's direction byte stands where HDLC's address byte would; 1 is no protocol number.
                Ppp(linkType == LinkTypes.PppPppd && data.Length > 0 && data[0] is 0 or 1 ? data[1..] : data, ref packet, 1);
                break;
            case LinkTypes.PppWithDirection:
                Ppp(After(data, 1), ref packet, 1);
                break;
            case LinkTypes.PppEther:
                PppoeSession(data, ref packet, 1);
                break;
            case LinkTypes.CiscoHdlc:
                CiscoHdlc(data, ref packet);
                break;
            case LinkTypes.CiscoHdlcWithDirection:
                CiscoHdlc(After(data, 1), ref packet);
                break;
            case LinkTypes.FrameRelay:
                FrameRelay(data, ref packet, 1);
                break;
            case LinkTypes.AtmRfc1483:
                Llc(data, ref packet, 1);
                break;
            case LinkTypes.Fddi:
                Llc(After(data, 13), ref packet, 1);
                break;
            case LinkTypes.TokenRing:
                TokenRing(data, ref packet);
                break;
            case LinkTypes.IpOverFc:
                Llc(After(data, 16), ref packet, 1);
                break;
            case LinkTypes.NetAnalyzer:
                Ethernet(After(data, 4), ref packet, 0);
                break;
            default:
                LinkOfTools(linkType, data, ref packet);
                break;
        }
    }

    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> data, int length) => data.Length > length ? data[length..] : default;

    /// <summary>IEEE 802.3: destination, source, EtherType or length (1500 and below: an LLC header follows).</summary>
    private void Ethernet(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 14)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        if (depth == 0)
        {
            ulong first = BinaryPrimitives.ReadUInt64BigEndian(data);
            packet.DestinationMac = first >> 16;
            packet.SourceMac = ((first & 0xFFFF) << 32) | U32(data, 8);
        }

        ushort type = U16(data, 12);
        if (type == 0x0800)
        {
            IPv4(data[14..], ref packet, depth + 1);
        }
        else
        {
            TypeOrLength(type, data[14..], ref packet, depth + 1);
        }
    }

    private void TypeOrLength(ushort type, ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (type > 1500)
        {
            Payload(type, data, ref packet, depth);
            return;
        }

        // The length leaves out padding. Novell's raw 802.3 puts IPX right here, which starts with 0xFFFF and is no LLC.
        ReadOnlySpan<byte> content = Cut(data, type);
        if (content.Length >= 2 && U16(content, 0) != 0xFFFF)
        {
            Llc(content, ref packet, depth);
        }
    }

    /// <summary>What an EtherType names: IP, a tag before another EtherType, or something that is counted under its EtherType.</summary>
    private void Payload(ushort etherType, ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (depth > MaxDepth)
        {
            Fail(ref packet, DecodeFailure.TooDeep);
            return;
        }

        SetEtherType(ref packet, etherType, data.Length);
        switch (etherType)
        {
            case 0x0800:
                IPv4(data, ref packet, depth);
                break;
            case 0x86DD:
                IPv6(data, ref packet, depth);
                break;
            case 0x8100 or 0x88A8 or 0x9100: // IEEE 802.1Q clause 9.6: priority, DEI and VLAN identifier, then an EtherType
                if (data.Length < 4)
                {
                    Fail(ref packet, DecodeFailure.TruncatedLink);
                    return;
                }

                if (packet.VlanId == DecodedPacket.NoVlan)
                {
                    packet.VlanId = (ushort)(U16(data, 0) & 0x0FFF);
                }

                TypeOrLength(U16(data, 2), data[4..], ref packet, depth + 1);
                break;
            case 0x8847 or 0x8848:
                Mpls(data, ref packet, depth);
                break;
            case 0x8864:
                PppoeSession(data, ref packet, depth);
                break;
            case 0x880B:
                Ppp(data, ref packet, depth);
                break;
            case 0x6558:
                Ethernet(data, ref packet, depth);
                break;
            case 0x88E7: // IEEE 802.1ah: flags and I-SID, then a customer frame
                Ethernet(After(data, 4), ref packet, depth);
                break;
            case 0x894F:
                Nsh(data, ref packet, depth);
                break;
            // VN-Tag, E-Tag, Cisco metadata, HSR, 802.1CB: a fixed tag, then an EtherType
            case 0x8926 or 0x893F or 0x8909 or 0x892F or 0xF1C1:
                int length = etherType switch { 0x893F or 0x8909 or 0xF1C1 => 6, _ => 4 };
                if (data.Length >= length + 2 || data.Length >= length)
                {
                    TypeOrLength(U16(data, length - 2), data[length..], ref packet, depth + 1);
                }

                break;
            case 0x22F3: // TRILL (RFC 6325): 6 bytes and options in 4-byte units, then a frame
                if (data.Length >= 6 && 6 + ((((data[0] & 7) << 2) | (data[1] >> 6)) * 4) is var trill && data.Length > trill)
                {
                    Ethernet(data[trill..], ref packet, depth);
                }

                break;
            case 0x4305: // B.A.T.M.A.N. advanced: unicast (type 0x40) carries a frame after 10 bytes, broadcast (0x01) after 14
                if (data.Length > 14 && data[0] is 0x40 or 0x01)
                {
                    OpenTunnel(ref packet, TunnelKind.Other);
                    Ethernet(data[(data[0] == 0x40 ? 10 : 14)..], ref packet, depth);
                }

                break;
            case 0x88E5: // MACsec (IEEE 802.1AE clause 9): readable only where the E and C bits are clear
                if (data.Length >= 8 && (data[0] & 0x0C) == 0 && ((data[0] & 0x20) != 0 ? 14 : 6) is var secTag && data.Length > secTag + 2)
                {
                    TypeOrLength(U16(data, secTag), data[(secTag + 2)..], ref packet, depth + 1);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>IEEE 802.2: DSAP, SSAP, control; SNAP (RFC 1042) adds an organisation and, for organisation 0, an EtherType.</summary>
    private void Llc(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 3)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        if (depth > MaxDepth)
        {
            Fail(ref packet, DecodeFailure.TooDeep);
            return;
        }

        if (data[0] == 0xAA && data[1] == 0xAA && data.Length >= 8)
        {
            uint organisation = U32(data, 2) & 0xFFFFFF;
            ushort type = U16(data, 6);
            switch (organisation)
            {
                case 0x000000 or 0x0000F8: // encapsulated Ethernet, and Cisco's bridged variant of it
                    SnapPayload(type, data[8..], ref packet, depth + 1);
                    break;
                case 0x0080C2 when type is 0x0001 or 0x0007: // RFC 2684: bridged Ethernet with or without FCS, after 2 bytes of padding
                    Ethernet(After(data, 10), ref packet, depth + 1);
                    break;
                default:
                    break;
            }
        }
        else if (data[0] == 0x06 && data[1] == 0x06)
        {
            Ip(data[3..], ref packet, depth + 1);
        }
    }

    // A SNAP EtherType that is not IP stays out of EtherType: the frame itself has none.
    private void SnapPayload(ushort type, ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        ushort before = packet.EtherType;
        Payload(type, data, ref packet, depth);
        if (packet.IpVersion == 0)
        {
            packet.EtherType = before;
        }
    }

    /// <summary>The four bytes of address family before the packet: in either byte order, or an EtherType.</summary>
    private void Loopback(int linkType, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        // PPP in HDLC-like framing turns up under this link type too (old ISDN captures).
        if (linkType == LinkTypes.Null && data[0] == 0xFF && data[1] == 0x03)
        {
            Ppp(data, ref packet, 1);
            return;
        }

        uint family = U32(data, 0);
        if ((family & 0xFFFF0000) != 0)
        {
            family = BinaryPrimitives.ReverseEndianness(family);
        }

        switch (family)
        {
            case 2:
                IPv4(data[4..], ref packet, 1);
                break;
            case 10 or 24 or 28 or 30: // Linux, NetBSD and OpenBSD, FreeBSD, Darwin
                IPv6(data[4..], ref packet, 1);
                break;
            case > 1500 and <= 0xFFFF:
                Payload((ushort)family, data[4..], ref packet, 1);
                break;
            default:
                break;
        }
    }

    /// <summary>LINKTYPE_LINUX_SLL: packet type, ARPHRD type, address length and address, protocol.</summary>
    private void CookedV1(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < 16)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        packet.SourceMac = U16(data, 4) == 6 ? BinaryPrimitives.ReadUInt64BigEndian(data[6..]) >> 16 : 0;
        Cooked(U16(data, 14), U16(data, 2), data[16..], ref packet);
    }

    /// <summary>LINKTYPE_LINUX_SLL2: protocol, reserved, interface index, ARPHRD type, packet type, address length and address.</summary>
    private void CookedV2(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < 20)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        packet.SourceMac = data[11] == 6 ? BinaryPrimitives.ReadUInt64BigEndian(data[12..]) >> 16 : 0;
        Cooked(U16(data, 0), U16(data, 8), data[20..], ref packet);
    }

    private void Cooked(ushort protocol, ushort hardware, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        const ushort arphrdIpGre = 778, arphrdNetlink = 824, arphrdRadiotap = 803, arphrdFrad = 770;
        switch (hardware)
        {
            case arphrdNetlink:
                return;
            case arphrdRadiotap:
                Radiotap(data, ref packet);
                return;
            case arphrdFrad:
                FrameRelay(data, ref packet, 1);
                return;
            case arphrdIpGre:
            default:
                break;
        }

        switch (protocol)
        {
            case 0x0001 or 0x0004: // Novell's 802.3, 802.2
                Llc(data, ref packet, 1);
                break;
            case 0x0003:
                Ethernet(data, ref packet, 1);
                break;
            case 0x0007 or 0x0008:
                Ppp(data, ref packet, 1);
                break;
            case > 1500:
                Payload(protocol, data, ref packet, 1);
                break;
            default:
                break;
        }
    }
}
