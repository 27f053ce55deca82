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
}
