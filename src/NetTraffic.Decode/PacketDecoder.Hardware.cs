using System.Buffers.Binary;
using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>Link types of capture cards, switches and routers, and of rarer networks.</content>
public sealed partial class PacketDecoder
{
    private void LinkOfHardware(int linkType, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        switch (linkType)
        {
            case LinkTypes.Erf:
                Erf(data, ref packet);
                break;
            case LinkTypes.PktAp or LinkTypes.User2:
                PktAp(linkType, data, ref packet);
                break;
            case LinkTypes.IpOverInfiniBand: // RFC 4391 section 6: 40 bytes of GRH, EtherType, two reserved bytes
                Mark(HeaderKind.Hidden, data, 40);
                Headed(40, 2, data, ref packet);
                break;
            case LinkTypes.AppleIpOverFireWire: // both EUI-64 addresses, EtherType
                Mark(HeaderKind.Hidden, data, 16);
                Headed(16, 0, data, ref packet);
                break;
            case LinkTypes.Arcnet or LinkTypes.ArcnetLinux:
                Arcnet(linkType == LinkTypes.Arcnet, data, ref packet);
                break;
            case LinkTypes.SunAtm:
                SunAtm(data, ref packet);
                break;
            case LinkTypes.EthernetMPacket: // IEEE 802.3 table 99-1: seven bytes of preamble, start delimiter (express, preemptable 0 to 3)
                if (data.Length > 8 && data[7] is 0xD5 or 0xE6 or 0x4C or 0x7F or 0xB3)
                {
                    Ethernet(data[8..], ref packet, 0);
                }

                break;
            case LinkTypes.BroadcomTagPrepended:
                Ethernet(After(data, 4), ref packet, 0);
                break;
            case LinkTypes.BroadcomTag or LinkTypes.MarvellTag:
                SwitchTag(linkType == LinkTypes.MarvellTag, 12, data, ref packet);
                break;
            case LinkTypes.MarvellTagWithEtherType: // EtherType 0xDADA or the switch's setting, two reserved bytes
                SwitchTag(true, 16, data, ref packet);
                break;
            case LinkTypes.JuniperMultilinkPpp or (>= LinkTypes.JuniperMultilinkFrameRelay and <= LinkTypes.JuniperAtm1)
                or LinkTypes.JuniperPppoe or LinkTypes.JuniperEthernet or LinkTypes.JuniperPpp or LinkTypes.JuniperFrameRelay
                or LinkTypes.JuniperCiscoHdlc:
                Juniper(linkType, data, ref packet);
                break;
            default:
                Fail(ref packet, DecodeFailure.UnknownLinkType);
                break;
        }
    }

