using CsCheck;
using DuckDB.NET.Data;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

public class FlowQueryTests
{
    private const int Tries = 6;

    [Fact]
    public void Rows_come_back_as_they_were_written() => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            CaptureStatus capture = Rows.Store(store, rows);
            List<Flow> found = [.. store.GetFlows(new TrafficFilter(), null, perInterval: true, CancellationToken.None)];
            Assert.Equal(
                rows.Select(row => Describe(row, capture.CaptureId)).Order(StringComparer.Ordinal),
                found.Select(Describe).Order(StringComparer.Ordinal));
            Assert.Equal(found.Select(flow => flow.EndTime).OrderDescending(), found.Select(flow => flow.EndTime));
        },
        iter: Tries);

    [Fact]
    public void Interval_rows_merge_to_one_flow_whatever_segments_they_lie_in() => Gen.Select(Rows.Many, Gen.Int[1, 20]).Sample(
        (rows, segmentRows) =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows, segmentRows: segmentRows);
            List<Flow> found = [.. store.GetFlows(new TrafficFilter(), null, perInterval: false, CancellationToken.None)];
            Assert.Equal(rows.Select(row => row.FlowId).Distinct().Order(), found.Select(flow => flow.FlowId).Order());
            Assert.Equal(found.Select(flow => flow.EndTime).OrderDescending(), found.Select(flow => flow.EndTime));
            foreach (Flow flow in found)
            {
                List<FlowRow> own = [.. rows.Where(row => row.FlowId == flow.FlowId)];
                FlowRow last = own.MaxBy(row => row.EndTimeUs);
                Assert.Equal(own.Sum(row => row.SourceBytes), flow.SourceBytes);
                Assert.Equal(own.Sum(row => row.DestinationPackets), flow.DestinationPackets);
                Assert.Equal(own.Sum(row => row.DestinationRetransmissions), flow.DestinationRetransmissions);
                Assert.Equal(UnixTime.FromMicroseconds(own.Max(row => row.EndTimeUs)), flow.EndTime);
                Assert.Equal(UnixTime.FromMicroseconds(own.Min(row => row.StartTimeUs)), flow.StartTime);
                Assert.Equal(last.State.ToString(), flow.State);
            }
        },
        iter: Tries);

    [Fact]
    public void A_Parquet_file_of_flows_holds_what_the_query_gives() => Gen.Select(Rows.Many, Gen.Int[1, 20]).Sample(
        (rows, segmentRows) =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows, segmentRows: segmentRows);
            string file = Path.Combine(folder.Path, "flows.parquet");
            List<Flow> found = [.. store.GetFlows(new TrafficFilter(), null, perInterval: false, CancellationToken.None)];
            Assert.Equal(found.Count, store.ExportParquet("flows", new TrafficFilter(), false, file, CancellationToken.None));
            using DuckDBConnection connection = store.Connect();
            using RowReader<Flow> reader = new(
                Datasets.Flows, connection, $"SELECT * FROM read_parquet({Database.Text(file)})", CancellationToken.None);
            List<Flow> written = [];
            while (reader.Read() is { } flow)
            {
                written.Add(flow);
            }

            Assert.Equal(found.Select(Describe).Order(StringComparer.Ordinal), written.Select(Describe).Order(StringComparer.Ordinal));
        },
        iter: Tries);

    [Fact]
    public void First_gives_the_newest_of_all() => Gen.Select(Rows.Many, Gen.Int[1, 12]).Sample(
        (rows, first) =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows);
            DateTime[] all = [.. store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None).Select(flow => flow.EndTime)];
            DateTime[] newest = [.. store.GetFlows(new TrafficFilter(), first, false, CancellationToken.None).Select(flow => flow.EndTime)];
            Assert.Equal(all.Take(first), newest);
        },
        iter: Tries);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parts_that_go_on_behind_each_other_are_the_whole(bool perInterval) =>
        Gen.Select(Rows.Many, Gen.Int[1, 12], Gen.Int[1, 20]).Sample(
        (rows, first, segmentRows) =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);

            // No flow has two rows of one time.
            Rows.Store(store, [.. rows.DistinctBy(row => (row.FlowId, row.TimeUs))], segmentRows: segmentRows);
            TrafficFilter filter = new();
            string[] whole = [.. store.GetFlows(filter, null, perInterval, CancellationToken.None).Select(Describe)];
            List<string> parts = [];
            FlowPosition? place = null;
            List<Flow> part;
            do
            {
                part = [.. store.GetFlows(filter, first, perInterval, CancellationToken.None, place)];
                parts.AddRange(part.Select(Describe));
                place = part.Count > 0 ? FlowPosition.Behind(part[^1]) : null;
            }
            while (place is not null);

            Assert.Equal(whole, parts);
        },
        iter: Tries);

    [Theory]
    [InlineData("10.0.0.3")]
    [InlineData("10.0.0.0/27")]
    [InlineData("10.0.0.0/8")]
    [InlineData("10.0.0.16/29")]
    [InlineData("0.0.0.0/0")]
    [InlineData("2001:db8::/125")]
    [InlineData("2001:db8::5")]
    [InlineData("::/0")]
    [InlineData("::ffff:0:0/96")]
    [InlineData("::ffff:10.0.0.0/123")]
    [InlineData("::ffff:10.0.0.3")]
    public void Address_filter_takes_either_side_of_the_network(string network) => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows);
            AddressRange range = AddressRange.Parse(network);
            bool In(FlowRow row, IpAddress128 address) =>
                row.IpVersion == range.IpVersion && range.MayContain(address);
            long expected = rows.Count(row => In(row, row.Source) || In(row, row.Destination));
            Assert.Equal(expected, store.GetFlows(new TrafficFilter { Address = [range] }, null, true, CancellationToken.None).LongCount());
        },
        iter: 3);

    [Fact]
    public void Other_filters_say_what_they_say() => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            CaptureStatus capture = Rows.Store(store, rows);
            long Count(TrafficFilter filter) => store.GetFlows(filter, null, true, CancellationToken.None).LongCount();
            static bool Ports(FlowRow row) => row.IpVersion != 0 && ProtocolNames.HasPorts(row.IpProtocol);
            DateTime middle = UnixTime.FromMicroseconds(Rows.BaseUs + 3_600_000_000);
            Assert.Equal(rows.LongCount(row => Ports(row) && (row.SourcePort == 443 || row.DestinationPort == 443)),
                Count(new TrafficFilter { Port = [443] }));
            Assert.Equal(rows.LongCount(row => row.IpVersion != 0 && row.IpProtocol is 6 or 17),
                Count(new TrafficFilter { Protocol = ["tcp", "17"] }));
            Assert.Equal(rows.LongCount(row => ApplicationTable.Name(row.Application) == "https"),
                Count(new TrafficFilter { Application = ["HTTPS"] }));
            Assert.Equal(rows.LongCount(row => UnixTime.FromMicroseconds(row.TimeUs) >= middle),
                Count(new TrafficFilter { Since = middle }));
            Assert.Equal(rows.LongCount(row => UnixTime.FromMicroseconds(row.TimeUs) < middle),
                Count(new TrafficFilter { Until = middle }));
            Assert.Equal(rows.Count, Count(new TrafficFilter { CaptureId = [capture.CaptureId] }));
            Assert.Equal(0, Count(new TrafficFilter { CaptureId = ["none' OR 'a'='a"] }));
        },
        iter: Tries);

    [Fact]
    public void A_query_stops_when_cancelled()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 100).Select(CaptureWriterTests.Row));
        using CancellationTokenSource stop = new();
        using IEnumerator<Flow> flows = store.GetFlows(new TrafficFilter(), null, true, stop.Token).GetEnumerator();
        Assert.True(flows.MoveNext());
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            while (flows.MoveNext())
            {
            }
        });
    }

    private static string Describe(FlowRow row, string capture)
    {
        bool ip = row.IpVersion != 0;
        bool ports = ip && ProtocolNames.HasPorts(row.IpProtocol);
        bool icmp = ip && row.IpProtocol is 1 or 58;
        bool tcp = ip && row.IpProtocol == 6;
        static string? Mac(ulong mac) =>
            mac == 0 ? null : string.Join(':', Enumerable.Range(0, 6).Select(i => ((mac >> (40 - (8 * i))) & 0xFF).ToString("x2")));
        return string.Join('|', capture, "probe", Display.Text(Rows.Interfaces[row.InterfaceIndex]), row.FlowId, row.TimeUs, row.EndTimeUs,
            row.StartTimeUs,
            ip ? AddressText.ToIPAddress(row.Source, row.IpVersion) : null, ports ? row.SourcePort : null,
            ip ? AddressText.ToIPAddress(row.Destination, row.IpVersion) : null, ports ? row.DestinationPort : null,
            ip ? row.IpVersion : null, ip ? row.IpProtocol
                : null, ProtocolNames.Protocol(row.IpVersion, row.IpProtocol, row.EtherType, row.LinkType),
            row.Application == 0 ? null : ApplicationTable.Name(row.Application), row.EtherType == 0 ? null
                : row.EtherType, icmp ? row.SourcePort : null, icmp ? row.DestinationPort : null,
            row.VlanId == DecodedPacket.NoVlan
                ? null
                : row.VlanId, ProtocolNames.Tunnel(row.Tunnel), Mac(row.SourceMac), Mac(row.DestinationMac),
            row.SourcePackets, row.SourceBytes, row.DestinationPackets, row.DestinationBytes, tcp ? row.SourceTcpFlags
                : null, tcp ? row.DestinationTcpFlags : null,
            row.State, row.HandshakeRttUs < 0
                ? null
                : TimeSpan.FromMicroseconds(row.HandshakeRttUs), row.SourceRetransmissions, row.DestinationRetransmissions,
            ip ? CommunityId.Compute(row) : null, row.EndReason == FlowEndReason.Ongoing ? null : row.EndReason);
    }

    private static string Describe(Flow flow) =>
        string.Join('|', flow.CaptureId, flow.Sensor, flow.Interface, flow.FlowId, UnixTime.ToMicroseconds(flow.Time),
            UnixTime.ToMicroseconds(flow.EndTime),
        UnixTime.ToMicroseconds(flow.StartTime), flow.SourceAddress, flow.SourcePort, flow.DestinationAddress, flow.DestinationPort,
        flow.IpVersion, flow.IpProtocol, flow.Protocol, flow.Application,
        flow.EtherType, flow.IcmpType, flow.IcmpCode, flow.VlanId, flow.Tunnel, flow.SourceMac, flow.DestinationMac, flow.SourcePackets,
        flow.SourceBytes, flow.DestinationPackets,
        flow.DestinationBytes, flow.SourceTcpFlags, flow.DestinationTcpFlags, flow.State, flow.HandshakeRtt, flow.SourceRetransmissions,
            flow.DestinationRetransmissions, flow.CommunityId, flow.EndReason);
}
