using System.Net;
using CsCheck;
using NetTraffic.Net;
using NetTraffic.Packets;
using static NetTraffic.Testing.Frames;

namespace NetTraffic.Decode.Tests;

/// <summary>What of single headers stays, gets a pseudonym or goes.</summary>
public sealed class AnonymizedHeaderTests : IDisposable
{
    private const string A = "192.0.2.1", B = "198.51.100.2", C = "203.0.113.77", D = "192.0.2.200";
    private const string A6 = "2001:db8::a", B6 = "2001:db8:1::b", C6 = "2001:db8:2::c";
    private readonly AddressPseudonyms pseudonyms = new([.. Enumerable.Range(7, CryptoPan.KeyLength).Select(number => (byte)number)]);

    public void Dispose() => pseudonyms.Dispose();

    [Fact]
    public void Payload_behind_the_transport_header_goes_and_the_length_on_the_wire_stays()
    {
        byte[] udp = Ethernet(0x0800, IPv4(A, B, 17, Udp(1000, 53, [.. "secret.example"u8])));
        Assert.Equal(14 + 20 + 8, Rewrite(udp).Length);
        byte[] tcp = Ethernet(0x0800, IPv4(A, B, 6, Tcp(1000, 80, TcpFlags.Ack, 1, 1, [.. "Host: secret.example"u8])));
        Assert.Equal(14 + 20 + 20, Rewrite(tcp).Length);
        Assert.Equal(14 + 20 + 12, Rewrite(Ethernet(0x0800, IPv4(A, B, 132, [.. U16(1), .. U16(2), .. new byte[40]]))).Length);
        Assert.Equal(14 + 20, Rewrite(Ethernet(0x0800, IPv4(A, B, 89, new byte[40]))).Length); // OSPF
        Assert.Equal(14, Rewrite(Ethernet(0x88CC, [.. "switch.example"u8])).Length); // LLDP
        Assert.Equal(14 + 3, Rewrite(Ethernet(38, [0x42, 0x42, 3, .. new byte[35]])).Length); // STP
        Assert.Empty(Rewrite([.. "no link layer that is known"u8], linkType: 147));
    }

    [Fact]
    public void Arp_has_pseudonyms_of_both_kinds()
    {
        byte[] arp = [0, 1, 8, 0, 6, 4, 0, 2, .. MacA, .. Address(A), .. MacB, .. Address(B)];
        byte[] frame = Rewrite(Ethernet(0x0806, [.. arp, .. "padding with a name"u8]));
        byte[] expected =
        [
            .. Mac(MacB), .. Mac(MacA), 8, 6, .. arp[..8], .. Mac(MacA), .. Pseudonym(A), .. Mac(MacB), .. Pseudonym(B),
        ];
        Assert.Equal(expected, frame);
        Assert.Equal(14 + 8, Rewrite(Ethernet(0x0806, arp[..^1])).Length); // cut short
        Assert.Equal(14 + 8, Rewrite(Ethernet(0x0806, [0, 1, 0x80, 0x9B, .. arp[4..]])).Length); // AppleTalk's addresses
    }

    [Fact]
    public void The_packet_that_an_icmp_error_quotes_has_the_pseudonyms_that_it_had_itself()
    {
        byte[] quoted = IPv4(C, D, 17, Udp(4000, 53, [.. "secret.example"u8]));
        byte[] error = Rewrite(Ethernet(0x0800, IPv4(A, C, 1, Icmp(5, 1, [.. Address(B), .. quoted]))));
        byte[] alone = Rewrite(Ethernet(0x0800, quoted));
        Assert.Equal(Pseudonym(B), error[38..42]); // the gateway of a redirect
        Assert.Equal(alone[14..], error[42..]);
        Assert.Equal(14 + 20 + 8 + 20 + 8, error.Length);

        byte[] quoted6 = IPv6(C6, B6, 6, Tcp(4000, 80, TcpFlags.Syn));
        byte[] error6 = Rewrite(Ethernet(0x86DD, IPv6(A6, C6, 58, Icmp(2, 0, [0, 0, 5, 0, .. quoted6]))));
        Assert.Equal(Rewrite(Ethernet(0x86DD, quoted6))[14..], error6[(14 + 48)..]);
    }

    [Fact]
    public void What_an_error_quotes_of_an_error_ends_with_its_first_words()
    {
        byte[] innermost = IPv4(C, D, 17, Udp(1, 2));
        byte[] inner = IPv4(B, C, 1, Icmp(3, 1, [0, 0, 0, 0, .. innermost]));
        byte[] frame = Rewrite(Ethernet(0x0800, IPv4(A, B, 1, Icmp(11, 0, [0, 0, 0, 0, .. inner]))));
        Assert.Equal(14 + 20 + 8 + 20 + 8, frame.Length);
    }

