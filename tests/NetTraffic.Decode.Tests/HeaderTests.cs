using NetTraffic.Net;
using NetTraffic.Packets;
using static NetTraffic.Testing.Frames;

namespace NetTraffic.Decode.Tests;

/// <summary>One header kind at a time, from frames written byte by byte.</summary>
public sealed class HeaderTests
{
    private static readonly byte[] Datagram = IPv4("192.0.2.1", "192.0.2.2", 17, Udp(1000, 2000, 1, 2, 3));
    private static readonly byte[] Datagram6 = IPv6("2001:db8::1", "2001:db8::2", 17, Udp(1000, 2000, 1, 2, 3));
    private const string Endpoints4 = "192.0.2.1:1000 192.0.2.2:2000 17", Endpoints6 = "2001:db8::1:1000 2001:db8::2:2000 17";

    public static TheoryData<string, int, byte[]> LinkLayers => new()
    {
        { "Ethernet", 1, Ethernet(0x0800, Datagram) },
        { "802.1Q", 1, Ethernet(0x8100, Vlan(5, 0x0800, Datagram)) },
        { "QinQ", 1, Ethernet(0x88A8, Vlan(5, 0x8100, Vlan(6, 0x0800, Datagram))) },
        { "MPLS, two labels", 1, Ethernet(0x8847, [0, 1, 0, 64, 0, 2, 1, 64, .. Datagram]) },
        { "PPPoE", 1, Ethernet(0x8864, [0x11, 0, 0, 9, .. U16(Datagram.Length + 2), 0, 0x21, .. Datagram]) },
        { "LLC and SNAP", 1, Ethernet(8 + Datagram.Length, [0xAA, 0xAA, 3, 0, 0, 0, 8, 0, .. Datagram]) },
        { "raw IP", 101, Datagram },
        { "raw IPv4", 228, Datagram },
        { "null, little-endian", 0, [2, 0, 0, 0, .. Datagram] },
        { "null, big-endian", 0, [0, 0, 0, 2, .. Datagram] },
        { "loop", 108, [0, 0, 0, 2, .. Datagram] },
        { "Linux cooked v1", 113, [0, 0, 0, 1, 0, 6, .. MacA, 0, 0, 8, 0, .. Datagram] },
        { "Linux cooked v2", 276, [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, .. MacA, 0, 0, .. Datagram] },
        { "PPP with HDLC framing", 9, [0xFF, 3, 0, 0x21, .. Datagram] },
        { "PPP without", 9, [0, 0x21, .. Datagram] },
        { "PPP, compressed protocol", 9, [0x21, .. Datagram] },
        { "Cisco HDLC", 104, [0x0F, 0, 8, 0, .. Datagram] },
    };

    [Theory]
    [MemberData(nameof(LinkLayers))]
    public void A_datagram_is_found_behind_every_link_layer(string name, int linkType, byte[] frame)
    {
        DecodedPacket packet = Decoding.Decode(frame, linkType);
        Assert.Equal((name, Endpoints4, DecodeFailure.None), (name, Decoding.Endpoints(packet), packet.Failure));
        Assert.Equal(3, packet.PayloadLength);
        Assert.Equal(frame.Length, packet.WireLength);
    }

    public static TheoryData<string, TunnelKind, byte[]> Tunnels => new()
    {
        { "IPv4 in IPv4", TunnelKind.IpInIp, IPv4("10.9.9.1", "10.9.9.2", 4, Datagram) },
        { "IPv4 in IPv6", TunnelKind.IpInIp, IPv6("fd00::1", "fd00::2", 4, Datagram) },
        { "GRE", TunnelKind.Gre, IPv4("10.9.9.1", "10.9.9.2", 47, [0, 0, 8, 0, .. Datagram]) },
        { "GRE with key and sequence", TunnelKind.Gre,
            IPv4("10.9.9.1", "10.9.9.2", 47, [0x30, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, .. Datagram]) },
        { "VXLAN", TunnelKind.Vxlan,
            IPv4("10.9.9.1", "10.9.9.2", 17, Udp(50000, 4789, [8, 0, 0, 0, 0, 0, 42, 0, .. Ethernet(0x0800, Datagram)])) },
        { "Geneve", TunnelKind.Geneve,
            IPv4("10.9.9.1", "10.9.9.2", 17, Udp(50000, 6081, [0, 0, 0x65, 0x58, 0, 0, 1, 0, .. Ethernet(0x0800, Datagram)])) },
        { "GTP-U", TunnelKind.Gtp,
            IPv4("10.9.9.1", "10.9.9.2", 17, Udp(2152, 2152, [0x30, 255, .. U16(Datagram.Length), 0, 0, 0, 1, .. Datagram])) },
        { "MPLS in IP", TunnelKind.Mpls, IPv4("10.9.9.1", "10.9.9.2", 137, [0, 1, 1, 64, .. Datagram]) },
    };

