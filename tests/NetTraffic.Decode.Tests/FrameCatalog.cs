using static NetTraffic.Testing.Frames;

namespace NetTraffic.Decode.Tests;

/// <summary>A frame and what is right about it.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="LinkType">LINKTYPE_ value.</param>
/// <param name="Frame">The bytes.</param>
/// <param name="Pair">Source, destination and protocol, or "- - 0xTYPE", as TShark.HostPairs has them.</param>
/// <param name="TSharkKnows">Whether TShark 4.0 says the same; otherwise what it lacks.</param>
internal sealed record CatalogFrame(string Name, int LinkType, byte[] Frame, string Pair, bool TSharkKnows = true);

/// <summary>Every EtherType, link type and tunnel that leads to IP, one frame each around the same datagram.</summary>
internal static class FrameCatalog
{
    public const string Pair4 = "192.0.2.1 192.0.2.2 17", Pair6 = "2001:db8::1 2001:db8::2 17", Outer = "10.9.9.1 10.9.9.2 ";
    public static readonly byte[] Datagram = IPv4("192.0.2.1", "192.0.2.2", 17, Udp(1000, 2000, 1, 2, 3));
    public static readonly byte[] Datagram6 = IPv6("2001:db8::1", "2001:db8::2", 17, Udp(1000, 2000, 1, 2, 3));
    public static readonly byte[] Inner = Ethernet(0x0800, Datagram);
    private static readonly byte[] Snap = [0xAA, 0xAA, 3, 0, 0, 0, 8, 0, .. Datagram];

    // Data to the distribution system, with its frame control as it is and swapped.
    private static readonly byte[] Wireless = [0x08, 1, 0, 0, .. MacA, .. MacB, .. MacA, 0, 0, .. Snap];
    private static readonly byte[] WirelessSwapped = [1, 0x08, .. Wireless[2..]];

    public static IReadOnlyList<CatalogFrame> All { get; } = [.. EtherTypes(), .. LinkTypes(), .. Tunnels(), .. WithoutIp()];

    public static CatalogFrame Named(string name) => All.Single(row => row.Name == name);