    [Fact]
    public void Neighbor_discovery_has_pseudonyms_up_to_what_is_not_known()
    {
        byte[] prefix = [3, 4, 48, 0xC0, .. new byte[12], .. Address("2001:db8:1::")];
        byte[] servers = [25, 3, 0, 0, 0, 0, 0, 9, .. Address(C6)];
        byte[] names = [31, 2, 0, 0, 0, 0, 0, 9, 6, .. "secret"u8, 0];
        byte[] options = [1, 1, .. MacA, .. prefix, 5, 1, 0, 0, 0, 0, 5, 220, .. servers, .. names, 2, 1, .. MacB];
        byte[] frame = Rewrite(Ethernet(0x86DD, IPv6(A6, "ff02::1", 58, Icmp(134, 0, [.. new byte[12], .. options]))));
        int at = 14 + 40 + 16;
        Assert.Equal([1, 1, .. Mac(MacA)], frame[at..(at + 8)]);
        Assert.Equal([.. Pseudonym(B6)[..6], .. new byte[10]], frame[(at + 24)..(at + 40)]); // of that network: B6 is in it
        Assert.Equal(Pseudonym(C6), frame[(at + 56)..(at + 72)]);
        Assert.Equal(at + 72, frame.Length);

        byte[] solicited = Rewrite(Ethernet(0x86DD, IPv6(A6, B6, 58, Icmp(135, 0, [0, 0, 0, 0, .. Address(C6), 1, 1, .. MacA]))));
        Assert.Equal([.. Pseudonym(C6), 1, 1, .. Mac(MacA)], solicited[(14 + 48)..]);
    }

    [Fact]
    public void Options_and_extension_headers_with_addresses_have_pseudonyms()
    {
        byte[] options = [7, 11, 8, .. Address(C), 0, 0, 0, 0, 131, 7, 4, .. Address(D), 130, 4, 7, 7, 1, 0];
        byte[] frame = Rewrite(Ethernet(0x0800, IPv4(A, B, 17, Udp(1, 2), options: options)));
        Assert.Equal([7, 11, 8, .. Pseudonym(C), 0, 0, 0, 0, 131, 7, 4, .. Pseudonym(D), 130, 4, 0, 0, 1, 0], frame[34..58]);

        byte[] home = [17, 2, 1, 2, 0, 0, 0xC9, 16, .. Address(C6)];
        byte[] unknown = [60, 1, 0x1E, 12, .. "secret.label"u8];
        byte[] packet = IPv6(A6, B6, 0, [.. unknown, .. home, .. Udp(1, 2)]);
        byte[] rewritten = Rewrite(Ethernet(0x86DD, packet));
        Assert.Equal([60, 1, 0x1E, 12, .. new byte[12], .. home[..8], .. Pseudonym(C6)], rewritten[54..94]);
        Assert.Equal(packet[80..], rewritten[94..]);

        byte[] segments = [17, 4, 4, 1, 1, 0, 0, 0, .. Address(B6), .. Address(C6)];
        byte[] routed = Rewrite(Ethernet(0x86DD, IPv6(A6, C6, 43, [.. segments, .. Udp(1, 2)])));
        Assert.Equal([.. segments[..8], .. Pseudonym(B6), .. Pseudonym(C6)], routed[54..94]);
    }

    [Fact]
    public void Options_of_tcp_that_may_name_somebody_become_no_ops()
    {
        byte[] options = [2, 4, 5, 180, 30, 8, 0x34, 1, .. Address(C), 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9];
        byte[] tcp = Tcp(1, 2, TcpFlags.Syn);
        tcp[12] = (byte)((20 + options.Length + 3) / 4 << 4);
        byte[] frame = Rewrite(Ethernet(0x0800, IPv4(A, B, 6, [.. tcp, .. options, .. "payload"u8])));
        Assert.Equal([2, 4, 5, 180, .. Enumerable.Repeat((byte)1, 8), .. options[12..22], 0, 0], frame[54..]);
    }

    /// <summary>Room for anything, as the length that is theirs has none.</summary>
    [Theory]
    [InlineData(2)] // segment size
    [InlineData(3)] // window scale
    [InlineData(4)] // selective acknowledgement permitted
    [InlineData(5)] // selective acknowledgement
    [InlineData(8)] // time stamps
    public void Options_of_tcp_with_another_length_than_theirs_become_no_ops(byte kind)
    {
        byte[] tcp = Tcp(1, 2, TcpFlags.Ack);
        tcp[12] = (20 + 20) / 4 << 4;
        byte[] frame = Rewrite(Ethernet(0x0800, IPv4(A, B, 6, [.. tcp, kind, 18 + 1, .. Address(A6), 1, 0])));
        Assert.Equal([.. Enumerable.Repeat((byte)1, 19), 0], frame[54..]);
    }