    [Theory]
    [MemberData(nameof(Tunnels))]
    public void A_datagram_is_found_in_every_tunnel_and_the_tunnel_is_named(string name, TunnelKind kind, byte[] outer)
    {
        DecodedPacket packet = Decoding.Decode(outer, LinkTypes.Raw);
        Assert.Equal((name, Endpoints4, kind, DecodeFailure.None), (name, Decoding.Endpoints(packet), packet.Tunnel, packet.Failure));
    }

    public static TheoryData<string, byte[]> ExtensionHeaders => new()
    {
        { "none", Datagram6 },
        { "hop by hop", IPv6("2001:db8::1", "2001:db8::2", 0, [17, 0, 0, 0, 0, 0, 0, 0, .. Datagram6[40..]]) },
        { "routing, destination options",
            IPv6("2001:db8::1", "2001:db8::2", 43, [60, 0, 0, 0, 0, 0, 0, 0, 17, 1, .. new byte[14], .. Datagram6[40..]]) },
        { "authentication", IPv6("2001:db8::1", "2001:db8::2", 51, [17, 4, .. new byte[22], .. Datagram6[40..]]) },
        { "whole datagram in a fragment header", IPv6("2001:db8::1", "2001:db8::2", 44, [17, 0, 0, 0, 0, 0, 0, 9, .. Datagram6[40..]]) },
    };

    [Theory]
    [MemberData(nameof(ExtensionHeaders))]
    public void IPv6_extension_headers_are_walked(string name, byte[] data) =>
        Assert.Equal((name, Endpoints6), (name, Decoding.Endpoints(Decoding.Decode(data, LinkTypes.Raw))));

    [Fact]
    public void IPv4_options_are_stepped_over() =>
        Assert.Equal(Endpoints4,
            Decoding.Endpoints(Decoding.Decode(IPv4("192.0.2.1", "192.0.2.2", 17, Udp(1000, 2000), options: [7, 4, 4, 0, 1, 1, 1, 0]),
                LinkTypes.Raw)));

    [Fact]
    public void TCP_gives_flags_numbers_and_payload()
    {
        DecodedPacket packet =
            Decoding.Decode(Ethernet(0x0800, IPv4("192.0.2.1", "192.0.2.2", 6, Tcp(1, 2, TcpFlags.Syn | TcpFlags.Ece, 77, 88, 9, 9))));
        Assert.Equal((TcpFlags.Syn | TcpFlags.Ece, 77u, 88u, (ushort)8192, 2),
            (packet.TcpFlags, packet.TcpSequence, packet.TcpAcknowledgement, packet.TcpWindow, packet.PayloadLength));
    }

    [Theory]
    [InlineData(132)] // SCTP
    [InlineData(33)] // DCCP
    [InlineData(136)] // UDP-Lite
    public void Other_transports_with_ports_give_them(byte protocol) =>
        Assert.Equal($"192.0.2.1:7 192.0.2.2:8 {protocol}",
            Decoding.Endpoints(Decoding.Decode(IPv4("192.0.2.1", "192.0.2.2", protocol, [0, 7, 0, 8, .. new byte[12]]), LinkTypes.Raw)));

    [Theory]
    [InlineData(2)]
    [InlineData(50)]
    [InlineData(89)]
    [InlineData(253)]
    public void Protocols_without_ports_are_counted_by_number(byte protocol)
    {
        DecodedPacket packet = Decoding.Decode(IPv4("192.0.2.1", "192.0.2.2", protocol, new byte[20]), LinkTypes.Raw);
        Assert.Equal(($"192.0.2.1:0 192.0.2.2:0 {protocol}", DecodeFailure.None), (Decoding.Endpoints(packet), packet.Failure));
    }

    [Fact]
    public void What_an_ICMP_error_quotes_is_not_the_packets_own()
    {
        byte[] error = IPv4("192.0.2.9", "192.0.2.1", 1, Icmp(3, 1, [0, 0, 0, 0, .. Datagram]));
        Assert.Equal("192.0.2.9:3 192.0.2.1:1 1", Decoding.Endpoints(Decoding.Decode(error, LinkTypes.Raw)));
    }

