using System.Buffers.Binary;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>802.11, and link types that put a capture tool's own header before the frame.</content>
public sealed partial class PacketDecoder
{
    private void LinkOfTools(int linkType, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        switch (linkType)
        {
            case LinkTypes.Ieee80211:
                Ieee80211(data, ref packet, 1);
                break;
            case LinkTypes.Ieee80211Radiotap:
                Radiotap(data, ref packet);
                break;
            case LinkTypes.Ieee80211Prism: // the header's length is its second word, in the capturing machine's order
                Ieee80211(AfterOwnLength(data, 4, 144), ref packet, 1);
                break;
            case LinkTypes.Ieee80211Avs: // the same, in network order
                Ieee80211(data.Length >= 8 ? After(data, (int)Math.Min(U32(data, 4), int.MaxValue)) : default, ref packet, 1);
                break;
            case LinkTypes.Ppi: // version, flags, length, link type of the frame, fields
                if (data.Length >= 8 && BinaryPrimitives.ReadUInt16LittleEndian(data[2..]) is >= 8 and var length)
                {
                    Mark(HeaderKind.Hidden, data[8..], length - 8);
                    InnerLink(BinaryPrimitives.ReadUInt32LittleEndian(data[4..]), After(data, length), ref packet);
                }

                break;
            case LinkTypes.Pflog: // length without padding, address family
                if (data.Length >= 4)
                {
                    Mark(HeaderKind.Hidden, data[4..], Math.Max(((data[0] + 3) & ~3) - 4, 0));
                    Ip(After(data, (data[0] + 3) & ~3), ref packet, 1);
                }

                break;
            case LinkTypes.Enc: // address family, SPI, flags
                Ip(After(data, 12), ref packet, 1);
                break;
            case LinkTypes.Ipnet: // version, address family, hook type, length, interfaces, zones
                Ip(After(data, 24), ref packet, 1);
                break;
            case LinkTypes.Nflog:
                Nflog(data, ref packet);
                break;
            default:
                LinkOfHardware(linkType, data, ref packet);
                break;
        }
    }

    /// <summary>A frame of another link type behind a tool's header; no such header stands inside another.</summary>
    private void InnerLink(uint linkType, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        switch (linkType)
        {
            case LinkTypes.Ethernet:
                Ethernet(data, ref packet, 0);
                break;
            case LinkTypes.Ppi or LinkTypes.PktAp or LinkTypes.User2 or > ushort.MaxValue:
                Fail(ref packet, DecodeFailure.UnknownLinkType);
                break;
            default:
                Link((int)linkType, data, ref packet);
                break;
        }
    }

    private static ReadOnlySpan<byte> AfterOwnLength(ReadOnlySpan<byte> data, int at, int otherwise)
    {
        if (data.Length < at + 4)
        {
            return default;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);
        if (length > 0xFFFF)
        {
            length = BinaryPrimitives.ReverseEndianness(length);
        }

        return After(data, length is >= 8 and <= 0xFFFF ? (int)length : otherwise);
    }

    /// <summary>
    /// radiotap.org: version, padding, length (little-endian), presence bits; the flags field tells of padding behind the 802.11 header.
    /// </summary>
    private void Radiotap(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        int length = data.Length >= 8 ? BinaryPrimitives.ReadUInt16LittleEndian(data[2..]) : 0;
        if (length < 8 || data.Length <= length)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        uint present = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        int at = 8;
        for (uint more = present; (more & 0x8000_0000) != 0 && at + 4 <= length; at += 4)
        {
            more = BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);
        }

        bool padded = false;
        if ((present & 2) != 0)
        {
            int flags = (present & 1) != 0 ? ((at + 7) & ~7) + 8 : at;
            padded = flags < length && (data[flags] & 0x20) != 0;
        }

        Ieee80211(data[length..], ref packet, 1, padded: padded);
    }

    /// <summary>
    /// IEEE 802.11 clause 9.2.3: frame control, duration, three or four addresses, sequence, QoS and HT control; data frames carry LLC.
    /// </summary>
    private void Ieee80211(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth, bool padded = false,
        bool swapped = false)
    {
        if (data.Length < 24)
        {
            Fail(ref packet, data.Length < 10 ? DecodeFailure.TruncatedLink : packet.Failure);
            return;
        }

        byte type = data[swapped ? 1 : 0];
        byte flags = data[swapped ? 0 : 1];
        Mark(HeaderKind.Wireless, data, 24);
        bool isData = (type & 0x0F) == 0x08; // of version 0
        bool hasBody = (type & 0x40) == 0;
        bool isProtected = (flags & 0x40) != 0;
        bool laterFragment = (data[swapped ? 23 : 22] & 0x0F) != 0;
        if (!isData || !hasBody || isProtected || laterFragment)
        {
            return;
        }

        bool qos = (type & 0x80) != 0;
        int length = (flags & 3) == 3 ? 30 : 24;
        if (length == 30)
        {
            Mark(HeaderKind.Station, data[24..], 6);
        }

        bool aggregated = qos && data.Length > length && (data[length] & 0x80) != 0;
        length += qos ? 2 : 0;
        length += qos && (flags & 0x80) != 0 ? 4 : 0;
        length = padded ? (length + 3) & ~3 : length;
        Mark(HeaderKind.Known, data, length);
        ReadOnlySpan<byte> body = After(data, length);
        if (!aggregated)
        {
            if (body.Length >= 3)
            {
                Llc(body, ref packet, depth + 1);
            }

            return;
        }

        // A-MSDU: destination, source, length, content, padding to four bytes.
        (int bodyEnd, int bodyUncaptured) = (end, uncaptured);
        while (body.Length > 14)
        {
            Mark(HeaderKind.Boundary, body);
            Mark(HeaderKind.Stations, body, 14);
            int size = U16(body, 12);
            ReadOnlySpan<byte> content = Cut(body[14..], size);
            if (content.Length >= 3)
            {
                Llc(content, ref packet, depth + 1);
            }

            (end, uncaptured) = (bodyEnd, bodyUncaptured);
            body = After(body, (14 + size + 3) & ~3);
        }
    }

    /// <summary>LINKTYPE_NFLOG: family, version, resource, then TLVs in the capturing machine's byte order; type 9 is the packet.</summary>
    private void Nflog(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        byte family = data[0];
        ReadOnlySpan<byte> rest = data[4..];
        while (rest.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            int type = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) & 0x7FFF;
            if (length < 4)
            {
                return;
            }

            if (type == 9)
            {
                ReadOnlySpan<byte> payload = Cut(rest, length)[4..];
                if (family == 2)
                {
                    IPv4(payload, ref packet, 1);
                }
                else if (family == 10)
                {
                    IPv6(payload, ref packet, 1);
                }

                return;
            }

            Mark(HeaderKind.Hidden, rest[4..], length - 4);
            rest = After(rest, (length + 3) & ~3);
        }
    }
}
