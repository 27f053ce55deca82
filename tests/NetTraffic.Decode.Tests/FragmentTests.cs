using NetTraffic.Packets;
using NetTraffic.Testing;
using static NetTraffic.Testing.Frames;

namespace NetTraffic.Decode.Tests;

/// <summary>Fragments carry the ports of their datagram's first one.</summary>
public sealed class FragmentTests
{
    private const int MoreFragments = 0x2000;
    private const long Second = 1_000_000_000;

    [Fact]
    public void Later_IPv4_fragments_have_the_ports_of_the_first()
    {
        PacketDecoder decoder = new();
        DecodedPacket first =
            Decoding.Decode(IPv4("192.0.2.1", "192.0.2.2", 17, Udp(7, 8, new byte[8]), MoreFragments, id: 5), LinkTypes.Raw, decoder);
        DecodedPacket middle =
            Decoding.Decode(IPv4("192.0.2.1", "192.0.2.2", 17, new byte[16], MoreFragments | 2, id: 5), LinkTypes.Raw, decoder);
        DecodedPacket last = Decoding.Decode(IPv4("192.0.2.1", "192.0.2.2", 17, new byte[3], 4, id: 5), LinkTypes.Raw, decoder);
        Assert.All([first, middle, last], packet => Assert.Equal("192.0.2.1:7 192.0.2.2:8 17", Decoding.Endpoints(packet)));
        Assert.Equal([PacketTraits.Fragment | PacketTraits.HasTransport, PacketTraits.Fragment | PacketTraits.LaterFragment,
            PacketTraits.Fragment | PacketTraits.LaterFragment],
            [first.Traits, middle.Traits, last.Traits]);
    }

    [Fact]
    public void Later_IPv6_fragments_have_the_ports_of_the_first()
    {
        PacketDecoder decoder = new();
        Decoding.Decode(IPv6("2001:db8::1", "2001:db8::2", 44, [17, 0, 0, 1, 0, 0, 0, 5, .. Udp(7, 8, new byte[8])]), LinkTypes.Raw,
            decoder);
        DecodedPacket last =
            Decoding.Decode(IPv6("2001:db8::1", "2001:db8::2", 44, [17, 0, 0, 16, 0, 0, 0, 5, 1, 2, 3]), LinkTypes.Raw, decoder);
        Assert.Equal("2001:db8::1:7 2001:db8::2:8 17", Decoding.Endpoints(last));
    }

    [Theory]
    [InlineData("192.0.2.1", 6, 1)] // another datagram
    [InlineData("192.0.2.3", 5, 1)] // another sender
    [InlineData("192.0.2.1", 5, 31)] // half a minute later
    public void Fragments_of_anything_else_have_no_ports(string source, int id, int seconds)
    {
        PacketDecoder decoder = new();
        Decoding.Decode(IPv4("192.0.2.1", "192.0.2.2", 17, Udp(7, 8, new byte[8]), MoreFragments, id: 5), LinkTypes.Raw, decoder);
        DecodedPacket last = Decoding.Decode(IPv4(source, "192.0.2.2", 17, new byte[3], 2, id), LinkTypes.Raw, decoder, seconds * Second);
        Assert.Equal((0, 0, DecodeFailure.None), (last.SourcePort, last.DestinationPort, last.Failure));
    }

    [Fact]
    public void A_flood_of_first_fragments_pushes_out_the_oldest_only()
    {
        PacketDecoder decoder = new(new DecoderOptions { FragmentSlots = 64 });
        for (int id = 1; id <= 10_000; id++)
        {
            Decoding.Decode(IPv4("192.0.2.1", "192.0.2.2", 17, Udp(7, 8, new byte[8]), MoreFragments, id), LinkTypes.Raw, decoder, id);
        }

        DecodedPacket newest = Decoding.Decode(IPv4("192.0.2.1", "192.0.2.2", 17, new byte[3], 2, 10_000), LinkTypes.Raw, decoder, 10_001);
        Assert.Equal(7, newest.SourcePort);
    }