    [Fact]
    public void Ethernet_gives_the_stations_and_the_outermost_VLAN()
    {
        DecodedPacket packet = Decoding.Decode(Ethernet(0x88A8, Vlan(0xE005, 0x8100, Vlan(6, 0x0806, new byte[28]))));
        Assert.Equal((0x02000000000AUL, 0x02000000000BUL, (ushort)5, (ushort)0x0806, (byte)0),
            (packet.SourceMac, packet.DestinationMac, packet.VlanId, packet.EtherType, packet.IpVersion));
    }

    [Fact]
    public void A_frame_without_tag_has_no_VLAN() =>
        Assert.Equal(DecodedPacket.NoVlan, Decoding.Decode(Ethernet(0x0806, new byte[28])).VlanId);

    [Fact]
    public void The_link_layers_padding_is_no_payload() =>
        Assert.Equal(3, Decoding.Decode([.. Ethernet(0x0800, Datagram), .. new byte[20]]).PayloadLength);

    [Fact]
    public void A_snapped_packet_has_the_payload_its_header_claims()
    {
        byte[] whole = Ethernet(0x0800, IPv4("192.0.2.1", "192.0.2.2", 6, Tcp(1, 2, TcpFlags.Ack, 1, 1, new byte[1000])));
        DecodedPacket packet = Decoding.Decode(whole[..64]);
        Assert.Equal((1000, DecodeFailure.None), (packet.PayloadLength, packet.Failure));
    }