    /// <summary>A fixed header, an EtherType in network order, and what else stands before the packet.</summary>
    private void Headed(int before, int behind, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < before + 2 + behind)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        SnapPayload(U16(data, before), data[(before + 2 + behind)..], ref packet, 1);
    }

    /// <summary>
    /// Endace's ERF type reference: time stamp, type (top bit: extension headers follow, each with the same bit), flags, record length,
    /// color or loss, wire length; then a subheader by type and the frame.
    /// </summary>
    private void Erf(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        const int record = 16, extension = 8, more = 0x80;
        if (data.Length < record)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        int at = record;
        for (int flag = data[8]; (flag & more) != 0; at += extension)
        {
            if (data.Length < at + extension)
            {
                Fail(ref packet, DecodeFailure.TruncatedLink);
                return;
            }

            flag = data[at];
        }

        const int multichannel = 4, atm = 4;
        int type = data[8] & ~more;
        int wire = U16(data, 14);
        data = After(data, at + type switch
        {
            2 or 11 or 16 or 20 => 2, // Ethernet: offset and padding
            4 => atm,
            5 or 17 => multichannel,
            9 => multichannel + atm,
            _ => 0,
        });

        // A capture file's own lengths count the record's header in.
        packet.WireLength = wire;
        uncaptured = Math.Max(0, wire - data.Length);
        switch (type)
        {
            case 2 or 11 or 16 or 20:
                Ethernet(data, ref packet, 0);
                break;
            case 1 or 5 or 10 or 15 or 17 or 19: // packet over SONET
                Ppp(data, ref packet, 1);
                break;
            case 4 or 9: // AAL5
                Llc(data, ref packet, 1);
                break;
            case 22 or 23:
                Ip(data, ref packet, 1);
                break;
            case 13 or 14 or 27 or 48: // counters, metadata, padding
                break;
            default: // cells, InfiniBand
                Fail(ref packet, DecodeFailure.UnknownLinkType);
                break;
        }
    }

    /// <summary>
    /// Darwin's bsd/net/pktap.h, little-endian: header length, kind of what follows (1: a packet), link type, interface, process.
    /// </summary>
    private void PktAp(int linkType, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        const uint shortest = 108, longest = 4096;
        uint length = data.Length >= 12 ? BinaryPrimitives.ReadUInt32LittleEndian(data) : 0;
        if (length is < shortest or > longest)
        {
            // Others use the private number for other things.
            Fail(ref packet, linkType == LinkTypes.User2 ? DecodeFailure.UnknownLinkType : DecodeFailure.TruncatedLink);
            return;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(data[4..]) == 1)
        {
            Mark(HeaderKind.Hidden, data[12..], (int)length - 12);
            InnerLink(BinaryPrimitives.ReadUInt32LittleEndian(data[8..]), After(data, (int)length), ref packet);
        }
    }

    /// <summary>
    /// Source, destination, on Linux two bytes of offset, type; RFC 1201 adds a split flag (0: whole, odd: first fragment) and a
    /// sequence number, and an exception packet (flag 0xFF, BSD) says type, flag and number again.
    /// </summary>
    private void Arcnet(bool exceptions, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        int at = exceptions ? 2 : 4;
        if (data.Length < at + 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        byte type = data[at];
        if (type == 240) // RFC 1051
        {
            IPv4(data[(at + 1)..], ref packet, 1);
            return;
        }

        if (type is not (212 or 196))
        {
            return;
        }

        at += exceptions && data[at + 1] == 0xFF ? 4 : 0;
        if (data.Length < at + 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        bool laterFragment = data[at + 1] != 0 && (data[at + 1] & 1) == 0;
        if (laterFragment)
        {
            return;
        }

        if (type == 212)
        {
            IPv4(data[(at + 4)..], ref packet, 1);
        }
        else
        {
            IPv6(data[(at + 4)..], ref packet, 1);
        }
    }

    /// <summary>Direction and traffic type, VPI, VCI; type 2 is LLC, type 1 LAN emulation (two bytes, then Ethernet).</summary>
    private void SunAtm(ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        int type = data[0] & 0x0F;
        data = AfterCaptureHeader(data, 4, ref packet);
        if (type == 2)
        {
            Llc(data, ref packet, 1);
        }
        else if (type == 1)
        {
            Ethernet(After(data, 2), ref packet, 0);
        }
    }

    /// <summary>
    /// Ethernet addresses, four bytes for the switch, EtherType. Marvell's tag takes the place of a VLAN tag that the frame had (bit
    /// 0x20 of the first byte), and has its number.
    /// </summary>
    private void SwitchTag(bool marvell, int at, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        if (data.Length < at + 6)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        Stations(data, ref packet);
        Mark(HeaderKind.Stations, data, at + 6);
        if (marvell && (data[at] & 0x20) != 0)
        {
            packet.VlanId = (ushort)(U16(data, at + 2) & 0x0FFF);
        }

        TypeOrLength(U16(data, at + 4), data[(at + 6)..], ref packet, 1);
    }

    /// <summary>
    /// 0x4D4743, flags (0x80: extensions follow, after their length; 0x02: there is no link layer but a protocol number), then the
    /// frame.
    /// </summary>
    private void Juniper(int linkType, ReadOnlySpan<byte> data, ref DecodedPacket packet)
    {
        const int hasExtensions = 0x80, noLink = 0x02;
        int flags = data.Length >= 6 && U32(data, 0) >> 8 == 0x4D4743 ? data[3] : -1;
        if (flags < 0)
        {
            Fail(ref packet, data.Length >= 6 ? DecodeFailure.Malformed : DecodeFailure.TruncatedLink);
            return;
        }

        ReadOnlySpan<byte> frame = After(data, (flags & hasExtensions) != 0 ? 6 + U16(data, 4) : 4);
        if ((flags & noLink) != 0)
        {
            frame = After(frame, 4);
            if (frame.Length > 0 && frame[0] >> 4 is 4 or 6)
            {
                Ip(frame, ref packet, 1);
            }

            return;
        }

        switch (linkType)
        {
            case LinkTypes.JuniperEthernet or LinkTypes.JuniperPppoe:
                Ethernet(frame, ref packet, 0);
                break;
            case LinkTypes.JuniperPpp or LinkTypes.JuniperMultilinkPpp:
                Ppp(frame, ref packet, 1);
                break;
            case LinkTypes.JuniperFrameRelay:
                FrameRelay(frame, ref packet, 1);
                break;
            case LinkTypes.JuniperCiscoHdlc:
                CiscoHdlc(frame, ref packet);
                break;
            default: // cards' own cookies
                Fail(ref packet, DecodeFailure.UnknownLinkType);
                break;
        }
    }
}
