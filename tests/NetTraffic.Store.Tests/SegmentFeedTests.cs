using CsCheck;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>What followers of the store see: every row once, and sums that are the store's.</summary>
public class SegmentFeedTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [Fact]
    public void Each_part_of_the_rollups_adds_up_to_the_store() =>
        Rows.Many.Sample(
            rows =>
            {
                using ScratchFolder folder = new();
                using TrafficStore store = new(folder.Path);
                Rows.Store(store, rows);
                List<SegmentRollup> rollups = [.. store.Segments.ListSegments().Where(segment => segment.Dataset == "flows")
                    .Select(segment => store.Segments.Read(segment, Interval, CancellationToken.None)!)];
                long packets = rows.Sum(row => row.SourcePackets + row.DestinationPackets);
                long bytes = rows.Sum(row => row.SourceBytes + row.DestinationBytes);
                long began = rows.Count(row => row.TimeUs == row.StartTimeUs);
                Assert.Equal((packets, bytes, began),
                    Total(rollups.SelectMany(rollup => rollup.Traffic), row => (row.Packets, row.Bytes, row.Flows)));
                Assert.Equal((packets, bytes, began),
                    Total(rollups.SelectMany(rollup => rollup.Conversations), row => (row.Packets, row.Bytes, row.Flows)));
                Assert.Equal((packets, bytes, began),
                    Total(rollups.SelectMany(rollup => rollup.Talkers), row => (row.SentPackets, row.SentBytes, row.SentFlows)));
                Assert.Equal((packets, bytes, began),
                    Total(rollups.SelectMany(rollup => rollup.Talkers),
                        row => (row.ReceivedPackets, row.ReceivedBytes, row.ReceivedFlows)));
                AssertTalkers(rows, [.. rollups.SelectMany(rollup => rollup.Talkers)]);
                Assert.All(rollups.SelectMany(rollup => rollup.Traffic),
                    row => Assert.Equal(0, (row.Time - DateTime.UnixEpoch).Ticks % Interval.Ticks));
            },
            iter: 12);

    [Fact]
    public void Times_that_no_database_can_have_are_added_up_at_the_limits()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        FlowRow row = Rows.Flow.Single()[0] with { SourceBytes = 7, DestinationBytes = 0 };
        Rows.Store(store,
            [row with { TimeUs = -60_000_000_000_000_000, StartTimeUs = -60_000_000_000_000_000, EndTimeUs = -60_000_000_000_000_000 },
                row with { TimeUs = 200_000_000_000_000_000, StartTimeUs = 0, EndTimeUs = 200_000_000_000_000_000 }]);
        TrafficRollup[] found = [.. store.Segments.ListSegments()
            .SelectMany(segment => store.Segments.Read(segment, Interval, CancellationToken.None)!.Traffic)];
        Assert.Equal([1677, 2260],
            found.Select(rollup => rollup.Time.Year).Order().Select(year => year == 1678 ? 1677 : year == 2261 ? 2260 : year));
        Assert.Equal(14, found.Sum(rollup => rollup.Bytes));
    }

    [Fact]
    public void A_merged_segment_names_what_it_replaces()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 100).Select(CaptureWriterTests.Row));
        string[] before = Names(store);
        UpkeepTests.Age(folder.Path, TimeSpan.FromMinutes(11));
        Assert.Equal(1, store.Compact(CancellationToken.None));
        StoreSegment merged = Assert.Single(store.Segments.ListSegments());
        Assert.Equal(before, merged.Replaces.Order(StringComparer.Ordinal));
        Assert.NotNull(store.Segments.Read(merged, Interval, CancellationToken.None));
        Assert.Null(store.Segments.Read(merged with { Name = "gone.parquet" }, Interval, CancellationToken.None));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 0)]
    [InlineData(int.MaxValue, 1)]
    public void An_hour_of_which_a_part_was_passed_on_is_not_merged(int passed, int merged)
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 100).Select(CaptureWriterTests.Row));
        Directory.CreateDirectory(store.Segments.FollowerFolder);
        File.WriteAllLines(Path.Combine(store.Segments.FollowerFolder, "some.cursor"),
            ["# what was passed on", .. Names(store).Take(passed).Select(name => $"flows/{name}")]);
        UpkeepTests.Age(folder.Path, TimeSpan.FromMinutes(11));
        Assert.Equal(merged, store.Compact(CancellationToken.None));
    }

    /// <summary>Each address sent and received what the rows say, counted here one by one.</summary>
    private static void AssertTalkers(IReadOnlyCollection<FlowRow> rows, List<TalkerRollup> talkers)
    {
        SortedDictionary<string, (long, long, long, long, long, long)> expected =
            new(StringComparer.Ordinal), found = new(StringComparer.Ordinal);
        foreach (FlowRow row in rows)
        {
            int began = row.TimeUs == row.StartTimeUs ? 1 : 0;
            Add(expected, row.IpVersion == 0 ? null : row.Source.ToString(row.IpVersion), row.SourcePackets, row.SourceBytes, row.DestinationPackets,
                row.DestinationBytes, began, 0);
            Add(expected, row.IpVersion == 0 ? null : row.Destination.ToString(row.IpVersion), row.DestinationPackets, row.DestinationBytes,
                row.SourcePackets, row.SourceBytes, 0, began);
        }

        foreach (TalkerRollup row in talkers)
        {
            Add(found, row.Address, row.SentPackets, row.SentBytes, row.ReceivedPackets, row.ReceivedBytes, row.SentFlows,
                row.ReceivedFlows);
        }

        Assert.Equal(expected, found);

        static void Add(SortedDictionary<string, (long, long, long, long, long, long)> sums, string? address, long a, long b, long c,
            long d, long e, long f)
        {
            (long, long, long, long, long, long) sum = sums.GetValueOrDefault(address ?? "none");
            sums[address ?? "none"] = (sum.Item1 + a, sum.Item2 + b, sum.Item3 + c, sum.Item4 + d, sum.Item5 + e, sum.Item6 + f);
        }
    }

    private static string[] Names(TrafficStore store) =>
        [.. store.Segments.ListSegments().Select(segment => segment.Name).Order(StringComparer.Ordinal)];

    private static (long, long, long) Total<T>(IEnumerable<T> rows, Func<T, (long Packets, long Bytes, long Flows)> numbers) =>
        rows.Select(numbers).Aggregate((0L, 0L, 0L), (sum, row) => (sum.Item1 + row.Packets, sum.Item2 + row.Bytes, sum.Item3 + row.Flows));
}