    public static TheoryData<string, int, byte[], DecodeFailure> Failures => new()
    {
        { "no frame", 1, [], DecodeFailure.TruncatedLink },
        { "13 bytes of Ethernet", 1, new byte[13], DecodeFailure.TruncatedLink },
        { "a tag cut off", 1, Ethernet(0x8100, 0, 5), DecodeFailure.TruncatedLink },
        { "19 bytes of IPv4", 101, Datagram[..19], DecodeFailure.TruncatedNetwork },
        { "39 bytes of IPv6", 101, Datagram6[..39], DecodeFailure.TruncatedNetwork },
        { "an IPv4 header of 16 bytes", 101, [0x44, .. Datagram[1..]], DecodeFailure.Malformed },
        { "IP version 7", 101, [0x70, .. Datagram[1..]], DecodeFailure.Malformed },
        { "3 bytes of UDP", 101, Datagram[..23], DecodeFailure.TruncatedTransport },
        { "19 bytes of TCP", 101, IPv4("192.0.2.1", "192.0.2.2", 6, new byte[19]), DecodeFailure.TruncatedTransport },
        { "an unknown link type", 9999, Datagram, DecodeFailure.UnknownLinkType },
        { "a number for private use", 149, new byte[60], DecodeFailure.UnknownLinkType },
        { "an unknown EtherType", 1, Ethernet(0x9200, [0, 5, 8, 0, .. Datagram]), DecodeFailure.UnknownEtherType },
        { "an unknown EtherType behind a tag", 1, Ethernet(0x8926, [0, 0, 0, 0, 0x92, 0, .. Datagram]), DecodeFailure.UnknownEtherType },
        { "an unknown EtherType in GRE", 101, IPv4("192.0.2.1", "192.0.2.2", 47, [0, 0, 0x92, 0, .. Datagram]),
            DecodeFailure.UnknownEtherType },
        { "Arista's tag of an unknown version", 1, Ethernet(0xD28B, [0, 1, 9, 9, .. Datagram]), DecodeFailure.UnknownEtherType },
        { "a VN-Tag cut off", 1, Ethernet(0x8926, 0x80, 1, 0, 2, 8), DecodeFailure.TruncatedLink },
        { "an ERF header cut off", 197, new byte[15], DecodeFailure.TruncatedLink },
        { "ERF of cells", 197, [.. new byte[8], 3, .. new byte[7], .. Datagram], DecodeFailure.UnknownLinkType },
        { "no Juniper magic", 178, [.. new byte[4], .. Datagram], DecodeFailure.Malformed },
        { "PKTAP inside PKTAP", 258, [108, 0, 0, 0, 1, 0, 0, 0, 2, 1, .. new byte[98], .. Datagram], DecodeFailure.UnknownLinkType },
        { "40 tags", 1, [.. MacB, .. MacA, .. Enumerable.Repeat<byte[]>([0x81, 0, 0, 1], 40).SelectMany(tag => tag), 8, 0],
            DecodeFailure.TooDeep },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void What_cannot_be_decoded_says_why(string name, int linkType, byte[] frame, DecodeFailure expected)
    {
        PacketDecoder decoder = new();
        Assert.Equal((name, expected), (name, Decoding.Decode(frame, linkType, decoder).Failure));
        Assert.Equal((1L, 1L, 1L), (decoder.Counters.Packets, decoder.Counters.Failures, decoder.Counters.Count(expected)));
        Assert.Equal(new Dictionary<string, long>(StringComparer.Ordinal) { [expected.ToString()] = 1 },
            decoder.Counters.FailuresByReason());
    }

    [Theory]
    [InlineData(0x0806)] // ARP
    [InlineData(0x88CC)] // LLDP
    [InlineData(0x888E)] // EAPOL
    [InlineData(0x8809)] // LACP
    [InlineData(0x88F7)] // PTP
    [InlineData(0x8137)] // IPX
    [InlineData(0x9000)] // loopback
    public void What_carries_no_IP_is_no_failure(int etherType) =>
        Assert.Equal(DecodeFailure.None, Decoding.Decode(Ethernet(etherType, new byte[46])).Failure);

    [Fact]
    public void A_frame_with_a_length_instead_of_an_EtherType_is_no_failure() =>
        Assert.Equal(DecodeFailure.None, Decoding.Decode(Ethernet(38, [0x42, 0x42, 3, .. new byte[43]])).Failure);

    [Theory]
    [InlineData(1, 0xC0, 0x0FFF, DecodedPacket.NoVlan)] // forwarded, untagged
    [InlineData(1, 0xE0, 0x6007, 7)] // forwarded, tagged
    public void A_DSA_tag_has_the_VLAN_of_the_tag_that_it_replaced(int port, int first, int last, int vlan) =>
        Assert.Equal(vlan, Decoding.Decode([.. MacB, .. MacA, (byte)first, (byte)port, .. U16(last), 8, 0, .. Datagram], 284).VlanId);

    [Fact]
    public void PPP_and_Cisco_HDLC_inside_one_another_end()
    {
        byte[] frame = [.. Enumerable.Repeat<byte[]>([0x0F, 0, 0x88, 0x0B], 60_000).SelectMany(header => header)];
        Assert.NotEqual(0, Decoding.Decode(frame, LinkTypes.Ppp).WireLength);
        Assert.NotEqual(0, Decoding.Decode(frame, LinkTypes.CiscoHdlc).WireLength);
    }

    [Theory]
    [MemberData(nameof(TunnelsByName))]
    public void Tunnels_are_found_on_the_ports_that_are_set(string tunnel, byte[] payload)
    {
        foreach (int port in new[] { 443, 4444 })
        {
            byte[] frame = IPv4("10.9.9.1", "10.9.9.2", 17, Udp(50000, port, payload));
            Assert.Equal($"10.9.9.1:50000 10.9.9.2:{port} 17", Decoding.Endpoints(Decoding.Decode(frame, LinkTypes.Raw)));
            PacketDecoder decoder = new(new DecoderOptions { TunnelPorts = [TunnelPort.Parse($"{port}={tunnel}")] });
            Assert.Equal(Endpoints4, Decoding.Endpoints(Decoding.Decode(frame, LinkTypes.Raw, decoder)));
        }
    }

    public static TheoryData<string, byte[]> TunnelsByName => new()
    {
        { "vxlan", [8, 0, 0, 0, 0, 0, 42, 0, .. Ethernet(0x0800, Datagram)] },
        { "VXLAN-GPE", [0x0C, 0, 0, 1, 0, 0, 42, 0, .. Datagram] },
        { "Geneve", [0, 0, 0x65, 0x58, 0, 0, 42, 0, .. Ethernet(0x0800, Datagram)] },
        { "GTP-U", [0x30, 255, .. U16(Datagram.Length), 0, 0, 0, 1, .. Datagram] },
        { "GRE", [0, 0, 8, 0, .. Datagram] },
        { "LISP", [0, 0, 0, 0, 0, 0, 0, 0, .. Datagram] },
        { "TZSP", [1, 0, 0, 1, 1, .. Ethernet(0x0800, Datagram)] },
    };
}
