using CsCheck;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

public class SummaryTests
{
    private const int Tries = 6;

    [Fact]
    public void The_total_adds_up() => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows);
            TrafficSummary total = store.GetSummary(new TrafficFilter(), CancellationToken.None);
            Assert.Equal(rows.Sum(row => row.SourcePackets + row.DestinationPackets), total.Packets);
            Assert.Equal(rows.Sum(row => row.SourceBytes + row.DestinationBytes), total.Bytes);
            Assert.Equal(rows.Select(row => row.FlowId).Distinct().LongCount(), total.Flows);
            Assert.Equal(rows.Where(row => row.IpVersion != 0).Select(row => (row.Source, row.IpVersion)).Distinct().LongCount(),
                total.SourceAddresses);
            Assert.Equal(rows.Sum(row => (long)row.SourceRetransmissions + row.DestinationRetransmissions), total.Retransmissions);
        },
        iter: Tries);

    [Fact]
    public void Flows_that_began_before_the_time_asked_for_still_count() => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows);
            DateTime middle = UnixTime.FromMicroseconds(Rows.BaseUs + 3_600_000_000);
            long expected = rows.Where(row => UnixTime.FromMicroseconds(row.TimeUs) >= middle).Select(row => row.FlowId).Distinct()
                .LongCount();
            Assert.Equal(expected, store.GetSummary(new TrafficFilter { Since = middle }, CancellationToken.None).Flows);
        },
        iter: Tries);

    [Theory]
    [InlineData(SummaryKey.Protocol)]
    [InlineData(SummaryKey.Application)]
    [InlineData(SummaryKey.SourceAddress)]
    [InlineData(SummaryKey.DestinationAddress)]
    [InlineData(SummaryKey.Address)]
    [InlineData(SummaryKey.Conversation)]
    [InlineData(SummaryKey.DestinationPort)]
    [InlineData(SummaryKey.Interface)]
    [InlineData(SummaryKey.Sensor)]
    [InlineData(SummaryKey.Capture)]
    public void Groups_are_the_largest_by_bytes_with_their_share(SummaryKey key) => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            CaptureStatus capture = Rows.Store(store, rows);
            Dictionary<string, (long Packets, long Bytes, HashSet<ulong> Flows)> expected = new(StringComparer.Ordinal);
            foreach (FlowRow row in rows)
            {
                foreach (string name in Names(row, key, capture).Distinct())
                {
                    (long packets, long bytes, HashSet<ulong> flows) =
                        expected.TryGetValue(name, out (long Packets, long Bytes, HashSet<ulong> Flows) known) ? known : (0, 0, []);
                    flows.Add(row.FlowId);
                    expected[name] =
                        (packets + row.SourcePackets + row.DestinationPackets, bytes + row.SourceBytes + row.DestinationBytes, flows);
                }
            }

            long whole = rows.Sum(row => row.SourceBytes + row.DestinationBytes);
            IReadOnlyList<TrafficSummaryItem> found = store.GetSummary(key, 5, null, new TrafficFilter(), CancellationToken.None);
            Assert.Equal(expected.Values.Select(value => value.Bytes).OrderDescending().Take(5), found.Select(item => item.Bytes));
            foreach (TrafficSummaryItem item in found)
            {
                Assert.Equal(expected[item.Name].Packets, item.Packets);
                Assert.Equal(expected[item.Name].Flows.Count, item.Flows);
                Assert.Equal(whole == 0 ? 0 : 100.0 * item.Bytes / whole, item.Percent, tolerance: 0.0001);
            }
        },
        iter: Tries);

    [Fact]
    public void A_series_has_each_buckets_bytes_of_the_largest_keys() => Rows.Many.Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows);
            const long bucketUs = 600_000_000;
            IReadOnlyList<TrafficSummaryItem> found =
                store.GetSummary(SummaryKey.Protocol, 100, TimeSpan.FromMinutes(10), new TrafficFilter(), CancellationToken.None);
            Dictionary<(DateTime, string), long> expected = rows
                .GroupBy(row => (UnixTime.FromMicroseconds(row.TimeUs / bucketUs * bucketUs),
                    ProtocolNames.Protocol(row.IpVersion, row.IpProtocol, row.EtherType, row.LinkType)))
                .ToDictionary(group => group.Key, group => group.Sum(row => row.SourceBytes + row.DestinationBytes));
            Assert.Equal(expected.Count, found.Count);
            Assert.All(found, item => Assert.Equal(expected[(item.Time!.Value, item.Name)], item.Bytes));
            Assert.Equal(found.Select(item => item.Time).Order(), found.Select(item => item.Time));
        },
        iter: Tries);

    /// <summary>Objects have names that are safe for a terminal; questions go by those that files have.</summary>
    [Fact]
    public void An_interface_with_a_hostile_name_keeps_its_traffic_in_series_and_its_older_flows()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        FlowRow[] rows =
        [
            .. Enumerable.Range(0, 3).Select(i => CaptureWriterTests.Row(0) with
            {
                FlowId = 5,
                InterfaceIndex = 2,
                StartTimeUs = Rows.BaseUs,
                TimeUs = Rows.BaseUs + (i * 5_000_000),
                EndTimeUs = Rows.BaseUs + (i * 5_000_000) + 1,
            }),
        ];
        Rows.Store(store, rows);
        IReadOnlyList<TrafficSummaryItem> By(TimeSpan? interval, DateTime? since) =>
            store.GetSummary(SummaryKey.Interface, 10, interval, new TrafficFilter { Since = since }, CancellationToken.None);
        long bytes = rows.Sum(row => row.SourceBytes + row.DestinationBytes);
        Assert.Equal(bytes, By(null, null).Sum(item => item.Bytes));
        Assert.Equal(bytes, By(TimeSpan.FromHours(1), null).Sum(item => item.Bytes));
        TrafficSummaryItem rest = Assert.Single(By(null, UnixTime.FromMicroseconds(rows[1].TimeUs)));
        Assert.Equal(1, rest.Flows);
        Assert.DoesNotContain('\u001b', rest.Name);
    }

    [Fact]
    public void An_empty_store_has_an_empty_summary()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(Path.Combine(folder.Path, "nothing here"));
        Assert.Equal(0, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
        Assert.Empty(store.GetSummary(SummaryKey.Protocol, 10, null, new TrafficFilter(), CancellationToken.None));
        Assert.Empty(store.GetFlows(new TrafficFilter(), 10, false, CancellationToken.None));
        Assert.False(Directory.Exists(store.Path));
    }

    private static IEnumerable<string> Names(FlowRow row, SummaryKey key, CaptureStatus capture)
    {
        string source = row.IpVersion == 0 ? "(none)" : row.Source.ToString(row.IpVersion);
        string destination = row.IpVersion == 0 ? "(none)" : row.Destination.ToString(row.IpVersion);
        string transport = ProtocolNames.Protocol(row.IpVersion, row.IpProtocol, row.EtherType, row.LinkType);
        return key switch
        {
            SummaryKey.Protocol => [transport],
            SummaryKey.Application => [row.Application == 0 ? "(none)" : ApplicationTable.Name(row.Application)],
            SummaryKey.SourceAddress => [source],
            SummaryKey.DestinationAddress => [destination],
            SummaryKey.Address => [source, destination],
            SummaryKey.Conversation =>
                [row.IpVersion == 0 ? "(none)" : string.CompareOrdinal(source,
                    destination) <= 0 ? $"{source} <-> {destination}" : $"{destination} <-> {source}"],
            SummaryKey.DestinationPort =>
                [row.IpVersion != 0
                    && ProtocolNames.HasPorts(row.IpProtocol) ? $"{row.DestinationPort}/{transport.ToLowerInvariant()}" : "(none)"],
            SummaryKey.Interface => [Display.Text(Rows.Interfaces[row.InterfaceIndex])],
            SummaryKey.Sensor => [capture.Sensor],
            _ => [capture.CaptureId],
        };
    }
}
