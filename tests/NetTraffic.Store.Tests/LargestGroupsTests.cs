using System.Globalization;
using CsCheck;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>The largest of many groups, found by whichever way: as adding up all rows one by one finds them.</summary>
public class LargestGroupsTests
{
    private static readonly SummaryKey[] Keys =
        [SummaryKey.Address, SummaryKey.SourceAddress, SummaryKey.DestinationAddress, SummaryKey.Conversation];

    [Fact]
    public void Any_rows_in_any_time() =>
        Gen.Select(Rows.Many, Gen.Int[0, 3], Gen.Int[-10, 190], Gen.Int[1, 190], Gen.Int[1, 40]).Sample(
            (rows, kind, since, length, top) =>
            {
                // Every tenth flow is a host's with itself.
                rows = [.. rows.Select(row => row.FlowId % 10 == 0 ? row with { Destination = row.Source } : row)];
                DateTime from = UnixTime.FromMicroseconds(Rows.BaseUs).AddMinutes(since);
                TrafficFilter filter =
                    new() { Since = kind is 1 or 3 ? from : null, Until = kind is 2 or 3 ? from.AddMinutes(length) : null };
                AssertLargest(rows, filter, [top, 1000, 5000]);
            },
            iter: 8);

    [Fact]
    public void Few_large_ones_among_many_small_ones()
    {
        Random random = new(13);
        AssertLargest(Made(12_000, i =>
        {
            bool large = random.Next(3) == 0;
            uint Address() => (uint)(large ? random.Next(30) : 100 + random.Next(4000));
            return (Address(), Address(), random.Next(1, large ? 1_000_000 : 500));
        }), new TrafficFilter(), [1, 10, 100]);
    }

    [Fact]
    public void One_side_has_many_the_other_few() =>
        AssertLargest(Made(6000, i => ((uint)i + 1000, (uint)i % 50, 60 + (i % 50))), new TrafficFilter(), [10, 60]);

    /// <summary>The lists of the largest by side rule nobody out: each address has sent as much as it has received.</summary>
    [Fact]
    public void All_alike() =>
        AssertLargest(Made(6000, i => ((uint)i % 3000, (uint)(i + 1000) % 3000, 60)), new TrafficFilter(), [10, 2999]);

    /// <summary>Those that are largest by both sides together are not among the largest of either.</summary>
    [Fact]
    public void The_largest_are_on_neither_list() => AssertLargest(
        Made(9000,
            i => i < 3000 ? ((uint)i, (uint)i + 10_000, 1000) : i < 6000 ? ((uint)i + 20_000, (uint)i, 1000)
                : ((uint)i % 3 + 90_000, (uint)i % 3 + 90_000, 1)),
        new TrafficFilter(),
        [1, 3, 10]);

