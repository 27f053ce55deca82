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

    /// <summary>802.11 after a radiotap header.</summary>
    public const int Ieee80211Radiotap = 127;

    /// <summary>802.11 after an AVS header.</summary>
    public const int Ieee80211Avs = 163;

    /// <summary>PPP of pppd: a direction byte, a 0x03 and the protocol.</summary>
    public const int PppPppd = 166;

    /// <summary>Per-Packet Information before a frame of another link type.</summary>
    public const int Ppi = 192;

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

    /// <summary>Linux cooked capture v2.</summary>
    public const int LinuxSll2 = 276;
}
