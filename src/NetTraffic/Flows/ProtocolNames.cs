using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>Names of protocols: IP protocol numbers, EtherTypes and link types as users see them in <c>Protocol</c>.</summary>
public static class ProtocolNames
{
    private static readonly string[] IpNames = MakeIpNames();

    /// <summary>The name of what a flow carries: the IP protocol where there is IP, else the EtherType, else the link type.</summary>
    public static string Protocol(byte ipVersion, byte ipProtocol, ushort etherType, ushort linkType) =>
        ipVersion != 0 ? IpNames[ipProtocol] : etherType != 0 ? EtherTypeName(etherType) : LinkTypeName(linkType);

    /// <summary>Whether an IP protocol's header begins with two ports: TCP, UDP, DCCP, SCTP, UDP-Lite.</summary>
    public static bool HasPorts(byte protocol) => protocol is 6 or 17 or 33 or 132 or 136;

    /// <summary>Keyword of the IANA protocol-numbers registry, or the number's text.</summary>
    public static string IpProtocol(byte protocol) => IpNames[protocol];

    /// <summary>The number of an IP protocol by the name that <see cref="IpProtocol"/> gives it; null: there is none.</summary>
    public static int? IpProtocolNumber(string name) => Array.IndexOf(IpNames, name) is >= 0 and int number ? number : null;

    /// <summary>Short name of an EtherType, or its four hexadecimal digits after 0x.</summary>
    public static string EtherTypeName(ushort etherType) => etherType switch
    {
        0x0800 => "IPv4",
        0x0806 => "ARP",
        0x0842 => "WOL",
        0x22F0 => "AVTP",
        0x2000 => "CDP",
        0x8035 => "RARP",
        0x809B => "AppleTalk",
        0x80F3 => "AARP",
        0x8100 => "VLAN",
        0x8137 => "IPX",
        0x86DD => "IPv6",
        0x8808 => "PAUSE",
        0x8809 => "LACP",
        0x8847 => "MPLS",
        0x8848 => "MPLS-MC",
        0x8863 => "PPPoED",
        0x8864 => "PPPoE",
        0x888E => "EAPOL",
        0x8892 => "PROFINET",
        0x88A2 => "AoE",
        0x88A4 => "EtherCAT",
        0x88A8 => "QinQ",
        0x88B8 => "GOOSE",
        0x88CC => "LLDP",
        0x88E5 => "MACsec",
        0x88F7 => "PTP",
        0x8902 => "CFM",
        0x8906 => "FCoE",
        0x9000 => "LOOP",
        _ => $"0x{etherType:x4}",
    };

    /// <summary>Name of the payload of a link type without EtherType.</summary>
    public static string LinkTypeName(ushort linkType) => linkType switch
    {
        1 => "LLC",
        _ => $"link-{linkType}",
    };

    /// <summary>Name of a tunnel; null for none.</summary>
    public static string? Tunnel(TunnelKind tunnel) => tunnel switch
    {
        TunnelKind.None => null,
        TunnelKind.IpInIp => "IPIP",
        TunnelKind.Gre => "GRE",
        TunnelKind.Erspan => "ERSPAN",
        TunnelKind.Vxlan => "VXLAN",
        TunnelKind.Geneve => "Geneve",
        TunnelKind.Teredo => "Teredo",
        TunnelKind.Gtp => "GTP",
        TunnelKind.Pppoe => "PPPoE",
        TunnelKind.L2tp => "L2TP",
        TunnelKind.EtherIp => "EtherIP",
        TunnelKind.Ayiya => "AYIYA",
        TunnelKind.Mpls => "MPLS",
        _ => "Other",
    };

    private static string[] MakeIpNames()
    {
        string[] names = new string[256];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        (int Number, string Name)[] known =
        [
            (0, "HOPOPT"), (1, "ICMP"), (2, "IGMP"), (4, "IPv4"), (6, "TCP"), (8, "EGP"), (9, "IGP"), (17, "UDP"), (27, "RDP"),
            (33, "DCCP"), (41, "IPv6"), (43, "IPv6-Route"), (44, "IPv6-Frag"), (46, "RSVP"), (47, "GRE"), (50, "ESP"), (51, "AH"),
            (58, "ICMPv6"), (59, "IPv6-NoNxt"), (60, "IPv6-Opts"), (88, "EIGRP"), (89, "OSPF"), (97, "EtherIP"), (98, "ENCAP"),
            (103, "PIM"), (108, "IPComp"), (112, "VRRP"), (113, "PGM"), (115, "L2TP"), (124, "IS-IS"), (132, "SCTP"), (133, "FC"),
            (135, "Mobility"), (136, "UDPLite"), (137, "MPLS-in-IP"), (139, "HIP"), (140, "Shim6"), (143, "Ethernet"),
        ];
        foreach ((int number, string name) in known)
        {
            names[number] = name;
        }

        return names;
    }
}