    private static IEnumerable<CatalogFrame> EtherTypes()
    {
        byte[] then = [8, 0, .. Datagram];
        (string Name, int Type, byte[] Content)[] tags =
        [
            ("IPv4", 0x0800, Datagram),
            ("802.1Q", 0x8100, [0, 5, .. then]),
            ("802.1ad", 0x88A8, [0, 5, .. then]),
            ("QinQ before it had a number", 0x9100, [0, 5, .. then]),
            ("802.1Q with a length", 0x8100, [0, 5, .. U16(Snap.Length), .. Snap]),
            ("VN-Tag", 0x8926, [0x80, 1, 0, 2, .. then]),
            ("E-Tag", 0x893F, [0, 0, 0, 1, 0, 0, .. then]),
            ("CMD", 0x8909, [1, 1, 0, 1, 0, 7, .. then]),
            ("HSR", 0x892F, [0, 51, 0, 1, .. then]),
            ("R-TAG", 0xF1C1, [0, 0, 0, 1, .. then]),
            ("TTag", 0x8988, [0, 0, 0, 0, 0, 1, .. then]),
            ("Arista, 64 bits of TAI", 0xD28B, [0, 1, 0, 0x10, .. new byte[8], .. then]),
            ("Arista, 48 bits of TAI", 0xD28B, [0, 1, 0, 0x20, .. new byte[6], .. then]),
            ("Arista, 64 bits of UTC", 0xD28B, [0, 1, 1, 0x10, .. new byte[8], .. then]),
            ("Arista, 48 bits of UTC", 0xD28B, [0, 1, 1, 0x20, .. new byte[6], .. then]),
            ("LLC in a long frame", 0x8870, Snap),
            ("MACsec in the clear", 0x88E5, [0x20, 0, 0, 0, 0, 1, .. new byte[8], .. then]),
            ("802.1ah", 0x88E7, [0, 0, 0, 9, .. Inner]),
            ("FabricPath", 0x8903, [0x10, 0x41, .. Inner]),
            ("TRILL", 0x22F3, [0, 0, 0, 1, 0, 2, .. Inner]),
            ("MPLS", 0x8847, [0, 1, 0, 64, 0, 2, 1, 64, .. Datagram]),
            ("PPPoE", 0x8864, [0x11, 0, 0, 9, .. U16(Datagram.Length + 2), 0, 0x21, .. Datagram]),
            ("MPLS, associated channel of IP", 0x8847, [0, 0, 0xD1, 64, 0x10, 0, 0, 0x21, .. Datagram]),
            ("NSH", 0x894F, [0, 6, 1, 1, 0, 0, 1, 255, .. new byte[16], .. Datagram]),
        ];
        foreach ((string name, int type, byte[] content) in tags)
        {
            bool heuristic = name is "FabricPath" or "TRILL";
            yield return new CatalogFrame(name, 1, Ethernet(type, content), Pair4);
            yield return new CatalogFrame($"{name} behind 802.1Q", 1, Ethernet(0x8100, Vlan(5, type, content)), Pair4, !heuristic);
            yield return new CatalogFrame($"{name} on Linux cooked", 113, [0, 0, 0, 1, 0, 6, .. MacA, 0, 0, .. U16(type), .. content],
                Pair4, !heuristic);
        }

        foreach ((string name, int type, int length) in new[] { ("VN-Tag", 0x8926, 4), ("E-Tag", 0x893F, 6), ("CMD", 0x8909, 6),
            ("HSR", 0x892F, 4), ("R-TAG", 0xF1C1, 4), ("TTag", 0x8988, 6) })
        {
            yield return new CatalogFrame($"{name} before 802.1Q", 1, Ethernet(type, [.. new byte[length], 0x81, 0, .. Vlan(5, 0x0800,
                Datagram)]), Pair4);
            yield return new CatalogFrame($"{name} before IPv6", 1, Ethernet(type, [.. new byte[length], 0x86, 0xDD, .. Datagram6]), Pair6);
        }

        // Addresses that begin with a 0, as a control word does: TShark's guess is by the makers of the cards.
        yield return new CatalogFrame("MPLS pseudowire of IPv6, no control word", 1,
            Ethernet(0x8847, [0, 1, 1, 64, .. Ethernet(0x86DD, Datagram6)]), Pair6, false);
        yield return new CatalogFrame("MPLS pseudowire of IPv6", 1,
            Ethernet(0x8847, [0, 1, 1, 64, 0, 0, 0, 0, .. Ethernet(0x86DD, Datagram6)]), Pair6, false);
        yield return new CatalogFrame("MPLS, associated channel of IPv6", 1,
            Ethernet(0x8847, [0, 0, 0xD1, 64, 0x10, 0, 0, 0x57, .. Datagram6]), Pair6);
        yield return new CatalogFrame("SHIM6 before a packet", 101,
            IPv6("2001:db8::1", "2001:db8::2", 140, [17, 0, 0x80, 0, 0, 0, 0, 0, .. Udp(1000, 2000, 1, 2, 3)]), Pair6, false);
        yield return new CatalogFrame("PRP's trailer", 1, [.. Ethernet(0x0800, Datagram), 0, 0xA1, 0xA0, 0x37, 0x88, 0xFB], Pair4);
        yield return new CatalogFrame("IPv6", 1, Ethernet(0x86DD, Datagram6), Pair6);
        yield return new CatalogFrame("IPv6 where IPv4 is named", 1, Ethernet(0x0800, Datagram6), Pair6);
    }

