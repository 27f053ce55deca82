using NetTraffic.Packets;

namespace NetTraffic.Flows.Tests;

/// <summary>Who is the source of a flow, and which packets belong together.</summary>
public sealed class OriginatorTests
{
    [Fact]
    public void The_sender_of_the_first_packet_is_the_source()
    {
        FlowRow row = new Script().Udp(fromA: false, payload: 10).Udp(fromA: true, payload: 20).Udp(fromA: true, payload: 30).Row();
        Assert.Equal(("10.0.0.2", (ushort)53, 1L, 52L), (row.Source.ToString(), row.SourcePort, row.SourcePackets, row.SourceBytes));
        Assert.Equal(("10.0.0.1", (ushort)40000, 2L, 134L),
            (row.Destination.ToString(), row.DestinationPort, row.DestinationPackets, row.DestinationBytes));
    }

    [Fact]
    public void The_receiver_of_a_SYN_ACK_is_the_source_though_its_SYN_was_not_seen()
    {
        FlowRow row = new Script().FromB("SA").FromA("A").Row();
        Assert.Equal("10.0.0.1", row.Source.ToString());
        Assert.Equal((40000, 80), (row.SourcePort, row.DestinationPort));
    }

    [Fact]
    public void The_sender_of_a_SYN_is_the_source_though_the_other_side_was_seen_first()
    {
        FlowRow row = new Script().FromB("A", sequence: 77).FromA("S").FromB("SA").FromA("A").Row();
        Assert.Equal("10.0.0.1", row.Source.ToString());
        Assert.Equal((2L, 2L), (row.SourcePackets, row.DestinationPackets));
        Assert.Equal(ConnectionState.S1, row.State);
    }

    [Fact]
    public void Roles_stay_as_they_are_once_a_row_was_written()
    {
        List<FlowRow> rows = new Script().FromB("A", payload: 5, sequence: 77).After(6).FromA("S").Rows(new FlowOptions());
        Assert.Equal(["10.0.0.2", "10.0.0.2"], rows.Select(row => row.Source.ToString()));
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
        Assert.Equal(["10.0.0.1", "10.0.0.2"], rows.Select(row => row.Source.ToString()));
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
}
