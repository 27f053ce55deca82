using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Flows.Tests;

/// <summary>From a capture file through decoder and table: nothing is lost, nothing counted twice.</summary>
public sealed class EndToEndTests
{
    public static TheoryData<string> Captures => Repository.SharedCaptureData();

    [Theory]
    [MemberData(nameof(Captures))]
    public void The_rows_of_a_shared_capture_count_what_the_file_holds(string name) =>
        AssertConserved(Repository.SharedCapture(name), new FlowOptions());

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(7)]
    public void The_rows_of_the_sample_count_what_the_file_holds(int maxFlows) =>
        AssertConserved(Repository.SampleCapture, new FlowOptions { MaxFlows = maxFlows });

    [Fact]
    public void The_sample_holds_every_kind_of_connection_it_was_made_with()
    {
        List<FlowRow> rows = Flow(Repository.SampleCapture, Script.OneRow).Rows;
        foreach (ConnectionState state in new[] { ConnectionState.SF, ConnectionState.S0, ConnectionState.REJ, ConnectionState.RSTO,
            ConnectionState.RSTR })
        {
            Assert.Contains(rows, row => row.IpProtocol == 6 && row.State == state);
        }

        Assert.Contains(rows, row => row.Tunnel == TunnelKind.Vxlan && row.IpProtocol == 6);
        Assert.Contains(rows, row => row.VlanId == 20 && row.IpProtocol == 6);
        Assert.Contains(rows, row => row.IpProtocol == 58 && row.DestinationPackets > 0);
    }

    [Fact]
    public void The_samples_slow_download_lasts_several_intervals()
    {
        List<FlowRow> rows = Flow(Repository.SampleCapture, new FlowOptions { FlushInterval = TimeSpan.FromSeconds(1) }).Rows;
        Assert.True(rows.GroupBy(row => row.FlowId).Max(flow => flow.Count()) >= 3);
    }

    /// <summary>
    /// tcp.analysis looks at acknowledgements and round trips too, so it may count a little differently; within a tenth it does not.
    /// </summary>
    [Theory]
    [InlineData("zeek/tcp_retransmit-fast009.pcap")]
    [InlineData("zeek/http_100-continue.pcap")]
    [InlineData("ndpi/http_ipv6.pcap")]
    [InlineData("ndpi/synscan.pcap")]
    [InlineData("ndpi/1kxun.pcap")]
    public void Retransmissions_are_about_those_of_TShark(string name)
    {
        string path = Repository.SharedCapture(name);
        TShark.Require();
        int truth = TShark.Fields(path, "tcp.analysis.retransmission", "frame.number").Count();
        int ours = Flow(path, new FlowOptions()).Rows.Sum(row => row.SourceRetransmissions + row.DestinationRetransmissions);
        Assert.InRange(ours, truth - 2 - (truth / 10), truth + 2 + (truth / 10));
    }

    private static void AssertConserved(string path, FlowOptions options)
    {
        (List<FlowRow> rows, PacketSourceCounters read, FlowTable table) = Flow(path, options);
        Assert.Equal(read.Packets, rows.Sum(row => row.SourcePackets + row.DestinationPackets));
        Assert.Equal(read.Bytes, rows.Sum(row => row.SourceBytes + row.DestinationBytes));
        Assert.Equal(table.Counters.Flows, rows.Select(row => row.FlowId).Distinct().Count());
        Assert.All(rows, row => Assert.InRange(row.TimeUs, row.StartTimeUs, row.EndTimeUs));
    }

    private static (List<FlowRow> Rows, PacketSourceCounters Read, FlowTable Table) Flow(string path, FlowOptions options)
    {
        FlowRowList rows = new();
        FlowTable table = new(options, rows);
        using CaptureFileSource source = CaptureFileSource.Open(path);
        try
        {
            source.Run(new Sink(table), TestContext.Current.CancellationToken);
        }
        catch (CaptureFormatException)
        {
            // Damaged on purpose; what came before counts.
        }

        table.Close();
        return (rows.Rows, source.Counters, table);
    }

    private sealed class Sink(FlowTable table) : IPacketSink
    {
        private readonly PacketDecoder decoder = new();

        public bool OnPacket(in RawPacket packet)
        {
            decoder.Decode(packet, out DecodedPacket decoded);
            table.Add(decoded);
            return true;
        }

        public bool OnTick(long nowNs) => true;
    }
}
