using System.Globalization;
using CsCheck;
using NetTraffic.Capture;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Decode.Tests;

/// <summary>What packets say in one line, and which servers they name.</summary>
public sealed class PacketTextTests
{
    [Fact]
    public void Tcp_tells_flags_numbers_and_what_a_handshake_agrees_on()
    {
        byte[] syn = Frames.Tcp(1000, 443, TcpFlags.Syn, 7, 0);
        byte[] options = [2, 4, 5, 0xB4, 1, 3, 3, 7, 4, 2, 0, 0];
        syn[12] = (byte)((5 + (options.Length / 4)) << 4);
        Assert.Equal("[SYN] Seq=7 Win=8192 Len=0 MSS=1460 WS=128 SACK_PERM", Ip(6, [.. syn, .. options]));
        Assert.Equal("[PSH, ACK] Seq=9 Ack=8 Win=8192 Len=3", Ip(6, Frames.Tcp(1, 2, TcpFlags.Ack | TcpFlags.Psh, 9, 8, 1, 2, 3)));
        Assert.Equal("[none] Seq=1 Win=8192 Len=0", Ip(6, Frames.Tcp(1, 2, TcpFlags.None)));
        Assert.Equal("TCP Len=10 [transport header cut off]", Ip(6, new byte[10]));
    }

    [Fact]
    public void Control_messages()
    {
        Assert.Equal("Echo (ping) request id=0x1234 seq=5", Ip(1, Frames.Icmp(8, 0, 0x12, 0x34, 0, 5)));
        Assert.Equal("Destination unreachable (Port unreachable)", Ip(1, Frames.Icmp(3, 3, 0, 0, 0, 0)));
        Assert.Equal("Destination unreachable (Fragmentation needed, MTU 1400)", Ip(1, Frames.Icmp(3, 4, 0, 0, 5, 0x78)));
        Assert.Equal("Destination unreachable (code 99)", Ip(1, Frames.Icmp(3, 99)));
        Assert.Equal("Time-to-live exceeded", Ip(1, Frames.Icmp(11, 0, 0, 0, 0, 0)));
        Assert.Equal("Neighbor solicitation for 2001:db8::5",
            Ipv6(58, [135, 0, 0, 0, 0, 0, 0, 0, .. System.Net.IPAddress.Parse("2001:db8::5").GetAddressBytes()]));
        byte[] arp = [0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2];
        Assert.Equal("Who has 10.0.0.2? Tell 10.0.0.1", Text(Frames.Ethernet(0x0806, arp)));
        arp[7] = 2;
        Assert.Equal("10.0.0.1 is at 02:00:00:00:00:01", Text(Frames.Ethernet(0x0806, arp)));
        Assert.Equal("10.0.0.1 is at 02:00:00:00:00:01", Text(Frames.Ethernet(0x8100, Frames.Vlan(5, 0x0806, arp))));
        Assert.Equal("0x88b5 19 bytes", Text(Frames.Ethernet(0x88B5, 1, 2, 3, 4, 5)));
        Assert.Equal("Fragment of UDP ID=0x0001 Len=4",
            Text(Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", 17, [1, 2, 3, 4], fragment: 0x20))));
    }

    [Fact]
    public void Dns_questions_and_answers()
    {
        byte[] name = [3, .. "www"u8, 7, .. "example"u8, 0];
        byte[] question = [.. name, 0, 1, 0, 1];
        Assert.Equal("DNS query 0x0102 A www.example", Udp(53, [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. question]));
        byte[] answers =
            [0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 0, 0, 6, 3, .. "web"u8, 0xC0, 16, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1];
        Assert.Equal("DNS response 0x0102 A www.example CNAME web.example A 192.0.2.1",
            Udp(53, [1, 2, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, .. question, .. answers]));
        Assert.Equal("DNS response 0x0102 No such name A www.example", Udp(53, [1, 2, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0, .. question]));
        Assert.StartsWith("mDNS query", Udp(5353, [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. question]), StringComparison.Ordinal);

        // A name that points to itself.
        Assert.Equal("DNS query 0x0102 [cut off]", Udp(53, [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1]));
        Assert.Equal("Len=3", Udp(53, [1, 2, 3]));
    }

    [Fact]
    public void Names_from_the_wire_are_made_safe_and_short()
    {
        byte[] evil = [.. "GET /\u001b[2J\u0007\u009b"u8, .. Enumerable.Repeat((byte)0x1B, 2000),
            .. " HTTP/1.1\r\nHost: evil\u001b[31m\r\n\r\n"u8];
        string text = Ip(6, Frames.Tcp(1000, 80, TcpFlags.Ack, 1, 1, evil));
        Assert.StartsWith("HTTP GET /\\u001b[2J\\u0007", text, StringComparison.Ordinal);
        Harmless(text);
        byte[] name = [10, .. "a\u001b\u0000\u0008\u007f\r\nbcd"u8, 0];
        string dns = Udp(53, [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name, 0, 1, 0, 1]);
        Assert.Contains("a\\u001b\\u0000", dns, StringComparison.Ordinal);
        Harmless(dns);
        Harmless(ServerName.InPayload("GET / HTTP/1.1\r\nhost:\u001b]0;x\u0007\r\n\r\n"u8)!);
    }

    [Fact]
    public void No_bytes_make_a_text_throw_or_grow()
    {
        int[] ports = [53, 5353, 67, 123, 443, 546, 1900, 5060, 514, 80, 21, 25, 22];
        List<TestPacket> real = Real();
        Random random = new(20260102);
        PacketDecoder decoder = new();
        for (int i = 0; i < 6_000; i++)
        {
            TestPacket packet = real[random.Next(real.Count)];
            byte[] data = packet.Data[..random.Next(packet.Data.Length + 1)];
            for (int changes = random.Next(12); changes > 0 && data.Length > 0; changes--)
            {
                data[random.Next(data.Length)] = (byte)random.Next(256);
            }

            RawPacket raw = new(0, packet.WireLength, packet.LinkType, 0, data);
            decoder.Decode(raw, out DecodedPacket decoded);
            Harmless(PacketText.Describe(data, decoded));
            Harmless(ServerName.Find(raw, decoded) ?? "");
        }

        // What the applications' own readers meet: anything behind a port that is theirs.
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, ports.Length - 1], Gen.Int[0, 4]).Sample(
            (payload, port, start) =>
            {
                byte[] begun = start switch
                {
                    0 => [.. "GET "u8, .. payload],
                    1 => [22, 3, 1, 0, 250, 1, .. payload],
                    2 => [1, 2, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, .. payload],
                    3 => [.. new byte[236], 0x63, 0x82, 0x53, 0x63, .. payload],
                    _ => payload
                };
                Harmless(Ip(6, Frames.Tcp(40000, ports[port], TcpFlags.Ack, 1, 1, begun)));
                Harmless(Udp(ports[port], begun));
                Harmless(Ip(1, payload));
                Harmless(Ipv6(58, payload));
                Harmless(Ip(2, payload));
                Harmless(Text(Frames.Ethernet(0x0806, payload)));
                Harmless(Text(Frames.Ethernet(0x88CC, payload)));
                Harmless(ServerName.InPayload(begun) ?? "");
            }, iter: 2_000, threads: 1);
    }

