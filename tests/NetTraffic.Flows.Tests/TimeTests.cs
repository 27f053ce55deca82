using NetTraffic.Packets;

namespace NetTraffic.Flows.Tests;

/// <summary>Flush intervals and timeouts, in the packets' own time.</summary>
public sealed class TimeTests
{
    private static readonly FlowOptions Options = new();

    [Fact]
    public void A_flow_has_a_row_for_every_interval_in_which_something_was_seen()
    {
        List<FlowRow> rows = new Script().Udp(true).Udp(false).After(5).Udp(true).After(20).Udp(true).Rows(Options);
        Assert.Equal([(1L, 1L), (1L, 0L), (1L, 0L)], rows.Select(row => (row.SourcePackets, row.DestinationPackets)));
        Assert.Single(rows.Select(row => row.FlowId).Distinct());
        Assert.Single(rows.Select(row => row.StartTimeUs).Distinct());
        Assert.Equal([FlowEndReason.Ongoing, FlowEndReason.Ongoing, FlowEndReason.CaptureEnd], rows.Select(row => row.EndReason));
    }

    [Fact]
    public void Only_the_first_row_begins_when_the_flow_began()
    {
        List<FlowRow> rows = new Script().Udp(true).After(6).Udp(true).Rows(Options);
        Assert.Equal(rows[0].StartTimeUs, rows[0].TimeUs);
        Assert.True(rows[1].TimeUs > rows[1].StartTimeUs);
    }

    [Fact]
    public void A_quiet_flow_ends_idle_and_what_follows_is_a_new_one()
    {
        List<FlowRow> rows = new Script().Udp(true).After(59).Udp(true).After(61).Udp(true).Rows();
        Assert.Equal([2L, 1L], rows.Select(row => row.SourcePackets));
        Assert.Equal([FlowEndReason.Idle, FlowEndReason.CaptureEnd], rows.Select(row => row.EndReason));
        Assert.NotEqual(rows[0].FlowId, rows[1].FlowId);
    }

    [Fact]
    public void A_quiet_connection_is_waited_for_longer()
    {
        Assert.Single(new Script().Handshake().After(299).FromA("PA", 5).Rows());
        Assert.Equal(2, new Script().Handshake().After(301).FromA("PA", 5).Rows().Count);
    }

    [Fact]
    public void A_closed_connection_takes_late_segments_in_for_five_seconds()
    {
        Script closed = new Script().Handshake().FromA("FA").FromB("FA").FromA("A");
        FlowRow row = closed.After(4).FromB("A").Row();
        Assert.Equal((FlowEndReason.Closed, ConnectionState.SF), (row.EndReason, row.State));
        Assert.Equal(2, closed.After(6).FromB("A").Rows().Count);
    }

    [Fact]
    public void A_new_SYN_on_the_ports_of_a_closed_connection_is_a_new_flow()
    {
        List<FlowRow> rows = new Script().Handshake().FromA("FA").FromB("FA").FromA("A").FromA("S", sequence: 90_000).FromB("SA").FromA("A")
            .Rows();
        Assert.Equal([ConnectionState.SF, ConnectionState.S1], rows.Select(row => row.State));
        Assert.Equal([6L, 3L], rows.Select(row => row.SourcePackets + row.DestinationPackets));
    }

    [Fact]
    public void A_new_SYN_on_a_connection_that_was_not_closed_is_a_new_flow()
    {
        List<FlowRow> rows = new Script().Handshake().FromA("PA", 3).FromA("S", sequence: 90_000).FromB("SA", sequence: 70_000).FromA("A")
            .Rows();
        Assert.Equal([4L, 3L], rows.Select(row => row.SourcePackets + row.DestinationPackets));
        Assert.Equal([ConnectionState.S1, ConnectionState.S1], rows.Select(row => row.State));
        Assert.Equal(FlowEndReason.Closed, rows[0].EndReason);
        Assert.NotEqual(rows[0].FlowId, rows[1].FlowId);
    }

    [Fact]
    public void A_new_SYN_on_an_attempt_that_was_not_answered_is_a_new_flow() =>
        Assert.Equal(2, new Script().FromA("S").FromA("S").FromA("S", sequence: 90_000).Rows().Count);

    [Fact]
    public void A_new_SYN_of_the_other_side_is_a_new_flow()
    {
        List<FlowRow> rows = new Script().Handshake().FromA("PA", 3).FromB("PA", 3).FromB("S", sequence: 90_000).FromA("SA").Rows();
        Assert.Equal(["10.0.0.1", "10.0.0.2"], rows.Select(row => row.Source.ToString(row.IpVersion)));
    }

    [Fact]
    public void A_new_SYN_on_a_connection_seen_from_its_middle_is_a_new_flow() =>
        Assert.Equal(2, new Script().FromA("PA", 3).FromB("PA", 3).FromA("S", sequence: 90_000).FromB("SA").Rows().Count);