    [Theory]
    [InlineData("zeek/ipv4_fragmented-1.pcap")]
    [InlineData("zeek/ipv4_fragmented-4.pcap")]
    [InlineData("zeek/ipv6-fragmented-dns.pcap")]
    public void Every_fragment_whose_first_was_seen_has_ports(string name)
    {
        PacketKeeper keeper = new();
        using (Capture.CaptureFileSource source = Capture.CaptureFileSource.Open(Repository.SharedCapture(name)))
        {
            source.Run(keeper, TestContext.Current.CancellationToken);
        }

        PacketDecoder decoder = new();
        HashSet<uint> begun = [];
        int later = 0;
        foreach (TestPacket frame in keeper.Packets)
        {
            decoder.Decode(frame.Raw, out DecodedPacket packet);
            if ((packet.Traits & PacketTraits.LaterFragment) != 0 && begun.Contains(packet.FragmentId))
            {
                later++;
                Assert.NotEqual((0, 0), (packet.SourcePort, packet.DestinationPort));
            }
            else if ((packet.Traits & PacketTraits.Fragment) != 0 && packet.IpProtocol is 6 or 17)
            {
                begun.Add(packet.FragmentId);
            }
        }

        Assert.NotEqual(0, later);
    }

    public static TheoryData<string, byte[]> TunnelsByName => new()
    {
        { "GTP-U", IPv4("10.9.9.1", "10.9.9.2", 17, Udp(2152, 2152, [0x30, 255, .. U16(Long.Length), 0, 0, 0, 1, .. Long])) },
        { "VXLAN", IPv4("10.9.9.1", "10.9.9.2", 17, Udp(50000, 4789, [8, 0, 0, 0, 0, 0, 42, 0, .. Ethernet(0x0800, Long)])) },
        { "GRE", IPv4("10.9.9.1", "10.9.9.2", 47, [0, 0, 8, 0, .. Long]) },
        { "IPv4 in IPv4", IPv4("10.9.9.1", "10.9.9.2", 4, Long) },
        { "CAPWAP", IPv4("10.9.9.1", "10.9.9.2", 17, Udp(40000, 5247, [0, 0x10, 0x42, 0, 0, 0, 0, 0, .. Ethernet(0x0800, Long)])) },
        { "IPv4 in IPv6", IPv6("2001:db8::9", "2001:db8::8", 4, Long) },
        { "L2TP", IPv4("10.9.9.1", "10.9.9.2", 17, Udp(1701, 1701, [0, 2, 0, 1, 0, 1, 0xFF, 3, 0, 0x21, .. Long])) },
    };

    private static byte[] Long => IPv4("192.0.2.1", "192.0.2.2", 6, Tcp(1000, 2000, TcpFlags.Ack, sequence: 77, payload: new byte[600]));

    /// <summary>The packet that a tunnel carries counts where its datagram is complete, in whatever order the fragments come.</summary>
    [Theory]
    [MemberData(nameof(TunnelsByName))]
    public void What_a_tunnel_carries_counts_where_its_datagram_is_complete(string tunnel, byte[] whole)
    {
        byte[][] parts = Cut(whole, 256);
        Assert.Equal(3, parts.Length);
        foreach (int[] order in new int[][] { [0, 1, 2], [0, 2, 1], [2, 1, 0], [1, 2, 0] })
        {
            AssertCompletes(tunnel, [.. order.Select(part => parts[part])], askTShark: order[1] == 1);
        }

        // Without the first nobody knows what it was; of two datagrams of one identification the second counts alike.
        PacketDecoder decoder = new();
        foreach (byte[] part in new[] { parts[1], parts[2], parts[2] })
        {
            Assert.NotEqual(6, Decoding.Decode(part, LinkTypes.Raw, decoder).IpProtocol);
        }

        decoder = new();
        byte[] protocols = [.. parts.Concat(parts).Select(part => Decoding.Decode(part, LinkTypes.Raw, decoder).IpProtocol)];
        Assert.Equal([false, false, true, false, false, true], protocols.Select(protocol => protocol == 6));
    }

