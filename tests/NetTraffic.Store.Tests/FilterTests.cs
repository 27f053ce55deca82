using DuckDB.NET.Data;
using NetTraffic.Net;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>The table of filters: what the store makes of a filter in SQL is what it means in memory, and nothing leaves one out.</summary>
public sealed class FilterTests : IDisposable
{
    private static readonly FilterKind<int> Vlan = new(
        "VlanId", ["VlanId"], FilterOperation.EqualsAny, "A filter that no engine was written for.", int.Parse);

    private readonly ScratchFolder folder = new();
    private readonly TrafficStore store;
    private readonly List<FlowRow> rows = [];
    private readonly CaptureStatus capture;

    public FilterTests()
    {
        store = new TrafficStore(folder.Path);
        CsCheck.Check.Sample(Rows.Many, found => rows.AddRange(rows.Count < 150 ? found : []), iter: 20, threads: 1);
        rows.AddRange(rows.Count > 0 ? [] : [CaptureWriterTests.Row(1)]);
        for (int i = 0; i < rows.Count; i++)
        {
            // Rows of several samples have the same identifiers.
            rows[i] = rows[i] with { FlowId = (ulong)i + 1, StartTimeUs = rows[i].TimeUs };
        }

        capture = Rows.Store(store, rows);
        Rows.Store(store, [CaptureWriterTests.Row(100_000)]);
    }

