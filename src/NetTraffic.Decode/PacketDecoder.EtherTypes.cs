using NetTraffic.Packets;

namespace NetTraffic.Decode;

/// <content>EtherTypes: IP, tags before another EtherType, and what carries no IP.</content>
public sealed partial class PacketDecoder
{
    /// <summary>
    /// Tags of a fixed length before the next EtherType, in bytes without it: VN-Tag, 802.1BR E-Tag, Cisco metadata (CMD), HSR
    /// (IEC 62439-3), 802.1CB R-TAG, Cisco's time stamp (TTag). 0: no such tag.
    /// </summary>
    private static int FixedTagLength(ushort etherType) => etherType switch
    {
        0x8926 => 4,
        0x893F => 6,
        CiscoMetadata => CiscoMetadataLength,
        0x892F => 4,
        0xF1C1 => 4,
        0x8988 => 6,
        _ => 0,
    };

    // Version, length, option length and type, security group tag. In GRE the EtherType stands before it and not behind it.
    private const ushort CiscoMetadata = 0x8909;
    private const int CiscoMetadataLength = 6;

    /// <summary>What an EtherType names: IP, a tag before another EtherType, or something that is counted under its EtherType.</summary>
    private void Payload(ushort etherType, ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (depth > MaxDepth)
        {
            Fail(ref packet, DecodeFailure.TooDeep);
            return;
        }

        SetEtherType(ref packet, etherType, data.Length);
        Mark(HeaderKind.Known, data);
        switch (etherType)
        {
            case 0x0800:
                IPv4(data, ref packet, depth);
                break;
            case 0x86DD:
                IPv6(data, ref packet, depth);
                break;
            case 0x8100 or 0x88A8 or 0x9100: // IEEE 802.1Q clause 9.6: priority, DEI and VLAN identifier, then an EtherType
                if (data.Length >= 4 && packet.VlanId == DecodedPacket.NoVlan)
                {
                    packet.VlanId = (ushort)(U16(data, 0) & 0x0FFF);
                }

                Tag(2, data, ref packet, depth);
                break;
            case 0x8847 or 0x8848:
                Mpls(data, ref packet, depth);
                break;
            case 0x8864:
                PppoeSession(data, ref packet, depth);
                break;
            case 0x880B: // one deeper, where Cisco HDLC is not looked for: it leads back to here
                Ppp(data, ref packet, depth + 1);
                break;
            case 0x6558:
                Ethernet(data, ref packet, depth);
                break;
            case 0x8870: // frames too long for a length field keep their LLC header behind this EtherType
                Llc(data, ref packet, depth);
                break;
            case 0x88E7: // IEEE 802.1ah: flags and I-SID, then a customer frame
                Ethernet(After(data, 4), ref packet, depth);
                break;
            case 0x8903: // Cisco FabricPath: tag and TTL behind switches' addresses, then the frame
                Ethernet(After(data, 2), ref packet, depth);
                break;
            case 0x894F:
                Nsh(data, ref packet, depth);
                break;
            case 0xD28B:
                AristaTimestamp(data, ref packet, depth);
                break;
            case 0x22F3: // TRILL (RFC 6325): 6 bytes and options in 4-byte units, then a frame
                if (data.Length >= 6 && 6 + ((((data[0] & 7) << 2) | (data[1] >> 6)) * 4) is var trill && data.Length > trill)
                {
                    Mark(HeaderKind.Hidden, data[6..], trill - 6);
                    Ethernet(data[trill..], ref packet, depth);
                }

                break;
            case 0x4305: // B.A.T.M.A.N. advanced: unicast (type 0x40) carries a frame after 10 bytes, broadcast (0x01) after 14
                if (data.Length > 14 && data[0] is 0x40 or 0x01)
                {
                    OpenTunnel(ref packet, TunnelKind.Other);
                    Mark(HeaderKind.Station, data[(data[0] == 0x40 ? 4 : 8)..], 6);
                    Ethernet(data[(data[0] == 0x40 ? 10 : 14)..], ref packet, depth);
                }

                break;
            case 0x88E5: // MACsec (IEEE 802.1AE clause 9): readable only where version, E and C are 0
                if (data.Length > 0 && (data[0] & 0x8C) == 0)
                {
                    bool hasStation = (data[0] & 0x20) != 0;
                    if (hasStation)
                    {
                        Mark(HeaderKind.Station, After(data, 6), 6);
                    }

                    Tag(hasStation ? 14 : 6, data, ref packet, depth);
                }

                break;
            case 0x0806 or 0x8035: // ARP, RARP
                Mark(HeaderKind.Arp, data, data.Length);
                break;
            default:
                if (FixedTagLength(etherType) is > 0 and var length)
                {
                    Tag(length, data, ref packet, depth);
                }
                else if (!CarriesNoIp(etherType))
                {
                    Fail(ref packet, DecodeFailure.UnknownEtherType);
                }

                break;
        }
    }