    [Fact]
    public void A_SYN_that_is_sent_again_or_late_is_of_the_same_flow()
    {
        Assert.Single(new Script().FromA("S").FromA("S").FromB("SA").FromB("SA").FromA("A").Rows());
        Assert.Single(new Script().Handshake().FromA("PA", 3).FromB("A").FromA("S").FromB("SA").Rows());
        Assert.Single(new Script().FromA("A", sequence: 1001).FromA("PA", 3, sequence: 1001).FromA("S", sequence: 1000).Rows());
        Assert.Single(new Script().FromB("SA").FromA("S").FromA("A").Rows());
        Assert.Single(new Script().FromA("S").FromB("S").FromB("S").FromA("SA").FromB("SA").Rows());
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 30)]
    [InlineData(false, 59)]
    [InlineData(true, 30)]
    [InlineData(true, 290)]
    public void Where_time_goes_back_a_flow_stays_one_and_has_one_first_row(bool tcp, double seconds)
    {
        Script script = new();
        Script Both() => tcp ? script.FromA("A", 5).FromB("A", 5) : script.Udp(true).Udp(false);
        Both();
        for (int i = 0; i < 5; i++)
        {
            script.After(20);
            Both().After(-seconds);
            Both().After(seconds);
        }

        List<FlowRow> rows = script.Rows(Options);
        Assert.Equal(22, rows.Sum(row => row.SourcePackets + row.DestinationPackets));
        Assert.Single(rows.Select(row => row.FlowId).Distinct());
        Assert.Single(rows, row => row.TimeUs == row.StartTimeUs);
        Assert.Equal(rows[0].StartTimeUs, rows[0].TimeUs);
        Assert.All(rows, row => Assert.True(row.TimeUs >= row.StartTimeUs && row.EndTimeUs >= row.TimeUs));
        Assert.Single(script.Rows());
    }

    [Fact]
    public void Time_that_goes_back_by_more_than_the_idle_timeout_begins_another_flow() =>
        Assert.Equal(2, new Script().Udp(true).After(-100).Udp(true).Rows().Select(row => row.FlowId).Distinct().Count());

    [Fact]
    public void A_flow_that_lasts_longer_than_the_active_timeout_is_cut()
    {
        Script script = new();
        for (int i = 0; i < 130; i++)
        {
            script.Udp(true).After(30);
        }

        List<FlowRow> rows = script.Rows();
        Assert.Equal([FlowEndReason.Active, FlowEndReason.CaptureEnd], rows.Select(row => row.EndReason));
        Assert.InRange(rows[0].EndTimeUs - rows[0].StartTimeUs, 3_500_000_000, 3_600_000_000);
    }

    [Theory]
    [InlineData(17, 17)]
    [InlineData(6, 17)] // with other timeouts, so in other lists
    [InlineData(17, 6)]
    public void A_full_table_writes_out_the_flow_that_was_quiet_longest(byte quiet, byte busy)
    {
        FlowRowList rows = new();
        FlowTable table = new(new FlowOptions { MaxFlows = 2, FlushInterval = TimeSpan.Zero }, rows);
        DecodedPacket first = new Script().Udp(true).Packets[0] with { IpProtocol = busy };
        DecodedPacket second = first with { IpProtocol = quiet, SourcePort = 2, TimestampNs = first.TimestampNs + (2 * Script.Second) };
        DecodedPacket firstAgain = first with { TimestampNs = first.TimestampNs + (4 * Script.Second) };
        DecodedPacket third = first with { SourcePort = 3, TimestampNs = first.TimestampNs + (6 * Script.Second) };
        table.Add([first, second, firstAgain, third]);
        FlowRow row = Assert.Single(rows.Rows);
        Assert.Equal((second.SourcePort, FlowEndReason.Evicted, 1L), (row.SourcePort, row.EndReason, table.Counters.EvictedFlows));
    }

    [Fact]
    public void Time_passes_on_a_quiet_wire_too()
    {
        FlowRowList rows = new();
        FlowTable table = new(Options, rows);
        DecodedPacket packet = new Script().Udp(true).Packets[0];
        table.Add(packet);
        table.Tick(packet.TimestampNs + (6 * Script.Second));
        Assert.Equal(FlowEndReason.Ongoing, Assert.Single(rows.Rows).EndReason);
        table.Tick(packet.TimestampNs + (70 * Script.Second));
        Assert.Equal(0, table.Counters.ActiveFlows);
        Assert.Single(rows.Rows); // nothing new to tell of
    }

    [Fact]
    public void The_end_of_each_interval_is_told_after_its_rows()
    {
        FlowRowList rows = new();
        FlowTable table = new(Options, rows);
        List<(long EndNs, int Rows)> told = [];
        table.Flushed += endNs => told.Add((endNs, rows.Rows.Count));
        foreach (DecodedPacket packet in new Script().Udp(true).After(5).Udp(true).After(5).Udp(true).Packets)
        {
            table.Add(packet);
        }

        Assert.Equal([(1005 * Script.Second, 1), (1010 * Script.Second, 2)], told);
    }

    [Fact]
    public void At_the_end_of_time_no_interval_ends_before_it_began()
    {
        FlowRowList rows = new();
        FlowTable table = new(Options, rows);
        List<long> told = [];
        table.Flushed += told.Add;
        DecodedPacket packet = new Script().Udp(true).Packets[0];
        foreach (long before in new[] { 3 * Script.Second, 2 * Script.Second, 807, 0, 0, 0, 0 })
        {
            packet.TimestampNs = long.MaxValue - before;
            table.Add(packet);
        }

        Assert.All(told, endNs => Assert.InRange(endNs, long.MaxValue - (10 * Script.Second), long.MaxValue));
        Assert.InRange(told.Count, 0, 1); // not one for each packet
    }

    [Fact]
    public void A_clock_set_back_loses_nothing()
    {
        List<FlowRow> rows = new Script().Udp(true).After(3).Udp(true).After(-3000).Udp(true).Udp(false).After(7).Udp(true).Rows(Options);
        Assert.Equal(5, rows.Sum(row => row.SourcePackets + row.DestinationPackets));
        Assert.All(rows, row => Assert.True(row.EndTimeUs >= row.TimeUs));
    }
}