    // What needs to be known of addresses is not in the rows: FactTests has that.
    public static TheoryData<string> Names => [.. TrafficFilters.All.Where(kind => kind.Fact is null).Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_filter_means_the_same_in_SQL_and_in_memory(string name)
    {
        FilterKind kind = TrafficFilters.Find(name)!;
        bool some = false;
        foreach (object[] values in ValuesOf(kind))
        {
            TrafficFilter filter = kind.AddTo(new TrafficFilter { FlowId = [.. rows.Select(row => row.FlowId)] }, values);
            FilterCondition condition = filter.Conditions.Single(found => found.Kind == kind);
            IRowMatch meaning = condition.ToColumnMatch();
            ulong[] expected = [.. rows.Where(row => meaning.Matches(row, Origin(row))).Select(row => row.FlowId).Order()];
            Assert.Equal(expected, Found(filter));
            if (kind.StoreOnly is null)
            {
                IRowMatch fast = condition.ToRowMatch("these rows");
                Assert.Equal(expected, rows.Where(row => fast.Matches(row, Origin(row))).Select(row => row.FlowId).Order());
            }

            some |= expected.Length > 0 && (expected.Length < rows.Count || kind == TrafficFilters.CaptureId);
        }

        Assert.True(some, "no value chose a part of the rows");
    }

    [Fact]
    public void Filters_together_choose_what_each_of_them_does()
    {
        TrafficFilter filter = new()
        {
            Protocol = ["TCP", "17"],
            Port = [443, 53],
            Since = Middle,
            Address = [AddressRange.Parse("10.0.0.0/8")],
        };
        IRowMatch[] all = [.. filter.Conditions.Select(condition => condition.ToColumnMatch())];
        Assert.Equal(
            rows.Where(row => all.All(match => match.Matches(row, Origin(row)))).Select(row => row.FlowId).Order(),
            Found(filter with { CaptureId = [capture.CaptureId] }));
    }

    [Fact]
    public void A_filter_that_no_engine_was_written_for_is_honoured_by_every_question_about_flows()
    {
        int wanted = rows.First(row => row.VlanId < 4096).VlanId;
        TrafficFilter filter = new TrafficFilter().With(Vlan, [wanted]);
        FlowRow[] expected = [.. rows.Where(row => row.VlanId == wanted)];
        long bytes = expected.Sum(row => row.SourceBytes + row.DestinationBytes);
        Assert.InRange(expected.Length, 1, rows.Count - 1);
        Assert.Equal(expected.Select(row => row.FlowId).Order(), Found(filter));
        Assert.Equal(bytes, store.GetSummary(filter, CancellationToken.None).Bytes);
        IReadOnlyList<TrafficSummaryItem> By(SummaryKey key, TimeSpan? interval = null) =>
            store.GetSummary(key, 10_000, interval, filter, CancellationToken.None);
        Assert.All(Enum.GetValues<SummaryKey>().Where(key =>
            key is not (SummaryKey.None or SummaryKey.Address) && AddressFacts.Of(key) is null), key =>
        {
            Assert.Equal((key, bytes), (key, By(key).Sum(item => item.Bytes)));
            Assert.Equal((key, bytes), (key, By(key, TimeSpan.FromHours(1)).Sum(item => item.Bytes)));
        });
        Assert.Equal(
            expected.SelectMany(row => row.IpVersion == 0 ? ["(none)"]
                : new[] { row.Source.ToString(row.IpVersion), row.Destination.ToString(row.IpVersion) })
                .Distinct().Order(StringComparer.Ordinal),
            By(SummaryKey.Address).Select(item => item.Name).Order(StringComparer.Ordinal));
        string file = Path.Combine(folder.Path, "x.parquet");
        Assert.Equal(expected.Length, store.ExportParquet("flows", filter, true, file, CancellationToken.None));
    }

    [Fact]
    public void A_dataset_without_the_columns_refuses_the_filter()
    {
        foreach (FilterKind kind in TrafficFilters.All.Append(Vlan))
        {
            TrafficFilter filter = kind.AddTo(new TrafficFilter(), kind == Vlan ? [7] : ValuesOf(kind)[0]);
            void Ask() => store.GetCaptureIntervals(filter, CancellationToken.None);
            string file = Path.Combine(folder.Path, kind.Name + ".parquet");
            void Export() => store.ExportParquet("captures", filter, true, file, CancellationToken.None);
            if (kind.AppliesTo(Datasets.Captures))
            {
                Ask();
                Export();
            }
            else
            {
                Assert.Contains(kind.Name, Assert.Throws<FilterException>(Ask).Message, StringComparison.Ordinal);
                Assert.Contains(kind.Name, Assert.Throws<FilterException>(Export).Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(
            ["Since", "Until", "CaptureId"],
            TrafficFilters.All.Where(kind => kind.AppliesTo(Datasets.Captures)).Select(kind => kind.Name));
    }

    [Fact]
    public void A_hundred_questions_about_IPv6_networks_leave_no_function_behind()
    {
        Found(new TrafficFilter { Address = [AddressRange.Parse("2001:db8::/32")] });
        long before = Functions();
        for (int i = 0; i < 100; i++)
        {
            AddressRange[] networks = [AddressRange.Parse($"2001:db8:{i:x}::/48"), AddressRange.Parse("fe80::/10")];
            store.GetSummary(new TrafficFilter { Address = networks }, CancellationToken.None);
        }

        Assert.Equal(before, Functions());
    }

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    private static DateTime Middle => UnixTime.FromMicroseconds(Rows.BaseUs + 3_600_000_000);

    private long Functions()
    {
        using DuckDBConnection connection = store.Connect();
        return (long)Database.Scalar(connection, "SELECT count(*) FROM duckdb_functions()")!;
    }

    private FlowOrigin Origin(FlowRow row) => new(capture.CaptureId, "probe", Rows.Interfaces[row.InterfaceIndex]);

    private IEnumerable<ulong> Found(TrafficFilter filter) =>
        store.GetFlows(filter, null, perInterval: true, CancellationToken.None).Select(flow => flow.FlowId).Order();

    /// <summary>Values of a filter to try; a new filter needs its own here.</summary>
    private object[][] ValuesOf(FilterKind kind) => kind.Name switch
    {
        "Address" or "PeerAddress" =>
        [
            ["10.0.0.3"], ["10.0.0.0/27"], ["10.0.0.16/29"], ["0.0.0.0/0"], ["2001:db8::/125"], ["2001:db8::5"], ["::/0"],
            ["2000::/4", "10.0.0.1"], ["::ffff:10.0.0.3"], ["::FFFF:a00:4"], ["::ffff:0:0/96"], ["::ffff:10.0.0.0/125"],
            .. rows.Where(row => row.IpVersion == 6).Take(5).Select(row => new object[] { $"{row.Source}/61" }),
        ],
        "Port" => [[443], [53, 80], ["443"]],
        "Protocol" => [["tcp"], ["17"], ["ARP", "ICMP"], ["0x0806"]],
        "Application" => [["HTTPS"], ["dns", "http"]],
        "Since" => [[Middle], [Middle.ToLocalTime()], [Middle.AddTicks(3)]],
        "Until" => [[Middle], [Middle.AddTicks(7)]],
        "CaptureId" => [[capture.CaptureId], [capture.CaptureId.ToLowerInvariant(), "x' OR 'a'='a"], ["none"]],
        "FlowId" => [[rows[0].FlowId], ["1", "2", "3"]],
        "CommunityId" => [[.. rows.Where(row => row.IpVersion != 0).Take(3).Select(row => CommunityId.Compute(row))]],
        "Country" => [["DE"]],
        "AsNumber" => [["AS64500"]],
        "Suspicious" => [[true]],
        _ => throw new InvalidOperationException($"The filter {kind.Name} has no values to try here."),
    };
}