    private static IEnumerable<CatalogFrame> LinkTypes()
    {
        byte[] pktap = new byte[108];
        (pktap[0], pktap[4], pktap[8]) = (108, 1, 1);
        (string Name, int Type, byte[] Frame)[] links =
        [
            ("raw", 101, Datagram),
            ("raw IPv4", 228, Datagram),
            ("classical IP over ATM", 106, Datagram),
            ("null", 0, [2, 0, 0, 0, .. Datagram]),
            ("null, big-endian", 0, [0, 0, 0, 2, .. Datagram]),
            ("null, EtherType as the second half", 0, [0x0F, 0, 8, 0, .. Datagram]),
            ("null, EtherType behind a family", 0, [2, 0, 8, 0, .. Datagram]),
            ("null, EtherType", 0, [0, 0, 8, 0, .. Datagram]),
            ("null, EtherType in little-endian order", 0, [0, 8, 0, 0, .. Datagram]),
            ("null, PPP", 0, [0xFF, 3, 0, 0x21, .. Datagram]),
            ("loop", 108, [0, 0, 0, 2, .. Datagram]),
            ("Linux cooked v1", 113, [0, 0, 0, 1, 0, 6, .. MacA, 0, 0, 8, 0, .. Datagram]),
            ("Linux cooked v2", 276, [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, .. MacA, 0, 0, .. Datagram]),
            ("PPP", 9, [0, 0x21, .. Datagram]),
            ("PPP with HDLC framing", 50, [0xFF, 3, 0, 0x21, .. Datagram]),
            ("PPP with direction", 204, [0, 0xFF, 3, 0, 0x21, .. Datagram]),
            ("PPPoE", 51, [0x11, 0, 0, 9, .. U16(Datagram.Length + 2), 0, 0x21, .. Datagram]),
            ("Cisco HDLC", 104, [0x0F, 0, 8, 0, .. Datagram]),
            ("Frame Relay", 107, [0x18, 0x41, 3, 0xCC, .. Datagram]),
            ("RFC 1483", 100, Snap),
            ("SunATM, LLC", 123, [2, 0, 0, 42, .. Snap]),
            ("SunATM, LAN emulation", 123, [1, 0, 0, 42, 0, 1, .. Inner]),
            ("FDDI", 10, [0x50, .. MacB, .. MacA, .. Snap]),
            ("Token Ring", 6, [0, 0x40, .. MacB, .. MacA, .. Snap]),
            ("ARCNET", 7, [1, 2, 212, 0, 0, 7, .. Datagram]),
            ("ARCNET, exception", 7, [1, 2, 212, 0xFF, 0xFF, 0xFF, 212, 0, 0, 7, .. Datagram]),
            ("ARCNET, RFC 1051", 7, [1, 2, 240, .. Datagram]),
            ("ARCNET of Linux", 129, [1, 2, 0, 0, 212, 0, 0, 7, .. Datagram]),
            ("ARCNET of Linux, RFC 1051", 129, [1, 2, 0, 0, 240, .. Datagram]),
            ("802.11", 105, Wireless),
            ("IP over FireWire", 138, [.. new byte[16], 8, 0, .. Datagram]),
            ("IP over InfiniBand", 242, [.. new byte[40], 8, 0, 0, 0, .. Datagram]),
            ("PKTAP", 258, [.. pktap, .. Inner]),
            ("PKTAP as macOS numbers it", 149, [.. pktap, .. Inner]),
            ("ERF, Ethernet", 197, Erf(2, [0, 0, .. Inner], Inner.Length)),
            ("ERF, Ethernet with extension headers", 197,
                Erf(2, [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Inner], Inner.Length, extended: true)),
            ("ERF, color Ethernet", 197, Erf(11, [0, 0, .. Inner], Inner.Length)),
            ("ERF, PPP", 197, Erf(1, [0xFF, 3, 0, 0x21, .. Datagram], Datagram.Length + 4)),
            ("ERF, Cisco HDLC of a channel", 197, Erf(5, [0, 0, 0, 0, 0x0F, 0, 8, 0, .. Datagram], Datagram.Length + 4)),
            ("ERF, AAL5", 197, Erf(4, [0, 0, 0, 0, .. Snap], Snap.Length)),
            ("ERF, IPv4", 197, Erf(22, Datagram, Datagram.Length)),
            ("Juniper Ethernet", 178, [0x4D, 0x47, 0x43, 1, .. Inner]),
            ("Juniper Ethernet with extensions", 178, [0x4D, 0x47, 0x43, 0x81, 0, 3, 1, 2, 3, .. Inner]),
            ("Juniper Ethernet without a link layer", 178, [0x4D, 0x47, 0x43, 3, 2, 0, 0, 0, .. Datagram]),
            ("Juniper PPPoE", 167, [0x4D, 0x47, 0x43, 0, .. Inner]),
            ("Juniper PPP", 179, [0x4D, 0x47, 0x43, 0, 0xFF, 3, 0, 0x21, .. Datagram]),
            ("Juniper multilink PPP", 130, [0x4D, 0x47, 0x43, 0, 0, 0x21, .. Datagram]),
            ("Juniper Frame Relay", 180, [0x4D, 0x47, 0x43, 0, 0x18, 0x41, 3, 0xCC, .. Datagram]),
            ("Juniper Cisco HDLC", 181, [0x4D, 0x47, 0x43, 0, 0x0F, 0, 8, 0, .. Datagram]),
            ("Juniper ATM without a link layer", 137, [0x4D, 0x47, 0x43, 3, 2, 0, 0, 0, .. Datagram]),
        ];
        foreach ((string name, int type, byte[] frame) in links)
        {
            yield return new CatalogFrame($"link {type}, {name}", type, frame, Pair4);
        }

        (string Name, int Type, byte[] Frame)[] unknownToTShark =
        [
            ("Broadcom tag", 281, [.. MacB, .. MacA, 0, 0, 0, 1, 8, 0, .. Datagram]),
            ("Broadcom tag, prepended", 282, [0, 0, 0, 1, .. Inner]),
            ("Broadcom tag before 802.1Q", 281, [.. MacB, .. MacA, 0x20, 0, 0, 1, 0x81, 0, .. Vlan(7, 0x0800, Datagram)]),
            ("DSA", 284, [.. MacB, .. MacA, 0xC0, 0, 0, 1, 8, 0, .. Datagram]),
            ("DSA to the processor", 284, [.. MacB, .. MacA, 0, 0, 0, 1, 8, 0, .. Datagram]),
            ("DSA from the processor, tagged", 284, [.. MacB, .. MacA, 0x60, 0, 0, 1, 8, 0, .. Datagram]),
            ("DSA to a sniffer", 284, [.. MacB, .. MacA, 0x80, 0, 0, 1, 8, 0, .. Datagram]),
            ("DSA before 802.1Q", 284, [.. MacB, .. MacA, 0xC0, 0, 0, 5, 0x81, 0, .. Vlan(7, 0x0800, Datagram)]),
            ("DSA with a length", 284, [.. MacB, .. MacA, 0xC0, 0, 0, 5, .. U16(Snap.Length), .. Snap]),
            ("EDSA", 285, [.. MacB, .. MacA, 0xDA, 0xDA, 0, 0, 0xC0, 0, 0, 1, 8, 0, .. Datagram]),
            ("EDSA before 802.1Q", 285, [.. MacB, .. MacA, 0xDA, 0xDA, 0, 0, 0xC0, 0, 0, 5, 0x81, 0, .. Vlan(7, 0x0800, Datagram)]),
            ("Cisco HDLC with direction", 205, [0, 0x0F, 0, 8, 0, .. Datagram]),
            ("mPacket", 274, [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xD5, .. Inner, 0, 0, 0, 0]),
            ("mPacket, preemptable", 274, [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x4C, .. Inner, 0, 0, 0, 0]),
        ];
        foreach ((string name, int type, byte[] frame) in unknownToTShark)
        {
            yield return new CatalogFrame($"link {type}, {name}", type, frame, Pair4, false);
        }

        yield return new CatalogFrame("link 229, raw IPv6", 229, Datagram6, Pair6);
        yield return new CatalogFrame("link 228 with IPv6", 228, Datagram6, Pair6);
        yield return new CatalogFrame("link 7 with IPv6", 7, [1, 2, 196, 0, 0, 7, .. Datagram6], Pair6);
        yield return new CatalogFrame("link 197, IPv6", 197, Erf(23, Datagram6, Datagram6.Length), Pair6);
        yield return new CatalogFrame("link 0, IPv6's EtherType as the second half", 0, [0x0F, 0, 0x86, 0xDD, .. Datagram6], Pair6);
    }