    /// <summary>Under RARP's number: operation, address, mask.</summary>
    [Fact]
    public void Addresses_of_slarp_go()
    {
        byte[] slarp = [0x8F, 0, 0x80, 0x35, 0, 0, 0, 1, .. Address(A), 255, 255, 255, 0];
        Assert.Equal(slarp[..4], Rewrite(slarp, linkType: 104));
        DecodedPacket packet = Decoding.Decode(slarp, 104);
        Assert.Equal((0x8035, DecodeFailure.None), (packet.EtherType, packet.Failure));
    }

    [Fact]
    public void Header_fields_of_tunnels_that_name_somebody_are_emptied()
    {
        byte[] inner = IPv6(A6, B6, 17, Udp(1, 2));
        byte[] teredo = [0, 1, 4, 0, .. "user"u8, .. "8 bytes!"u8, 0, 0, 0, .. "po"u8, .. Address(C), .. inner];
        byte[] frame = Rewrite(Ethernet(0x0800, IPv4(A, B, 17, Udp(3544, 3544, teredo))));
        Assert.Equal([0, 1, 4, 0, .. new byte[13], .. new byte[8]], frame[42..67]);
        Assert.Equal(Pseudonym(A6), frame[75..91]);

        byte[] geneve = [2, 0, 0x86, 0xDD, 0, 0, 1, 0, 1, 2, 3, 1, .. Address(C), .. inner];
        Assert.Equal(new byte[8], Rewrite(Ethernet(0x0800, IPv4(A, B, 17, Udp(9, 6081, geneve))))[50..58]);

        // An extension header of GTP-U keeps its length and what follows it; the platform's header of ERSPAN III is anybody's.
        byte[] gtp = [0x34, 255, .. U16(12 + inner.Length), 0, 0, 0, 1, 0, 0, 0, 0x99, 2, .. Address(C), 7, 7, 0, .. inner];
        Assert.Equal([2, .. new byte[7]], Rewrite(Ethernet(0x0800, IPv4(A, B, 17, Udp(9, 2152, gtp))))[54..62]);
        byte[] platform = [.. new byte[7], 1, .. Address(C), .. Address(D)];
        byte[] erspan = [0x10, 0, 0x22, 0xEB, 0, 0, 0, 1, 0x20, 5, 0, 1, .. platform, .. Ethernet(0x86DD, inner)];
        Assert.Equal([.. erspan[8..20], .. new byte[8]], Rewrite(Ethernet(0x0800, IPv4(A, B, 47, erspan)))[42..62]);

        // RFC 1701: a source route is addresses.
        byte[] gre = [0x40, 0, 0x86, 0xDD, 0, 0, 0, 0, 0, 8, 4, 4, .. Address(C), 0, 0, 0, 0, .. inner];
        byte[] routed = Rewrite(Ethernet(0x0800, IPv4(A, B, 47, gre)));
        Assert.Equal([.. gre[..12], 0, 0, 0, 0, 0, 0, 0, 0], routed[34..54]);
        Assert.Equal(Pseudonym(A6), routed[62..78]);

        // Linux's cooked header has the tunnel's own address where a station's would be.
        byte[] cooked = [0, 0, 3, 0, 0, 4, .. Address(C), 1, 2, 3, 4, 8, 0, .. IPv4(A, B, 17, Udp(1, 2))];
        Assert.Equal([0, 0, 3, 0, 0, 4, .. new byte[8], 8, 0], Rewrite(cooked, linkType: 113)[..16]);
    }

    [Fact]
    public void Of_frames_strung_together_in_one_the_payloads_between_go_too()
    {
        byte[] Part(string source) => [0xAA, 0xAA, 3, 0, 0, 0, 8, 0, .. IPv4(source, B, 17, Udp(1, 2, [.. "secret"u8]))];
        byte[] one = Part(A);
        byte[] aggregate =
        [
            0x88, 1, 0, 0, .. MacA, .. MacB, .. MacA, 0, 0, 0x80, 0,
            .. MacA, .. MacB, .. U16(one.Length), .. one, .. MacA, .. MacB, .. U16(one.Length), .. Part(C),
        ];
        byte[] frame = Rewrite(aggregate, linkType: 105);
        Assert.Equal(-1, frame.AsSpan().IndexOf("secret"u8));
        Assert.Equal(aggregate.Length - 6, frame.Length);
        DecodedPacket packet = Decoding.Decode(frame, 105);
        Assert.Equal(Pseudonym(C), Address(packet.Source.ToString(4)));
    }