    private void Tag(int length, ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < length + 2)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        Mark(HeaderKind.Known, data, length + 2);
        TypeOrLength(U16(data, length), data[(length + 2)..], ref packet, depth + 1);
    }

    /// <summary>
    /// Arista's time stamps: subtype 1; version: the lower byte 0x10 for 64 bits of time, 0x20 for 48, the upper one TAI or UTC; time;
    /// then an EtherType.
    /// </summary>
    private void AristaTimestamp(ReadOnlySpan<byte> data, ref DecodedPacket packet, int depth)
    {
        if (data.Length < 4)
        {
            Fail(ref packet, DecodeFailure.TruncatedLink);
            return;
        }

        int time = U32(data, 0) switch
        {
            0x0001_0010 or 0x0001_0110 => 8,
            0x0001_0020 or 0x0001_0120 => 6,
            _ => 0,
        };
        if (time == 0)
        {
            Fail(ref packet, DecodeFailure.UnknownEtherType);
            return;
        }

        Tag(4 + time, data, ref packet, depth);
    }

    /// <summary>
    /// Whether an EtherType is a protocol's that carries no IP (IEEE's registry; what TShark dissects): a frame that ends there was
    /// decoded wholly. Any other may hide IP from us, and whoever captures it is told.
    /// </summary>
    private static bool CarriesNoIp(ushort etherType) => etherType switch
    {
        0x0600 or 0x0842 or 0x08FF or 0x0BAD or 0x0BAE or 0x0BAF => true, // XNS, wake on LAN, BPQ, VINES
        0x2000 or 0x2001 => true, // CDP, CGMP
        0x22EA or 0x22EB or 0x22F0 or 0x22F4 => true, // SRP, AVTP, IS-IS
        >= 0x6000 and <= 0x6009 => true, // DEC
        0x809B or 0x80F3 or 0x8137 or 0x8138 or 0x80D5 or 0x80E1 or 0x8102 or 0x8103 or 0x8181 => true, // AppleTalk, IPX, SNA, loops
        0x814C or 0x872D or 0x8783 or 0x8808 or 0x8809 or 0x8863 => true, // SNMP, WLCCP, MINT, pause, LACP, PPPoE discovery
        0x886C or 0x886D or 0x886F or 0x8874 or 0x887B or 0x888E or 0x8892 => true, // HPNA, ANS, NLB, Broadcom, HomePlug, EAPOL, PROFINET
        0x8899 or 0x889A or 0x889B or 0x88A1 or 0x88A2 or 0x88A4 => true, // Realtek, HyperSCSI, CSM, Telkonet, ATA over Ethernet, EtherCAT
        0x88A9 or 0x88AB or 0x88AE or 0x88B4 or 0x88B7 => true, // meshes, Powerlink, Boardwalk, WAPI, OUI extended
        0x88B8 or 0x88B9 or 0x88BA or 0x88BF or 0x88C7 or 0x88CA => true, // GOOSE, GSE, sampled values, MikroTik, 802.11i, TIPC
        0x88CC or 0x88CD or 0x88D8 or 0x88D9 or 0x88DC or 0x88E1 or 0x88E3 => true, // LLDP, SERCOS, circuits, LLTD, WSMP, HomePlug, MRP
        0x88EE or 0x88F5 or 0x88F6 or 0x88F7 or 0x88F8 or 0x88FB => true, // E-LMI, MVRP, MMRP, PTP, NC-SI, PRP
        0x8901 or 0x8902 or 0x8906 or 0x8911 or 0x8914 or 0x8915 or 0x8917 or 0x891D => true, // CFM, FCoE, FIP, RoCE, MIH, TTE
        0x892D or 0x893A or 0x8940 or 0x8942 or 0x8946 or 0x8947 => true, // bluecom, 1905.1, ECP, LLDP, TRILL's channel, GeoNetworking
        0x9000 or 0x9104 or 0x99FE or 0xAEFE or 0xCAFE => true, // loopback, eero, TECMP, eCPRI, LLT
        _ => false,
    };
}
