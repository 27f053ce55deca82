namespace NetTraffic;

/// <summary>Applications by well-known port: service names of the IANA Service Name and Transport Protocol Port Number Registry.</summary>
public static class ApplicationTable
{
    // (port, protocols: 1 = TCP, 2 = UDP, 4 = SCTP, name)
    private static readonly (int Port, int Protocols, string Name)[] Services =
    [
        (7, 3, "echo"), (9, 3, "discard"), (13, 3, "daytime"), (19, 3, "chargen"), (20, 1, "ftp-data"), (21, 1, "ftp"), (22, 5, "ssh"),
        (23, 1, "telnet"), (25, 1, "smtp"), (37, 3, "time"), (43, 1, "whois"), (49, 3, "tacacs"), (53, 3, "dns"), (67, 2, "dhcp"),
        (68, 2, "dhcp"), (69, 2, "tftp"), (70, 1, "gopher"), (79, 1, "finger"), (80, 5, "http"), (88, 3, "kerberos"),
        (102, 1, "iso-tsap"), (110, 1, "pop3"), (111, 3, "sunrpc"), (113, 1, "ident"), (119, 1, "nntp"), (123, 2, "ntp"),
        (135, 3, "epmap"), (137, 3, "netbios-ns"), (138, 3, "netbios-dgm"), (139, 3, "netbios-ssn"), (143, 1, "imap"), (161, 3, "snmp"),
        (162, 3, "snmptrap"), (177, 3, "xdmcp"), (179, 5, "bgp"), (194, 3, "irc"), (201, 3, "at-rtmp"), (319, 2, "ptp-event"),
        (320, 2, "ptp-general"), (389, 3, "ldap"), (427, 3, "svrloc"), (443, 7, "https"), (445, 3, "microsoft-ds"), (464, 3, "kpasswd"),
        (465, 1, "submissions"), (500, 2, "isakmp"), (502, 3, "modbus"), (513, 1, "login"), (514, 2, "syslog"), (515, 1, "printer"),
        (520, 2, "rip"), (521, 2, "ripng"), (546, 2, "dhcpv6"), (547, 2, "dhcpv6"), (548, 1, "afp"), (554, 3, "rtsp"), (563, 1, "nntps"),
        (587, 1, "submission"), (623, 2, "asf-rmcp"), (631, 3, "ipp"), (636, 3, "ldaps"), (639, 3, "msdp"), (646, 3, "ldp"),
        (853, 3, "domain-s"), (873, 1, "rsync"), (902, 1, "ideafarm-door"), (989, 3, "ftps-data"), (990, 3, "ftps"), (992, 1, "telnets"),
        (993, 1, "imaps"), (995, 1, "pop3s"), (1080, 1, "socks"), (1194, 3, "openvpn"), (1433, 3, "ms-sql-s"), (1434, 3, "ms-sql-m"),
        (1521, 1, "oracle"), (1701, 2, "l2tp"), (1719, 2, "h323gatestat"), (1720, 1, "h323hostcall"), (1723, 1, "pptp"),
        (1812, 3, "radius"), (1813, 3, "radius-acct"), (1883, 1, "mqtt"), (1900, 2, "ssdp"), (1985, 2, "hsrp"), (2049, 3, "nfs"),
        (2055, 2, "netflow"), (2123, 2, "gtp-control"), (2152, 2, "gtp-user"), (2181, 1, "zookeeper"), (2375, 1, "docker"),
        (2376, 1, "docker-s"), (2404, 1, "iec-104"), (2427, 2, "mgcp-gateway"), (2775, 1, "smpp"), (2905, 4, "m3ua"),
        (3128, 1, "http-proxy"), (3260, 1, "iscsi-target"), (3268, 1, "msft-gc"), (3269, 1, "msft-gc-ssl"), (3306, 1, "mysql"),
        (3389, 3, "ms-wbt-server"), (3478, 3, "stun"), (3544, 2, "teredo"), (3690, 1, "svn"), (3702, 2, "ws-discovery"),
        (3784, 2, "bfd-control"), (3868, 5, "diameter"), (4317, 1, "otlp"), (4500, 2, "ipsec-nat-t"), (4739, 3, "ipfix"),
        (4789, 2, "vxlan"), (5004, 2, "avt-profile-1"), (5005, 2, "avt-profile-2"), (5060, 7, "sip"), (5061, 5, "sips"),
        (5222, 1, "xmpp-client"), (5223, 1, "xmpp-client"), (5269, 1, "xmpp-server"), (5349, 3, "stuns"), (5351, 2, "nat-pmp"),
        (5353, 2, "mdns"), (5355, 3, "llmnr"), (5432, 1, "postgresql"), (5671, 1, "amqps"), (5672, 5, "amqp"), (5683, 3, "coap"),
        (5684, 3, "coaps"), (5900, 1, "rfb"), (5938, 3, "teamviewer"), (5985, 1, "wsman"), (5986, 1, "wsmans"), (6000, 1, "x11"),
        (6081, 2, "geneve"), (6343, 2, "sflow"), (6379, 1, "redis"), (6443, 1, "sun-sr-https"), (6514, 3, "syslog-tls"),
        (6653, 1, "openflow"), (6667, 1, "ircu"), (6881, 3, "bittorrent"), (6697, 1, "ircs-u"), (7946, 3, "gossip"),
        (8008, 1, "http-alt"), (8080, 1, "http-alt"), (8086, 1, "influxdb"), (8125, 2, "statsd"), (8332, 1, "bitcoin-rpc"),
        (8333, 1, "bitcoin"), (8443, 3, "https-alt"), (8883, 1, "secure-mqtt"), (9000, 1, "cslistener"), (9042, 1, "cassandra"),
        (9092, 1, "kafka"), (9100, 1, "jetdirect"), (9200, 1, "elasticsearch"), (9418, 1, "git"), (9996, 2, "netflow"),
        (10050, 1, "zabbix-agent"), (10051, 1, "zabbix-trapper"), (11211, 3, "memcache"), (20000, 3, "dnp"), (27017, 1, "mongodb"),
        (44818, 3, "ethernet-ip"), (47808, 2, "bacnet"), (51820, 2, "wireguard"),
    ];

