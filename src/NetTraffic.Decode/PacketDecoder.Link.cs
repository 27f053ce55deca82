using System.Buffers.Binary;
using System.Runtime.CompilerServices;
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
            case LinkTypes.Raw or LinkTypes.RawBsd or LinkTypes.RawOpenBsd:
                RawIp(data, ref packet);
                break;
            case LinkTypes.IPv4 or LinkTypes.AtmClassicalIp:
                Ip(data, ref packet, 1);
                break;
            case LinkTypes.IPv6:
                IPv6(data, ref packet, 1);
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
                Ppp(AfterCaptureHeader(data, 1, ref packet), ref packet, 1);
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
            case LinkTypes.Fddi: // frame control, addresses
                Mark(HeaderKind.Hidden, After(data, 1), 12);
                Llc(After(data, 13), ref packet, 1);
                break;
            case LinkTypes.TokenRing:
                TokenRing(data, ref packet);
                break;
            case LinkTypes.IpOverFc: // network address header: two bytes before each address
                Mark(HeaderKind.Station, After(data, 2), 6);
                Mark(HeaderKind.Station, After(data, 10), 6);
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

    /// <summary>What follows a header that the capture put there and that was not on the wire: it counts in no length.</summary>
    private static ReadOnlySpan<byte> AfterCaptureHeader(ReadOnlySpan<byte> data, int length, scoped ref DecodedPacket packet)
    {
        packet.WireLength = Math.Max(packet.WireLength - length, 0);
        return After(data, length);
    }

    private void RawIp(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        // Of another version it may be anything: nothing names it.
        if (data.Length > 0 && data[0] >> 4 is not (4 or 6))
        {
            Fail(ref packet, DecodeFailure.Malformed);
            return;
        }

        Ip(data, ref packet, 1);
    }

    /// <summary>IEEE 802.3: destination, source, EtherType or length (1500 and below: an LLC header follows).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Ethernet(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 14)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        if (depth == 0)
        {
            Stations(data, ref packet);
        }

        Mark(HeaderKind.Stations, data, 14);
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

    private static void Stations(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        ulong first = BinaryPrimitives.ReadUInt64BigEndian(data);
        packet.DestinationMac = first >> 16;
        packet.SourceMac = ((first & 0xFFFF) << 32) | U32(data, 8);
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

        Mark(HeaderKind.Known, data, 3);
        if (data[0] == 0xAA && data[1] == 0xAA && data.Length >= 8)
        {
            Mark(HeaderKind.Known, data, 8);
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

    /// <summary>
    /// The four bytes of address family before the packet: in either byte order, or an EtherType, alone or as the second half.
    /// </summary>
    private void Loopback(int linkType, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        Mark(HeaderKind.Known, data, 4);

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
                Ip(data[4..], ref packet, 1);
                break;
            case 10 or 24 or 28 or 30: // Linux, NetBSD and OpenBSD, FreeBSD, Darwin
                IPv6(data[4..], ref packet, 1);
                break;
            case > 1500 and <= 0xFFFF:
                SnapPayload((ushort)family, data[4..], ref packet, 1);
                break;
            case > 0xFFFF when linkType == LinkTypes.Null && U16(data, 2) > 1500:
                SnapPayload(U16(data, 2), data[4..], ref packet, 1);
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

        CookedAddress(U16(data, 4), data[6..]);
        Mark(HeaderKind.Known, data, 16);
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

        CookedAddress(data[11], data[12..]);
        Mark(HeaderKind.Known, data, 20);
        packet.SourceMac = data[11] == 6 ? BinaryPrimitives.ReadUInt64BigEndian(data[12..]) >> 16 : 0;
        Cooked(U16(data, 0), U16(data, 8), data[20..], ref packet);
    }

    /// <summary>Eight bytes of address: a station's and two of padding, or what else the hardware has; of a tunnel an IP address.</summary>
    private void CookedAddress(int length, ReadOnlySpan<byte> data)
    {
        if (length == 6)
        {
            Mark(HeaderKind.Station, data, 6);
            Mark(HeaderKind.Hidden, data[6..], 2);
        }
        else
        {
            Mark(HeaderKind.Hidden, data, 8);
        }
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