    private static IEnumerable<CatalogFrame> Tunnels()
    {
        byte[] vxlan = [8, 0, 0, 0, 0, 0, 42, 0, .. Inner];
        (string Name, byte[] Frame, bool Known)[] tunnels =
        [
            ("IPv4 in IPv4", OverIp(4, Datagram), true),
            ("EtherIP", OverIp(97, [0x30, 0, .. Inner]), true),
            ("MPLS in IP", OverIp(137, [0, 1, 1, 64, .. Datagram]), true),
            ("GRE", OverIp(47, [0, 0, 8, 0, .. Datagram]), true),
            ("GRE, Ethernet", OverIp(47, [0, 0, 0x65, 0x58, .. Inner]), true),
            ("GRE, CMD", OverIp(47, [0, 0, 0x89, 9, 8, 0, 1, 1, 0, 1, 0, 7, .. Datagram]), true),
            ("GRE, 802.1Q", OverIp(47, [0, 0, 0x81, 0, 0, 5, 8, 0, .. Datagram]), false),
            ("SHIM6", IPv6("fd00::1", "fd00::2", 140, [4, 0, 0x80, 0, 0, 0, 0, 0, .. Datagram]), true),
            ("GRE, route", OverIp(47, [0x40, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0, .. Datagram]), true),
            ("ERSPAN II", OverIp(47, [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x10, 5, 0, 1, 0, 0, 0, 0, .. Inner]), true),
            ("ERSPAN III", OverIp(47, [0x10, 0, 0x22, 0xEB, 0, 0, 0, 1, 0x20, 5, 0, 1, .. new byte[8], .. Inner]), true),
            ("ERSPAN III under the number of II",
                OverIp(47, [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x20, 5, 0, 1, .. new byte[8], .. Inner]), true),
            ("ERSPAN II under the number of III", OverIp(47, [0, 0, 0x22, 0xEB, 0x10, 5, 0, 1, 0, 0, 0, 0, .. Inner]), true),
            ("AMT, data", OverUdp(40000, 2268, [6, 0, .. Datagram]), true),
            ("AMT, query", OverUdp(2268, 40000, [4, 0, .. new byte[10], .. Datagram]), true),
            ("AMT, update", OverUdp(40000, 2268, [5, 0, .. new byte[10], .. Datagram]), true),
            ("PIM register", OverIp(103, [0x21, 0, 0, 0, 0, 0, 0, 0, .. Datagram]), true),
            ("PIM register of a border", OverIp(103, [0x21, 0, 0, 0, 0x80, 0, 0, 0, .. Datagram]), true),
            ("PIM null register with headers", OverIp(103, [0x21, 0, 0, 0, 0x40, 0, 0, 0, .. Datagram]), true),
            ("PIM version 1 register", OverIp(2, [0x14, 1, 0, 0, 0x10, 0, 0, 0, .. Datagram]), true),
            ("VXLAN", OverUdp(50000, 4789, vxlan), true),
            ("VXLAN with a group", OverUdp(50000, 4789, [0x88, 0, 0, 1, .. vxlan[4..]]), true),
            ("VXLAN of Linux", OverUdp(50000, 8472, vxlan), false),
            ("VXLAN of Linux with a group", OverUdp(50000, 8472, [0x88, 0, 0, 1, .. vxlan[4..]]), false),
            ("Geneve", OverUdp(50000, 6081, [0, 0, 0x65, 0x58, 0, 0, 1, 0, .. Inner]), true),
            ("Geneve, IPv4", OverUdp(50000, 6081, [0, 0, 8, 0, 0, 0, 1, 0, .. Datagram]), true),
            ("GTP-U", OverUdp(2152, 2152, Gtp(0x30, [], Datagram)), true),
            ("GTP-U with a sequence number", OverUdp(2152, 2152, Gtp(0x32, [0, 1, 0, 0], Datagram)), true),
            ("GTP-U, next type without its flag", OverUdp(2152, 2152, Gtp(0x32, [0, 1, 0, 0x85], Datagram)), true),
            ("GTP-U, N-PDU number", OverUdp(2152, 2152, Gtp(0x31, [0, 0, 1, 0], Datagram)), true),
            ("GTP-U, PDU session", OverUdp(2152, 2152, Gtp(0x34, [0, 0, 0, 0x85, 1, 0x10, 5, 0], Datagram)), true),
            ("GTP-U, long PDU session", OverUdp(2152, 2152, Gtp(0x34, [0, 0, 0, 0x85, 2, 0x10, 5, 0x80, 0, 0, 0, 0], Datagram)), true),
            ("GTP-U, PDCP number", OverUdp(2152, 2152, Gtp(0x34, [0, 0, 0, 0xC0, 1, 0, 1, 0], Datagram)), true),
            ("GTP-U, UDP port", OverUdp(2152, 2152, Gtp(0x34, [0, 0, 0, 0x40, 1, 8, 0x68, 0], Datagram)), true),
            ("GTP-U, service class", OverUdp(2152, 2152, Gtp(0x34, [0, 0, 0, 0x20, 1, 0, 1, 0], Datagram)), true),
            ("GTP-U, unknown extension", OverUdp(2152, 2152, Gtp(0x34, [0, 0, 0, 0x99, 1, 0, 1, 0], Datagram)), true),
            ("GTP-U, two extensions",
                OverUdp(2152, 2152, Gtp(0x34, [0, 0, 0, 0xC0, 1, 0, 1, 0x85, 1, 0x10, 5, 0], Datagram)), true),
            ("GTP-U, Ethernet", OverUdp(2152, 2152, Gtp(0x30, [], Inner)), true),
            ("GTP-U on GTP-C's port", OverUdp(40000, 2123, Gtp(0x30, [], Datagram)), true),
            ("GTP-U on GTP's first port", OverUdp(40000, 3386, Gtp(0x30, [], Datagram)), true),
            ("GTP version 0",
                OverUdp(3386, 3386, [0x1E, 255, .. U16(Datagram.Length), 0, 1, 0, 1, .. new byte[12], .. Datagram]), true),
            ("GTP version 0 on GTP-U's port",
                OverUdp(2152, 2152, [0x1E, 255, .. U16(Datagram.Length), 0, 1, 0, 1, .. new byte[12], .. Datagram]), true),
            ("CAPWAP, 802.3", OverUdp(40000, 5247, [0, 0x10, 0x42, 0, 0, 0, 0, 0, .. Inner]), true),
            ("CAPWAP, 802.3 of no binding", OverUdp(40000, 5247, [0, 0x10, 0x40, 0, 0, 0, 0, 0, .. Inner]), true),
            ("CAPWAP, 802.11", OverUdp(5247, 40000, [0, 0x10, 0x43, 0, 0, 0, 0, 0, .. WirelessSwapped]), true),
            ("CAPWAP, 802.11 with wireless information",
                OverUdp(40000, 5247, [0, 0x20, 0x43, 0x20, 0, 0, 0, 0, 4, .. new byte[7], .. WirelessSwapped]), true),
            ("CAPWAP, 802.11 with a radio's address",
                OverUdp(40000, 5247, [0, 0x20, 0x43, 0x10, 0, 0, 0, 0, 6, .. MacA, 0, .. WirelessSwapped]), true),
            ("CAPWAP, 802.11 with its sequence control swapped too",
                OverUdp(40000, 5247, [0, 0x10, 0x43, 0, 0, 0, 0, 0, .. WirelessSwapped[..22], 0x76, 0x30, .. WirelessSwapped[24..]]), true),
            ("CAPWAP, a fragment that is first and last", OverUdp(40000, 5247, [0, 0x10, 0x42, 0xC0, 0, 7, 0, 0, .. Inner]), true),
            ("LISP", OverUdp(40000, 4341, [.. new byte[8], .. Datagram]), true),
            ("MPLS in UDP", OverUdp(50000, 6635, [0, 1, 1, 64, .. Datagram]), true),
            ("GRE in UDP", OverUdp(50000, 4754, [0, 0, 8, 0, .. Datagram]), true),
            ("L2TP with a length",
                OverUdp(1701, 1701, [0x40, 2, .. U16(12 + Datagram.Length), 0, 1, 0, 1, 0xFF, 3, 0, 0x21, .. Datagram, 9, 9, 9]), true),
            ("L2TP", OverUdp(1701, 1701, [0, 2, 0, 1, 0, 1, 0xFF, 3, 0, 0x21, .. Datagram]), true),
        ];
        foreach ((string name, byte[] frame, bool known) in tunnels)
        {
            yield return new CatalogFrame($"tunnel {name}", 101, frame, Pair4, known);
        }

        yield return new CatalogFrame("tunnel IPv6 in IPv4", 101, OverIp(41, Datagram6), Pair6);
        yield return new CatalogFrame("tunnel IPv6 where IPv4 is named", 101, OverIp(4, Datagram6), Pair6);
        yield return new CatalogFrame("tunnel PIM register of IPv6", 101,
            IPv6("fd00::1", "fd00::2", 103, [0x21, 0, 0, 0, 0, 0, 0, 0, .. Datagram6]), Pair6);
        yield return new CatalogFrame("tunnel GTP-U, IPv6", 101, OverUdp(2152, 2152, Gtp(0x30, [], Datagram6)), Pair6);
    }