    [Fact]
    public void Server_names_are_those_that_TShark_finds()
    {
        TShark.Require();
        string sample = Repository.SampleCapture;
        SortedDictionary<long, string> expected = [];
        foreach (string[] row in TShark.Fields(sample, "tls.handshake.extensions_server_name || http.host", "frame.number",
            "tls.handshake.extensions_server_name", "http.host"))
        {
            expected[long.Parse(row[0], CultureInfo.InvariantCulture)] = row[1].Length > 0 ? row[1] : row[2];
        }

        SortedDictionary<long, string> found = [];
        PacketDecoder decoder = new();
        long number = 0;
        foreach (TestPacket packet in Packets(sample))
        {
            number++;
            decoder.Decode(packet.Raw, out DecodedPacket decoded);
            if (ServerName.Find(packet.Raw, decoded) is { } name)
            {
                found[number] = name;
                Assert.Contains(name, PacketText.Describe(packet.Data, decoded), StringComparison.Ordinal);
            }
        }

        Assert.True(expected.Count > 30);
        Assert.Equal(expected, found);
    }

    private static string Ip(byte protocol, byte[] payload) =>
        Text(Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", protocol, payload)));

    private static string Ipv6(byte protocol, byte[] payload) =>
        Text(Frames.Ethernet(0x86DD, Frames.IPv6("2001:db8::1", "2001:db8::2", protocol, payload)));

    private static string Udp(int port, byte[] payload) => Ip(17, Frames.Udp(40000, port, payload));

    private static string Text(byte[] frame) => Decoding.Describe(frame, LinkTypes.Ethernet, frame.Length);

    private static void Harmless(string text)
    {
        Assert.InRange(text.Length, 0, PacketText.MaxLength);
        Assert.Equal(text, Display.Text(text));
    }

    private static List<TestPacket> Real()
    {
        List<TestPacket> all = Packets(Repository.SampleCapture);
        foreach (string name in Repository.SharedCaptureNames()
            .Where(name => new FileInfo(Repository.SharedCapture(name)).Length < 100_000))
        {
            try
            {
                all.AddRange(Packets(Repository.SharedCapture(name)).Take(200));
            }
            catch (CaptureFormatException)
            {
                // Damaged on purpose: other tests are about that.
            }
        }

        return all;
    }

    private static List<TestPacket> Packets(string path)
    {
        PacketKeeper keeper = new();
        using CaptureFileSource source = CaptureFileSource.Open(path);
        source.Run(keeper, CancellationToken.None);
        return keeper.Packets;
    }
}
