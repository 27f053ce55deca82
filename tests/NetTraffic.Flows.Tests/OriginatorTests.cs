using NetTraffic.Packets;

namespace NetTraffic.Flows.Tests;

/// <summary>Who is the source of a flow, and which packets belong together.</summary>
public sealed class OriginatorTests
{
    [Fact]
    public void The_sender_of_the_first_packet_is_the_source()
    {
        const ushort noService = 50001;
        FlowRow row = new Script().Udp(fromA: false, payload: 10, noService).Udp(fromA: true, payload: 20, noService)
            .Udp(fromA: true, payload: 30, noService).Row();
        Assert.Equal(("10.0.0.2", noService, 1L, 52L), (row.Source.ToString(row.IpVersion), row.SourcePort, row.SourcePackets, row.SourceBytes));
        Assert.Equal(("10.0.0.1", (ushort)40000, 2L, 134L),
            (row.Destination.ToString(row.IpVersion), row.DestinationPort, row.DestinationPackets, row.DestinationBytes));
    }

    [Theory]
    [InlineData(6, 80, 32828)]
    [InlineData(6, 80, 6705)]
    [InlineData(6, 443, 8443)] // a service's system port before its other one
    [InlineData(6, 3306, 52000)]
    [InlineData(17, 53, 1000)] // no service is known by 1000
    [InlineData(17, 443, 52000)]
    public void A_flow_seen_from_its_middle_comes_from_the_side_without_the_well_known_port(byte protocol, ushort service, ushort other)
    {
        DecodedPacket answer = new Script().FromB("A", payload: 5).Packets[0] with
        {
            IpProtocol = protocol,
            SourcePort = service,
            DestinationPort = other,
        };
        FlowRow row = Assert.Single(Rows(answer));
        Assert.Equal(("10.0.0.1", other, 0L, 1L), (row.Source.ToString(row.IpVersion), row.SourcePort, row.SourcePackets, row.DestinationPackets));
    }

    [Theory]
    [InlineData(80, 443)]
    [InlineData(50001, 50002)]
    [InlineData(50001, 80)]
    public void A_flow_seen_from_its_middle_whose_ports_say_nothing_comes_from_the_first_sender(ushort first, ushort second)
    {
        DecodedPacket segment = new Script().FromB("A", payload: 5).Packets[0] with { SourcePort = first, DestinationPort = second };
        Assert.Equal("10.0.0.2", Assert.Single(Rows(segment)).Source.ToString(4));
    }

    [Fact]
    public void A_SYN_from_a_well_known_port_is_the_originators()
    {
        FlowRow row = new Script().FromB("S").FromA("SA").FromB("A").Row();
        Assert.Equal(("10.0.0.2", 2L, 1L), (row.Source.ToString(row.IpVersion), row.SourcePackets, row.DestinationPackets));
    }

    [Fact]
    public void Identifiers_are_exact_in_a_double_and_differ()
    {
        List<FlowRow> rows = [.. Enumerable.Range(0, 200).SelectMany(_ => new Script().Udp(true).Udp(true, destination: 54).Rows())];
        Assert.Equal(400, rows.Select(row => row.FlowId).Distinct().Count());
        Assert.All(rows, row => Assert.InRange(row.FlowId, 1UL, (1UL << 53) - 1));
        Assert.Contains(rows, row => row.FlowId > 1UL << 51); // the room is used
    }

    [Fact]
    public void The_receiver_of_a_SYN_ACK_is_the_source_though_its_SYN_was_not_seen()
    {
        FlowRow row = new Script().FromB("SA").FromA("A").Row();
        Assert.Equal("10.0.0.1", row.Source.ToString(row.IpVersion));
        Assert.Equal((40000, 80), (row.SourcePort, row.DestinationPort));
    }

    [Fact]
    public void The_sender_of_a_SYN_is_the_source_though_the_other_side_was_seen_first()
    {
        FlowRow row = new Script().FromB("A", sequence: 77).FromA("S").FromB("SA").FromA("A").Row();
        Assert.Equal("10.0.0.1", row.Source.ToString(row.IpVersion));
        Assert.Equal((2L, 2L), (row.SourcePackets, row.DestinationPackets));
        Assert.Equal(ConnectionState.S1, row.State);
    }

