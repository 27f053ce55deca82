using System.Text.RegularExpressions;
using NetTraffic.Packets;

namespace NetTraffic.Tests;

/// <summary>Names of protocols and applications.</summary>
public sealed class NameTests
{
    // IANA's Service Name and Transport Protocol Port Number Registry; "dns" is what users call its "domain".
    [Theory]
    [InlineData(6, 22, "ssh")]
    [InlineData(6, 25, "smtp")]
    [InlineData(6, 80, "http")]
    [InlineData(6, 443, "https")]
    [InlineData(17, 443, "https")]
    [InlineData(17, 53, "dns")]
    [InlineData(6, 53, "dns")]
    [InlineData(17, 123, "ntp")]
    [InlineData(17, 161, "snmp")]
    [InlineData(6, 179, "bgp")]
    [InlineData(6, 389, "ldap")]
    [InlineData(6, 445, "microsoft-ds")]
    [InlineData(17, 514, "syslog")]
    [InlineData(6, 853, "domain-s")]
    [InlineData(6, 993, "imaps")]
    [InlineData(6, 3306, "mysql")]
    [InlineData(6, 3389, "ms-wbt-server")]
    [InlineData(17, 4789, "vxlan")]
    [InlineData(6, 5432, "postgresql")]
    [InlineData(17, 5353, "mdns")]
    [InlineData(6, 6379, "redis")]
    [InlineData(132, 5060, "sip")]
    public void A_well_known_port_is_named_as_in_IANAs_registry(byte protocol, ushort port, string name) =>
        Assert.Equal(name, ApplicationTable.Name(ApplicationTable.Find(protocol, 50_001, port)));

    [Fact]
    public void The_responders_port_comes_first() => Assert.Equal("https", ApplicationTable.Name(ApplicationTable.Find(6, 22, 443)));

    [Fact]
    public void The_originators_port_is_looked_at_where_the_responders_is_none() =>
        Assert.Equal("ssh", ApplicationTable.Name(ApplicationTable.Find(6, 22, 50_001)));

    [Theory]
    [InlineData(1, 8, 443)] // ICMP has no ports
    [InlineData(6, 50_001, 50_002)]
    [InlineData(17, 50_001, 22)] // ssh is not a name of UDP
    public void Anything_else_has_no_application(byte protocol, ushort source, ushort destination) =>
        Assert.Equal(0, ApplicationTable.Find(protocol, source, destination));

    [Fact]
    public void Application_names_are_plain_and_distinct()
    {
        Assert.Equal("", ApplicationTable.Names[0]);
        Assert.All(ApplicationTable.Names.Skip(1),
            name => Assert.Matches(new Regex("^[a-z0-9][a-z0-9-]*$", RegexOptions.None, TimeSpan.FromSeconds(1)), name));
        Assert.Equal(ApplicationTable.Names.Count, ApplicationTable.Names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(("", ""), (ApplicationTable.Name(-1), ApplicationTable.Name(ApplicationTable.Names.Count)));
    }

    // IANA's Protocol Numbers, as far as the system's own table has them.
    [Theory]
    [InlineData(1, "ICMP")]
    [InlineData(2, "IGMP")]
    [InlineData(6, "TCP")]
    [InlineData(17, "UDP")]
    [InlineData(47, "GRE")]
    [InlineData(50, "ESP")]
    [InlineData(58, "ICMPv6")]
    [InlineData(89, "OSPF")]
    [InlineData(132, "SCTP")]
    [InlineData(254, "254")]
    public void An_IP_protocol_has_its_name_or_its_number(byte protocol, string name)
    {
        Assert.Equal(name, ProtocolNames.IpProtocol(protocol));
        Assert.Equal(name, ProtocolNames.Protocol(4, protocol, 0x0800, 1));
    }

    [Theory]
    [InlineData(0x0806, 1, "ARP")]
    [InlineData(0x88CC, 1, "LLDP")]
    [InlineData(0x1234, 1, "0x1234")]
    [InlineData(0, 1, "LLC")]
    [InlineData(0, 147, "link-147")]
    public void Without_IP_the_EtherType_names_it_or_the_link_type(ushort etherType, ushort linkType, string name) =>
        Assert.Equal(name, ProtocolNames.Protocol(0, 0, etherType, linkType));

    [Fact]
    public void Every_protocol_has_a_name_of_its_own() =>
        Assert.Equal(256, Enumerable.Range(0, 256).Select(number => ProtocolNames.IpProtocol((byte)number)).Distinct().Count());

    [Fact]
    public void Every_tunnel_has_a_name_of_its_own()
    {
        Assert.Null(ProtocolNames.Tunnel(TunnelKind.None));
        TunnelKind[] kinds = Enum.GetValues<TunnelKind>();
        Assert.Equal(kinds.Length, kinds.Select(ProtocolNames.Tunnel).Distinct().Count());
    }

    [Fact]
    public void What_answers_an_ICMP_message_is_answered_by_it() => Assert.All(Enumerable.Range(0, 256), type =>
    {
        foreach (byte version in new byte[] { 4, 6 })
        {
            int other = IcmpPairs.Counterpart(version, type);
            Assert.True(other < 0 || IcmpPairs.Counterpart(version, other) == type);
        }
    });
}
