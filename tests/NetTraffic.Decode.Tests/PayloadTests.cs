using System.Globalization;
using NetTraffic.Capture;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Decode.Tests;

/// <summary>Where in a frame the payload is.</summary>
public sealed class PayloadTests
{
    private static readonly byte[] Content = [.. "payload"u8];

    [Fact]
    public void It_is_behind_the_transport_header_whatever_is_around_it()
    {
        byte[] inner = Ip(17, Frames.Udp(1000, 2000, Content));
        Assert.Equal(("payload", 8), Found(Frames.Ethernet(0x0800, inner)));
        Assert.Equal(("payload", 20), Found(Frames.Ethernet(0x0800, Ip(6, Frames.Tcp(1000, 2000, TcpFlags.Ack, 1, 1, Content)))));
        Assert.Equal(("payload", 8), Found(Frames.Ethernet(0x86DD, Frames.IPv6("::1", "::2", 17, Frames.Udp(1000, 2000, Content)))));

        // A datagram in VXLAN in PPPoE behind a VLAN tag, with padding behind each.
        byte[] vxlan = Ip(17, Frames.Udp(3000, 4789, [8, 0, 0, 0, 0, 0, 1, 0, .. Frames.Ethernet(0x0800, inner), 0, 0, 0]));
        byte[] session = [0x11, 0, 0, 1, .. Frames.U16(2 + vxlan.Length), 0, 0x21, .. vxlan, 9, 9];
        Assert.Equal(("payload", 8), Found(Frames.Ethernet(0x8100, Frames.Vlan(7, 0x8864, session))));
    }

    [Fact]
    public void Options_belong_to_the_header()
    {
        byte[] segment = Frames.Tcp(1000, 2000, TcpFlags.Ack);
        segment[12] = 7 << 4;
        Assert.Equal(("payload", 28), Found(Frames.Ethernet(0x0800, Ip(6, [.. segment, .. new byte[8], .. Content]))));
    }

    [Fact]
    public void A_first_fragment_has_one_and_later_ones_do_not()
    {
        byte[] datagram = Frames.Udp(1000, 2000, [.. Content, 1]);
        Assert.Equal(("payload\u0001", 8),
            Found(Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", 17, datagram, fragment: 0x2000))));
        DecodedPacket later = Decoding.Decode(Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", 17, datagram, fragment: 2)));
        Assert.Equal((0, 0), (later.PayloadOffset, (int)later.TransportHeaderLength));
    }

    [Fact]
    public void Of_other_protocols_it_is_what_IP_carries_and_without_IP_what_the_EtherType_names()
    {
        Assert.Equal(("payload", 0), Found(Frames.Ethernet(0x0800, Ip(89, Content))));
        Assert.Equal(("payload", 0), Found(Frames.Ethernet(0x8100, Frames.Vlan(7, 0x88B5, Content))));

        // GENEVE that carries no IP: the packet is the datagram around it, and so is the payload.
        byte[] geneve = [0, 0, .. Frames.U16(0x88B5), 0, 0, 1, 0, .. Content];
        byte[] frame = Frames.Ethernet(0x0800, Ip(17, Frames.Udp(3000, 6081, geneve)));
        Assert.Equal(geneve, Decoding.Decode(frame).Payload(frame).ToArray());
    }

    [Fact]
    public void What_was_not_captured_is_not_given()
    {
        byte[] whole = Frames.Ethernet(0x0800, Ip(17, Frames.Udp(1000, 2000, Content)));
        for (int captured = 0; captured < whole.Length; captured++)
        {
            byte[] frame = whole[..captured];
            DecodedPacket packet = Decoding.Decode(frame);
            Assert.Equal(whole[Math.Min(captured, 42)..captured],
                packet.Payload(frame)[Math.Max(0, packet.Payload(frame).Length - Math.Max(0, captured - 42))..].ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Repository.SharedCaptureData), MemberType = typeof(Repository))]
    public void The_ports_stand_where_the_transport_header_is_said_to_begin(string name) =>
        EachPacket(Repository.SharedCapture(name), (packet, decoded, _) =>
    {
        if (decoded.IpVersion == 0 || decoded.IpProtocol is not (6 or 17) || (decoded.Traits & PacketTraits.HasTransport) == 0)
        {
            return;
        }

        ReadOnlySpan<byte> header = decoded.TransportAndPayload(packet.Data);
        Assert.Equal((decoded.SourcePort, decoded.DestinationPort), (U16(header, 0), U16(header, 2)));
        Assert.Equal(decoded.IpProtocol == 17 ? 8 : Math.Max(20, (header[12] >> 4) * 4), decoded.TransportHeaderLength);
        Assert.Equal(header[Math.Min(header.Length, decoded.TransportHeaderLength)..].ToArray(), decoded.Payload(packet.Data).ToArray());
    });

    [Fact]
    public void Payloads_are_those_that_TShark_finds()
    {
        TShark.Require();
        SortedDictionary<long, string> expected = [];
        foreach (string[] row in TShark.Fields(Repository.SampleCapture, "(tcp.payload || udp.payload) && !icmp && !icmpv6", "frame.number",
            "tcp.payload", "udp.payload"))
        {
            // TShark names those of the outer headers first.
            expected[long.Parse(row[0], CultureInfo.InvariantCulture)] = (row[1].Length > 0 ? row[1] : row[2]).Split(',')[^1];
        }

        SortedDictionary<long, string> found = [];
        EachPacket(Repository.SampleCapture, (packet, decoded, number) =>
        {
            // TShark shows no payload of fragments, and where a tunnel carries none, the payload around it.
            ReadOnlySpan<byte> payload = decoded.Payload(packet.Data);
            bool transport = decoded.IpVersion != 0 && decoded.IpProtocol is 6 or 17 && (decoded.Traits & PacketTraits.Fragment) == 0;
            if (!transport || (payload.IsEmpty && decoded.Tunnel != TunnelKind.None))
            {
                expected.Remove(number);
            }
            else if (!payload.IsEmpty)
            {
                found[number] = Convert.ToHexStringLower(payload);
            }
        });
        Assert.True(expected.Count > 500);
        Assert.Equal(
            expected.Except(found).Select(one => $"{one.Key} {one.Value}").FirstOrDefault(),
            found.Except(expected).Select(one => $"{one.Key} {one.Value}").FirstOrDefault());
    }

    private static (string Payload, int Header) Found(byte[] frame)
    {
        DecodedPacket packet = Decoding.Decode(frame);
        return (System.Text.Encoding.Latin1.GetString(packet.Payload(frame)), packet.TransportHeaderLength);
    }

    private static byte[] Ip(byte protocol, byte[] payload) => Frames.IPv4("10.0.0.1", "10.0.0.2", protocol, payload);

    private static void EachPacket(string path, Action<TestPacket, DecodedPacket, long> check)
    {
        PacketKeeper keeper = new();
        try
        {
            using CaptureFileSource source = CaptureFileSource.Open(path);
            source.Run(keeper, CancellationToken.None);
        }
        catch (CaptureFormatException)
        {
            // Damaged on purpose: other tests are about that.
        }

        PacketDecoder decoder = new();
        for (int i = 0; i < keeper.Packets.Count; i++)
        {
            decoder.Decode(keeper.Packets[i].Raw, out DecodedPacket decoded);
            check(keeper.Packets[i], decoded, i + 1);
        }
    }

    private static ushort U16(ReadOnlySpan<byte> data, int at) => System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
}