    [Fact]
    public void Roles_stay_as_they_are_once_a_row_was_written()
    {
        List<FlowRow> rows = new Script().FromA("A", payload: 5, sequence: 77).After(6).FromB("S").Rows(new FlowOptions());
        Assert.Equal(["10.0.0.1", "10.0.0.1"], rows.Select(row => row.Source.ToString(row.IpVersion)));
        Assert.Equal((0L, 1L), (rows[1].SourcePackets, rows[1].DestinationPackets));
    }

    [Theory]
    [InlineData(1, 8, 0, 4)] // echo
    [InlineData(1, 13, 14, 4)] // timestamp
    [InlineData(58, 128, 129, 6)] // echo
    [InlineData(58, 135, 136, 6)] // neighbour
    public void An_ICMP_query_and_its_answer_are_one_flow(byte protocol, ushort query, ushort answer, byte version)
    {
        FlowRow row = new Script().Other(true, protocol, query, 0, version).Other(false, protocol, answer, 0, version).Row();
        Assert.Equal((1L, 1L, query), (row.SourcePackets, row.DestinationPackets, row.SourcePort));
    }

    [Theory]
    [InlineData(1, 8, 0, 4)]
    [InlineData(58, 135, 136, 6)]
    public void ICMP_queries_of_both_sides_are_two_flows(byte protocol, ushort query, ushort answer, byte version)
    {
        List<FlowRow> rows = new Script().Other(true, protocol, query, 0, version).Other(false, protocol, query, 0, version)
            .Other(false, protocol, answer, 0, version).Other(true, protocol, answer, 0, version).Rows();
        Assert.Equal(["10.0.0.1", "10.0.0.2"], rows.Select(row => row.Source.ToString(4)));
        Assert.All(rows, row => Assert.Equal((1L, 1L, query), (row.SourcePackets, row.DestinationPackets, row.SourcePort)));
    }

    [Fact]
    public void A_ping_to_oneself_has_an_answer()
    {
        DecodedPacket query = new Script().Other(true, 1, 8, 0).Packets[0];
        query.Destination = query.Source;
        FlowRowList rows = new();
        FlowTable table = new(Script.OneRow, rows);
        table.Add([query, query with { SourcePort = 0 }]);
        table.Close();
        FlowRow row = Assert.Single(rows.Rows);
        Assert.Equal((1L, 1L), (row.SourcePackets, row.DestinationPackets));
    }

    [Fact]
    public void An_ICMP_error_is_a_flow_of_its_own()
    {
        List<FlowRow> rows = new Script().Other(true, 1, 8, 0).Other(false, 1, 3, 1).Other(false, 1, 3, 3).Rows();
        Assert.Equal([(8, 0), (3, 1), (3, 3)], rows.Select(row => ((int)row.SourcePort, (int)row.DestinationPort)));
    }

    [Fact]
    public void Frames_without_IP_are_flows_between_stations()
    {
        FlowRow row = new Script().Arp(1, 2).Arp(2, 1).Arp(1, 2).Row();
        Assert.Equal((2L, 1L, 1UL, 2UL, (ushort)0x0806),
            (row.SourcePackets, row.DestinationPackets, row.SourceMac, row.DestinationMac, row.EtherType));
    }

    [Fact]
    public void Other_ports_addresses_or_interfaces_make_other_flows()
    {
        DecodedPacket one = Assert.Single(new Script().Udp(true).Packets);
        DecodedPacket port = one with { SourcePort = 1 };
        DecodedPacket address = one with { Source = one.Destination };
        DecodedPacket card = one with { InterfaceIndex = 1 };
        FlowRowList rows = new();
        FlowTable table = new(Script.OneRow, rows);
        table.Add([one, port, address, card, one]);
        table.Close();
        Assert.Equal(4, rows.Rows.Count);
        Assert.Equal(4, rows.Rows.Select(row => row.FlowId).Distinct().Count());
    }

    private static List<FlowRow> Rows(params ReadOnlySpan<DecodedPacket> packets)
    {
        FlowRowList rows = new();
        FlowTable table = new(Script.OneRow, rows);
        table.Add(packets);
        table.Close();
        return rows.Rows;
    }
}