    private static readonly string[] NamesById;
    private static readonly ushort[] Tcp = new ushort[65536];
    private static readonly ushort[] Udp = new ushort[65536];
    private static readonly ushort[] Sctp = new ushort[65536];

#pragma warning disable CA1810 // The tables share one pass over the list.
    static ApplicationTable()
#pragma warning restore CA1810
    {
        List<string> names = [""];
        Dictionary<string, ushort> ids = new(StringComparer.Ordinal);
        foreach ((int port, int protocols, string name) in Services)
        {
            if (!ids.TryGetValue(name, out ushort id))
            {
                id = (ushort)names.Count;
                names.Add(name);
                ids.Add(name, id);
            }

            Tcp[port] = (protocols & 1) != 0 ? id : Tcp[port];
            Udp[port] = (protocols & 2) != 0 ? id : Udp[port];
            Sctp[port] = (protocols & 4) != 0 ? id : Sctp[port];
        }

        NamesById = [.. names];
    }

    /// <summary>Every name, by identifier; entry 0 is the empty text for "unknown".</summary>
    public static IReadOnlyList<string> Names => NamesById;

    /// <summary>Identifier of the application on either port, the responder's first; 0: unknown.</summary>
    /// <param name="ipProtocol">IP protocol number: 6 TCP, 17 UDP, 132 SCTP; others have no ports.</param>
    /// <param name="sourcePort">Originator's port.</param>
    /// <param name="destinationPort">Responder's port.</param>
    public static ushort Find(byte ipProtocol, ushort sourcePort, ushort destinationPort)
    {
        ushort[]? table = ipProtocol switch { 6 => Tcp, 17 => Udp, 132 => Sctp, _ => null };
        if (table is null)
        {
            return 0;
        }

        ushort found = table[destinationPort];
        return found != 0 ? found : table[sourcePort];
    }

    /// <summary>Name of an application; the empty text for 0 and for identifiers out of range.</summary>
    public static string Name(int id) => (uint)id < (uint)NamesById.Length ? NamesById[id] : "";
}