    [Fact]
    public void Checksums_inside_and_around_a_tunnel_are_mended()
    {
        byte[] inner = Sum(IPv4(A, B, 17, Sum(Udp(1000, 2000, 1, 2, 3), 6, [.. Address(A), .. Address(B), 0, 17, 0, 11])), 10);
        byte[] vxlan = Udp(9999, 4789, [8, 0, 0, 0, 0, 0, 1, 0, .. Ethernet(0x0800, inner)]);
        byte[] pseudo = [.. Address(C), .. Address(D), 0, 17, .. U16(vxlan.Length)];
        byte[] outer = Sum(IPv4(C, D, 17, Sum(vxlan, 6, pseudo)), 10);
        byte[] whole = [.. Rewrite(Ethernet(0x0800, outer)), 1, 2, 3];
        Assert.Equal(14 + outer.Length, whole.Length);
        Assert.Equal(0xFFFF, Add(whole[14..34]));
        Assert.Equal(0xFFFF, Add([.. whole[26..34], 0, 17, .. U16(vxlan.Length), .. whole[34..]]));
        Assert.Equal(0xFFFF, Add(whole[64..84]));
        Assert.Equal(0xFFFF, Add([.. whole[76..84], 0, 17, 0, 11, .. whole[84..]]));

        byte[] gre = Sum([0x80, 0, 8, 0, 0, 0, 0, 0, .. inner], 4);
        byte[] carried = [.. Rewrite(Ethernet(0x0800, IPv4(C, D, 47, gre))), 1, 2, 3];
        Assert.Equal(0xFFFF, Add(carried[34..]));
    }

    [Fact]
    public void No_checksum_stays_none_and_a_wrong_one_is_wrong_by_as_much() => Gen.UShort.Sample(wrong =>
    {
        byte[] udp = Udp(1000, 2000, 1, 2, 3);
        (udp[6], udp[7]) = ((byte)(wrong >> 8), (byte)wrong);
        byte[] pseudo = [0, 17, .. U16(udp.Length)];
        byte[] frame = Rewrite(Ethernet(0x0800, IPv4(A, B, 17, udp)));
        if (wrong == 0)
        {
            Assert.Equal([0, 0], frame[40..42]);
        }
        else
        {
            int before = Add([.. Address(A), .. Address(B), .. pseudo, .. udp]) % 0xFFFF;
            int after = Add([.. frame[26..34], .. pseudo, .. frame[34..], 1, 2, 3]) % 0xFFFF;
            Assert.Equal(before, after);
            Assert.NotEqual([0, 0], frame[40..42]);
        }
    }, iter: 5_000);

    [Fact]
    public void Any_bytes_of_any_link_type_come_out_no_longer_and_with_nothing_thrown()
    {
        FrameAnonymizer anonymizer = new(pseudonyms, []);
        Gen<(byte[] Frame, int LinkType)> broken =
            from which in Gen.Int[0, FrameCatalog.All.Count - 1]
            let row = FrameCatalog.All[which]
            from length in Gen.Int[0, row.Frame.Length]
            from at in Gen.Int[0, row.Frame.Length - 1].Array[0, 6]
            from values in Gen.Byte.Array[6]
            from tail in Gen.Byte.Array[0, 80]
            select (Broken(row.Frame, length, at, values, tail), row.LinkType);
        broken.Sample(one =>
        {
            RawPacket raw = new(0, one.Frame.Length, one.LinkType, 0, one.Frame);
            Assert.InRange(anonymizer.Rewrite(raw).Length, 0, one.Frame.Length);
        }, iter: 50_000, threads: 1);
    }

    private static byte[] Broken(byte[] frame, int length, int[] places, byte[] values, byte[] tail)
    {
        byte[] copy = [.. frame];
        for (int i = 0; i < places.Length; i++)
        {
            copy[places[i]] = values[i];
        }

        return [.. copy[..length], .. tail];
    }

    private byte[] Rewrite(byte[] frame, int linkType = LinkTypes.Ethernet) =>
        new FrameAnonymizer(pseudonyms, []).Rewrite(new RawPacket(0, frame.Length, linkType, 0, frame)).ToArray();

    private static byte[] Address(string text) => IPAddress.Parse(text).GetAddressBytes();

    private byte[] Pseudonym(string text) => Address(pseudonyms.OfText(text));

    private byte[] Mac(byte[] mac) =>
        Convert.FromHexString(pseudonyms.OfMac(Convert.ToUInt64(Convert.ToHexString(mac), 16)).ToString("x12"));

    private static int Add(byte[] bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += (bytes[i] << 8) + (i + 1 < bytes.Length ? bytes[i + 1] : 0);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        return (sum & 0xFFFF) + (sum >> 16);
    }

    /// <summary>A header with its checksum put in, of its first 20 bytes (IPv4) or of all and a pseudo-header.</summary>
    private static byte[] Sum(byte[] header, int at, byte[]? pseudo = null)
    {
        int checksum = ~Add([.. pseudo ?? [], .. at == 10 ? header[..20] : header]) & 0xFFFF;
        (header[at], header[at + 1]) = ((byte)(checksum >> 8), (byte)checksum);
        return header;
    }
}