    /// <summary>RFC 5415 section 4.3: the access point cuts the frame, and each part has headers of its own down to CAPWAP's.</summary>
    [Fact]
    public void CAPWAP_cuts_frames_of_its_own()
    {
        byte[] frame = Ethernet(0x0800, Long);
        byte[] Part(int from, int to, bool last) => IPv4("10.9.9.1", "10.9.9.2", 17, Udp(40000, 5247,
            [0, 0x10, 0x42, (byte)(last ? 0xC0 : 0x80), 0, 9, .. U16(from), .. frame[from..to]]));
        byte[][] parts = [Part(0, 256, false), Part(256, 512, false), Part(512, frame.Length, true)];
        AssertCompletes("CAPWAP", parts);
        AssertCompletes("CAPWAP", [parts[2], parts[0], parts[1]]);
    }

    [Theory]
    [InlineData(1, "ICMP Len=600")]
    [InlineData(6, "TCP Len=580")]
    [InlineData(17, "UDP Len=592")]
    public void The_frame_that_completes_has_a_text_without_the_headers(byte protocol, string text)
    {
        byte[][] parts = Cut(IPv4("10.9.9.1", "10.9.9.2", 4, IPv4("192.0.2.1", "192.0.2.2", protocol,
            [8, 0, .. new byte[10], 0x50, .. new byte[587]])), 256);
        PacketDecoder decoder = new();
        DecodedPacket last = default;
        foreach (byte[] part in parts)
        {
            last = Decoding.Decode(part, LinkTypes.Raw, decoder);
        }

        Assert.Equal(("192.0.2.1", text), (last.Source.ToString(4), PacketText.Describe(parts[^1], last)));
    }

    private static void AssertCompletes(string tunnel, byte[][] frames, bool askTShark = true)
    {
        PacketDecoder decoder = new();
        DecodedPacket[] packets = [.. frames.Select(frame => Decoding.Decode(frame, LinkTypes.Raw, decoder))];
        Assert.All(packets[..^1], packet => Assert.NotEqual(FrameCatalog.Pair4[..^2] + "6", Decoding.Pair(packet)));
        Assert.Equal(
            (tunnel, "192.0.2.1:1000 192.0.2.2:2000 6", PacketTraits.HasTransport, 77u, 600, frames[^1].Length, DecodeFailure.None),
            (tunnel, Decoding.Endpoints(packets[^1]), packets[^1].Traits, packets[^1].TcpSequence, packets[^1].PayloadLength,
                packets[^1].WireLength, packets[^1].Failure));
        Assert.NotEqual(TunnelKind.None, packets[^1].Tunnel);
        Assert.NotEmpty(PacketText.Describe(frames[^1], packets[^1]));

        // TShark puts them together too.
        if (askTShark && TShark.IsInstalled)
        {
            using ScratchFolder folder = new();
            string path = folder.Write("fragments.pcap",
                PcapBytes.Write(frames.Select((frame, i) => new TestPacket(i * 1000, frame.Length, LinkTypes.Raw, 0, frame)), LinkTypes.Raw));
            Assert.Equal(packets.Select(packet => Decoding.Pair(packet)), TShark.HostPairs([path])[path].Select(row => row.Pair));
        }
    }

    /// <summary>Cuts a raw IP packet into fragments of so many bytes.</summary>
    private static byte[][] Cut(byte[] whole, int size)
    {
        bool four = whole[0] >> 4 == 4;
        byte[] payload = whole[(four ? 20 : 40)..];
        List<byte[]> parts = [];
        for (int at = 0; at < payload.Length; at += size)
        {
            byte[] part = payload[at..Math.Min(at + size, payload.Length)];
            bool last = at + size >= payload.Length;
            parts.Add(four
                ? IPv4("10.9.9.1", "10.9.9.2", whole[9], part, (at / 8) | (last ? 0 : MoreFragments), id: 5)
                : IPv6("2001:db8::9", "2001:db8::8", 44, [whole[6], 0, .. U16(at | (last ? 0 : 1)), 0, 0, 0, 5, .. part]));
        }

        return [.. parts];
    }
}
