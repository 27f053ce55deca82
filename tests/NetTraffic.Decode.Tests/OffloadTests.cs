using NetTraffic.Packets;
using static NetTraffic.Testing.Frames;

namespace NetTraffic.Decode.Tests;

/// <summary>Headers that leave their length out, in frames that were captured whole or cut off: what was on the wire counts.</summary>
public sealed class OffloadTests
{
    private const int Payload = 100_000;
    private static readonly byte[] Segment = Tcp(1, 2, TcpFlags.Ack, 1, 1, new byte[Payload]);

    // The length fields hold what they can and are put to 0 after.
    private static readonly byte[] Four = WithoutLength(IPv4("192.0.2.1", "192.0.2.2", 6, Segment), 2);
    private static readonly byte[] Six = WithoutLength(IPv6("2001:db8::1", "2001:db8::2", 6, Segment), 4);

    public static TheoryData<string, int, byte[]> Frames => new()
    {
        { "IPv4", 1, Ethernet(0x0800, Four) },
        { "IPv6", 1, Ethernet(0x86DD, Six) },
        { "IPv6 with the jumbo option", 1, Ethernet(0x86DD, Jumbo(Payload + 20 + 8)) },
        { "IPv6 with a jumbo option of no sense", 1, Ethernet(0x86DD, Jumbo(12)) },
        { "IPv4 behind a tag", 1, Ethernet(0x8100, Vlan(5, 0x0800, Four)) },
        { "IPv4 in VXLAN", 101, Outer(4789, [8, 0, 0, 0, 0, 0, 42, 0, .. Ethernet(0x0800, Four)]) },
        { "IPv6 in VXLAN", 101, Outer(4789, [8, 0, 0, 0, 0, 0, 42, 0, .. Ethernet(0x86DD, Six)]) },
        { "IPv4 in Geneve", 101, Outer(6081, [0, 0, 0x65, 0x58, 0, 0, 1, 0, .. Ethernet(0x0800, Four)]) },
        { "IPv6 in GRE", 101, WithoutLength(IPv4("10.9.9.1", "10.9.9.2", 47, [0, 0, 0x86, 0xDD, .. Six]), 2) },
        { "IPv4 in PKTAP", 258, [108, 0, 0, 0, 1, 0, 0, 0, 1, .. new byte[99], .. Ethernet(0x0800, Four)] },
    };

    [Theory]
    [MemberData(nameof(Frames))]
    public void The_payload_is_what_was_on_the_wire(string name, int linkType, byte[] frame)
    {
        foreach (int captured in new[] { frame.Length, frame.Length - 1000, 300 })
        {
            new PacketDecoder().Decode(new RawPacket(0, frame.Length, linkType, 0, frame.AsSpan(0, captured)), out DecodedPacket packet);
            Assert.Equal((name, captured, Payload, DecodeFailure.None), (name, captured, packet.PayloadLength, packet.Failure));
        }
    }

    [Fact]
    public void A_header_that_names_no_next_one_has_no_payload()
    {
        byte[] frame = [.. Ethernet(0x86DD, IPv6("2001:db8::1", "2001:db8::2", 59, [])), .. new byte[10]];
        DecodedPacket packet = Decoding.Decode(frame);
        Assert.Equal((0, 59), (packet.PayloadLength, packet.IpProtocol));
    }

    [Fact]
    public void An_outer_header_with_a_length_ends_what_an_inner_one_without_may_have()
    {
        byte[] inner = WithoutLength(IPv4("192.0.2.1", "192.0.2.2", 17, Udp(1, 2, new byte[100])), 2);
        byte[] frame = [.. Ethernet(0x0800, IPv4("10.9.9.1", "10.9.9.2", 4, inner)), .. new byte[50]];
        Assert.Equal(100, Decoding.Decode(frame).PayloadLength);
        new PacketDecoder().Decode(new RawPacket(0, frame.Length, 1, 0, frame.AsSpan(0, 70)), out DecodedPacket cut);
        Assert.Equal(100, cut.PayloadLength);
    }

    private static byte[] Jumbo(uint length)
    {
        byte[] header = [6, 0, 0xC2, 4, .. U32(length)];
        return WithoutLength(IPv6("2001:db8::1", "2001:db8::2", 0, [.. header, .. Segment]), 4);
    }

    private static byte[] Outer(int port, byte[] payload) => WithoutLength(IPv4("10.9.9.1", "10.9.9.2", 17, Udp(50000, port, payload)), 2);

    private static byte[] WithoutLength(byte[] packet, int at)
    {
        packet[at] = packet[at + 1] = 0;
        return packet;
    }
}