    private static IEnumerable<CatalogFrame> WithoutIp() =>
    [
        new("ARP", 1, Ethernet(0x0806, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2),
            "- - 0x0806"),
        new("IPv4 where IPv6 is named", 1, Ethernet(0x86DD, Datagram), "- - 0x86dd"),
        new("link 229 with IPv4", 229, Datagram, "- - -"),
        new("link 101 with version 7", 101, [0x75, .. Datagram[1..]], "- - -"),
        new("link 0 of an unknown family", 0, [0x17, 0, 0, 0, .. Datagram], "- - -"),
        new("Arista, unknown subtype", 1, Ethernet(0xD28B, [0, 2, 0, 0x10, .. new byte[8], 8, 0, .. Datagram]), "- - 0xd28b"),
        new("an unknown EtherType", 1, Ethernet(0x9200, [0, 5, 8, 0, .. Datagram]), "- - 0x9200"),
        new("MACsec of another version", 1, Ethernet(0x88E5, [0xA0, 0, 0, 0, 0, 1, .. new byte[8], 8, 0, .. Datagram, .. new byte[16]]),
            "- - 0x88e5"),
        new("6LoWPAN", 1, Ethernet(0xA0ED, [0x41, .. Datagram6]), "- - 0xa0ed", false),
        new("802.11 of another version", 105, [0x09, .. Wireless[1..]], "- - -"),
        new("GRE, route without an end", 101, OverIp(47, [0x40, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 4, 1, 2, 3, 4, 5]), Outer + "47"),
        new("ERSPAN of no version", 101, OverIp(47, [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0, 5, 0, 1, 0, 0, 0, 0, .. Inner]), Outer + "47"),
        new("AH shorter than its own fields", 101, IPv6("fd00::1", "fd00::2", 51, [4, 0, .. new byte[10], .. Datagram]),
            "fd00::1 fd00::2 51", false),
        new("LISP that carries no IP", 101, OverUdp(40000, 4341, new byte[40]), Outer + "17"),
        new("AMT, discovery", 101, OverUdp(40000, 2268, [1, 0, 0, 0, 1, 2, 3, 4]), Outer + "17"),
        new("L2TP whose length ends in its header", 101, OverUdp(1701, 1701, [0x40, 2, 0, 6, 0, 1, 0, 1, 0xFF, 3, 0, 0x21, .. Datagram]),
            Outer + "17"),
        new("PIM null register without headers", 101, OverIp(103, [0x21, 0, 0, 0, 0x40, 0, 0, 0, .. new byte[20]]), Outer + "103"),
        new("GTP's charging protocol", 101, OverUdp(2152, 2152, Gtp(0x20, [], Datagram)), Outer + "17"),
        new("GTP-U's end marker", 101, OverUdp(2152, 2152, Gtp(0x30, [], Datagram, type: 254)), Outer + "17"),
        new("GTP-U with an extension of no length", 101, OverUdp(2152, 2152, Gtp(0x34, [0, 0, 0, 0x85, 0, 0, 0, 0], Datagram)),
            Outer + "17"),
        new("GTP-U on any port", 101, OverUdp(40000, 2153, Gtp(0x30, [], Datagram)), Outer + "17"),
        new("CAPWAP, 802.11 of another binding", 101, OverUdp(40000, 5247, [0, 0x10, 0x45, 0, 0, 0, 0, 0, .. WirelessSwapped]),
            Outer + "17"),
        new("DNS from VXLAN's old port", 101, OverUdp(8472, 53, [0x12, 0x34, 1, 0, 0, 1, .. new byte[40]]), Outer + "17"),
    ];

    private static byte[] OverIp(byte protocol, params byte[] payload) => IPv4("10.9.9.1", "10.9.9.2", protocol, payload);

    private static byte[] OverUdp(int source, int destination, params byte[] payload) => OverIp(17, Udp(source, destination, payload));

    private static byte[] Gtp(byte flags, byte[] options, byte[] payload, byte type = 255) =>
        [flags, type, .. U16(options.Length + payload.Length), 0, 0, 0, 1, .. options, .. payload];

    private static byte[] Erf(byte type, byte[] rest, int wireLength, bool extended = false) =>
        [.. new byte[8], (byte)(type | (extended ? 0x80 : 0)), 4, .. U16(16 + rest.Length), 0, 0, .. U16(wireLength), .. rest];
}