    [Fact]
    public void Merged_hours_give_the_same()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Rows.Flow.List[20, 30].Single().SelectMany(flow => flow).OrderBy(row => row.EndTimeUs));
        List<string> before =
            [.. Keys.SelectMany(by => store.GetSummary(by, 30, null, new TrafficFilter(), CancellationToken.None)).Select(Line)];
        UpkeepTests.Age(folder.Path, TimeSpan.FromMinutes(11));
        Assert.InRange(store.Compact(CancellationToken.None), 1, 10);
        Assert.Equal(before,
            Keys.SelectMany(by => store.GetSummary(by, 30, null, new TrafficFilter(), CancellationToken.None)).Select(Line));
    }

    [Fact]
    public void Rows_of_more_bytes_than_32_bits_add_up()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        FlowRow row = Made(1, _ => (1, 2, 0))[0] with { SourceBytes = 1L << 61 };
        Rows.Store(store, [row, row with { FlowId = 7 }]);
        Assert.Equal(1L << 62, store.GetSummary(SummaryKey.Address, 10, null, new TrafficFilter(), CancellationToken.None)[0].Bytes);
    }

    [Fact]
    public void A_question_can_be_cancelled()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Rows.Flow.Single());
        Assert.ThrowsAny<OperationCanceledException>(
            () => store.GetSummary(SummaryKey.Address, 10, null, new TrafficFilter(), new CancellationToken(canceled: true)));
    }

    private static void AssertLargest(List<FlowRow> rows, TrafficFilter filter, int[] tops)
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, rows, segmentRows: Math.Max(7, rows.Count / 4));
        foreach (SummaryKey by in Keys)
        {
            List<string> expected = Expected(rows, by, filter);
            foreach (int top in tops)
            {
                Assert.Equal(expected.Take(top), store.GetSummary(by, top, null, filter, CancellationToken.None).Select(Line));
            }
        }
    }

    private static List<FlowRow> Made(int count, Func<int, (uint Source, uint Destination, int Bytes)> flow) =>
        [.. Enumerable.Range(0, count).Select(i =>
    {
        (uint source, uint destination, int bytes) = flow(i);
        bool ip = i % 97 != 5;
        return new FlowRow
        {
            FlowId = (ulong)i + 1,
            TimeUs = Rows.BaseUs + i,
            StartTimeUs = Rows.BaseUs + i,
            EndTimeUs = Rows.BaseUs + i + (i % 1000),
            IpVersion = (byte)(ip ? 4 : 0),
            Source = ip ? IpAddress128.FromIPv4(0x0A000000u + source) : default,
            Destination = ip ? IpAddress128.FromIPv4(0x0A000000u + destination) : default,
            SourcePackets = 1 + (i % 3),
            SourceBytes = bytes,
            DestinationBytes = bytes / 3,
            VlanId = DecodedPacket.NoVlan,
        };
    })];

    private static List<string> Expected(List<FlowRow> rows, SummaryKey by, TrafficFilter filter)
    {
        List<FlowRow> counted = rows.FindAll(row =>
            (filter.Since is not { } since || UnixTime.FromMicroseconds(row.TimeUs) >= since)
                && (filter.Until is not { } until || UnixTime.FromMicroseconds(row.TimeUs) < until));
        long whole = counted.Sum(row => row.SourceBytes + row.DestinationBytes);
        Dictionary<string, (TrafficSummaryItem Item, HashSet<ulong> Flows)> groups = new(StringComparer.Ordinal);
        foreach (FlowRow row in counted)
        {
            string source = row.IpVersion == 0 ? "(none)" : row.Source.ToString(row.IpVersion), destination = row.IpVersion == 0 ? "(none)"
                : row.Destination.ToString(row.IpVersion);
            long all = row.SourceBytes + row.DestinationBytes;
            bool own = row.IpVersion != 0 && source == destination, ordered = string.CompareOrdinal(source, destination) <= 0;
            switch (by)
            {
                case SummaryKey.SourceAddress:
                    Add(row, source, row.SourceBytes, row.DestinationBytes);
                    break;
                case SummaryKey.DestinationAddress:
                    Add(row, destination, row.DestinationBytes, row.SourceBytes);
                    break;
                case SummaryKey.Conversation:
                    string name = row.IpVersion == 0 ? source : ordered ? $"{source} <-> {destination}" : $"{destination} <-> {source}";
                    bool sourceFirst = row.IpVersion != 0 && ordered;
                    Add(row, name, sourceFirst ? row.SourceBytes : row.DestinationBytes,
                        sourceFirst ? row.DestinationBytes : row.SourceBytes);
                    break;
                default:
                    Add(row, source, own ? all : row.SourceBytes, own ? all : row.DestinationBytes);
                    if (!own && row.IpVersion != 0)
                    {
                        Add(row, destination, row.DestinationBytes, row.SourceBytes);
                    }

                    break;
            }
        }

        foreach ((TrafficSummaryItem item, HashSet<ulong> flows) in groups.Values)
        {
            item.Flows = flows.Count;
            item.Percent = whole == 0 ? 0 : Math.Round(100.0 * item.Bytes / whole, 4);
        }

        return [.. groups.Values.Select(group => group.Item).OrderByDescending(item => item.Bytes)
            .ThenBy(item => item.Name, StringComparer.Ordinal).Select(Line)];

        void Add(FlowRow row, string name, long sent, long received)
        {
            if (!groups.TryGetValue(name, out (TrafficSummaryItem Item, HashSet<ulong> Flows) group))
            {
                groups.Add(name, group = (new TrafficSummaryItem { By = by, Name = name, StartTime = DateTime.MaxValue }, []));
            }

            DateTime start = UnixTime.FromMicroseconds(row.TimeUs), end = UnixTime.FromMicroseconds(row.EndTimeUs);
            TrafficSummaryItem item = group.Item;
            item.Packets += row.SourcePackets + row.DestinationPackets;
            item.Bytes += row.SourceBytes + row.DestinationBytes;
            item.SentBytes += sent;
            item.ReceivedBytes += received;
            item.StartTime = start < item.StartTime ? start : item.StartTime;
            item.EndTime = end > item.EndTime ? end : item.EndTime;
            group.Flows.Add(row.FlowId);
        }

    }

    private static string Line(TrafficSummaryItem item) => string.Create(
        CultureInfo.InvariantCulture,
        $"{item.By} {item.Name} {item.Packets} {item.Bytes} {item.Flows} {item.Percent} {item.SentBytes} {item.ReceivedBytes} "
            + $"{item.StartTime:o} {item.EndTime:o}");
}
