namespace NetTraffic.Decode;

/// <summary>LINKTYPE_ values of the tcpdump registry (https://www.tcpdump.org/linktypes.html) that the decoder opens.</summary>
public static class LinkTypes
{
    /// <summary>BSD loopback: 4 bytes of address family in the capturing machine's byte order.</summary>
    public const int Null = 0;

    /// <summary>Ethernet.</summary>
    public const int Ethernet = 1;

    /// <summary>Token Ring (IEEE 802.5).</summary>
    public const int TokenRing = 6;

    /// <summary>ARCNET as BSD has it.</summary>
    public const int Arcnet = 7;

    /// <summary>PPP, with or without HDLC framing.</summary>
    public const int Ppp = 9;

    /// <summary>FDDI.</summary>
    public const int Fddi = 10;

    /// <summary>LLC/SNAP of ATM (RFC 1483).</summary>
    public const int AtmRfc1483 = 100;

    /// <summary>Raw IPv4 or IPv6.</summary>
    public const int Raw = 101;

    /// <summary>Raw IP as some systems' DLT numbers that ended up in files.</summary>
    public const int RawBsd = 12;

    /// <summary>Raw IP of OpenBSD.</summary>
    public const int RawOpenBsd = 14;

    /// <summary>PPP in HDLC-like framing (RFC 1662).</summary>
    public const int PppHdlc = 50;

    /// <summary>PPPoE session packets (RFC 2516), from the PPPoE header.</summary>
    public const int PppEther = 51;

    /// <summary>Cisco HDLC.</summary>
    public const int CiscoHdlc = 104;

    /// <summary>IEEE 802.11.</summary>
    public const int Ieee80211 = 105;

    /// <summary>Frame Relay (RFC 2427).</summary>
    public const int FrameRelay = 107;

    /// <summary>Classical IP over ATM (RFC 2225): raw IP.</summary>
    public const int AtmClassicalIp = 106;

    /// <summary>OpenBSD loopback: the address family in network byte order.</summary>
    public const int Loop = 108;

    /// <summary>OpenBSD IPsec encapsulating interface.</summary>
    public const int Enc = 109;

    /// <summary>Linux cooked capture v1.</summary>
    public const int LinuxSll = 113;

    /// <summary>OpenBSD pflog.</summary>
    public const int Pflog = 117;

    /// <summary>802.11 after a Prism header.</summary>
    public const int Ieee80211Prism = 119;

    /// <summary>IP over Fibre Channel (RFC 2625).</summary>
    public const int IpOverFc = 122;

    /// <summary>ATM of Solaris: flags, VPI and VCI before an LLC or LAN emulation frame.</summary>
    public const int SunAtm = 123;

    /// <summary>802.11 after a radiotap header.</summary>
    public const int Ieee80211Radiotap = 127;

    /// <summary>ARCNET as Linux has it, with two bytes of offset.</summary>
    public const int ArcnetLinux = 129;

    /// <summary>Juniper's header before multilink PPP.</summary>
    public const int JuniperMultilinkPpp = 130;

    /// <summary>Juniper's header before other multilink and service frames: the last of these numbers is ATM over PIC 1.</summary>
    public const int JuniperMultilinkFrameRelay = 131, JuniperAtm1 = 137;

    /// <summary>IP over FireWire of Apple.</summary>
    public const int AppleIpOverFireWire = 138;

    /// <summary>The third number for private use; macOS writes PKTAP under it.</summary>
    public const int User2 = 149;

    /// <summary>802.11 after an AVS header.</summary>
    public const int Ieee80211Avs = 163;

    /// <summary>PPP of pppd: a direction byte, a 0x03 and the protocol.</summary>
    public const int PppPppd = 166;

    /// <summary>Juniper's header before Ethernet frames with PPPoE.</summary>
    public const int JuniperPppoe = 167;

    /// <summary>Juniper's header before an Ethernet frame.</summary>
    public const int JuniperEthernet = 178;

    /// <summary>Juniper's header before PPP.</summary>
    public const int JuniperPpp = 179;

    /// <summary>Juniper's header before Frame Relay.</summary>
    public const int JuniperFrameRelay = 180;

    /// <summary>Juniper's header before Cisco HDLC.</summary>
    public const int JuniperCiscoHdlc = 181;

    /// <summary>Per-Packet Information before a frame of another link type.</summary>
    public const int Ppi = 192;

    /// <summary>Endace's Extensible Record Format.</summary>
    public const int Erf = 197;

    /// <summary>PPP after a direction byte.</summary>
    public const int PppWithDirection = 204;

    /// <summary>Cisco HDLC after a direction byte.</summary>
    public const int CiscoHdlcWithDirection = 205;

    /// <summary>Solaris ipnet.</summary>
    public const int Ipnet = 226;

    /// <summary>Raw IPv4.</summary>
    public const int IPv4 = 228;

    /// <summary>Raw IPv6.</summary>
    public const int IPv6 = 229;

    /// <summary>Linux netfilter log messages.</summary>
    public const int Nflog = 239;

    /// <summary>Ethernet after a 4-byte netANALYZER header.</summary>
    public const int NetAnalyzer = 240;

    /// <summary>IP over InfiniBand (RFC 4391) behind a Global Routing Header.</summary>
    public const int IpOverInfiniBand = 242;

    /// <summary>Darwin's PKTAP: process and interface before a frame of another link type.</summary>
    public const int PktAp = 258;

    /// <summary>IEEE 802.3br mPackets: preamble and start delimiter, then the frame.</summary>
    public const int EthernetMPacket = 274;

    /// <summary>Linux cooked capture v2.</summary>
    public const int LinuxSll2 = 276;

    /// <summary>Ethernet with a Broadcom switch's 4-byte tag behind the addresses.</summary>
    public const int BroadcomTag = 281;

    /// <summary>The same tag before the frame.</summary>
    public const int BroadcomTagPrepended = 282;

    /// <summary>Ethernet with a Marvell switch's 4-byte DSA tag behind the addresses.</summary>
    public const int MarvellTag = 284;

    /// <summary>The same behind an EtherType and two bytes of its own (EDSA).</summary>
    public const int MarvellTagWithEtherType = 285;
}
