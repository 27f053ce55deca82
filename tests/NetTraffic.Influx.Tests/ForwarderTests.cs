using System.Globalization;
using NetTraffic.Influx.Tests.Servers;

namespace NetTraffic.Influx.Tests;

/// <summary>What a store holds is in InfluxDB, once, to the byte: with a real store and a real server.</summary>
public sealed class ForwarderTests
{
    private const string Database = "nettraffic";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task All_of_a_store_arrives_once()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        store.Add(3000);
        store.Add(500, sensor: "other sensor");
        using (InfluxForwarder forwarder = store.Forwarder(server.Target(Database)))
        {
            ForwardResult result = await forwarder.SendAsync(null, None);
            Assert.Equal(0, result.Rejected);
            Assert.Equal(store.Store.Segments.ListSegments().Count, result.Segments);
            await AssertEqualTotals(store, server);

            Assert.Equal(0, (await forwarder.SendAsync(null, None)).Segments);
            store.Add(200);
            await forwarder.SendAsync(null, None);
            await AssertEqualTotals(store, server);
        }

        using InfluxForwarder next = store.Forwarder(server.Target(Database));
        Assert.Equal(0, (await next.SendAsync(null, None)).Segments);
        await AssertEqualTotals(store, server);
        Assert.Equal(3 * 2 * 7, Number((await server.QueryAsync("SELECT sum(packets) FROM net_capture", Database))[0], "sum"));
    }

    [Fact]
    public async Task A_batch_that_was_cut_off_is_sent_again_as_it_was()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        store.Add(2000);
        ForwarderOptions small = new() { GatherSegments = 3 };
        for (int stop = 1; stop < 6; stop++)
        {
            using CancellationTokenSource cancel = new();
            using InfluxForwarder forwarder = store.Forwarder(server.Target(Database), small);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => forwarder.SendAsync(new Steps(stop, cancel), cancel.Token));
            store.Add(100, addresses: 1000);
        }

        using InfluxForwarder last = store.Forwarder(server.Target(Database), small);
        await last.SendAsync(null, None);
        await AssertEqualTotals(store, server);
    }

    [Fact]
    public async Task Merged_hours_are_sent_once_whether_before_or_after_the_merge()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        store.Add(1000);
        using InfluxForwarder forwarder = store.Forwarder(server.Target(Database));
        await forwarder.SendAsync(null, None);
        store.Age(TimeSpan.FromMinutes(16));
        Assert.InRange(store.Store.Compact(None), 1, 2);
        await forwarder.SendAsync(null, None);
        await AssertEqualTotals(store, server);

        // The merged hour gets more; nobody sends before it is merged again.
        store.Add(400);
        store.Age(TimeSpan.FromMinutes(16));
        store.Store.Compact(None);
        await forwarder.SendAsync(null, None);
        await AssertEqualTotals(store, server);
        store.Age(TimeSpan.FromMinutes(16));
        store.Store.Compact(None);
        store.Age(TimeSpan.FromMinutes(16));
        store.Store.Compact(None);
        await forwarder.SendAsync(null, None);
        await AssertEqualTotals(store, server);
    }

    [Fact]
    public async Task One_at_a_time_has_the_lease()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        InfluxTarget target = server.Target(Database);
        using (InfluxForwarder first = store.Forwarder(target))
        {
            Assert.Null(InfluxForwarder.TryOpen(store.Store.Segments, target, new ForwarderOptions(), new InfluxWriterOptions()));
            using InfluxForwarder elsewhere = store.Forwarder(target with { Database = "elsewhere" });
        }

        using InfluxForwarder second = store.Forwarder(target);
    }

    [Fact]
    public async Task A_server_that_goes_away_delays_and_loses_nothing()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        store.Add(3000);
        using InfluxForwarder forwarder = store.Forwarder(server.Target(Database), new ForwarderOptions { GatherSegments = 2 });
        TaskCompletionSource<string> problem = new(TaskCreationOptions.RunContinuationsAsynchronously);
        forwarder.Problem += text => problem.TrySetResult(text);
        Task<ForwardResult> sending = Task.Run(() => forwarder.SendAsync(new Steps(3, server.Kill), None), None);
        Assert.Contains("Nothing is lost", await problem.Task.WaitAsync(TimeSpan.FromSeconds(60), None), StringComparison.Ordinal);
        Assert.False(sending.IsCompleted, "It waits for the server.");
        await server.StartAsync();
        ForwardResult result = await sending.WaitAsync(TimeSpan.FromSeconds(60), None);
        Assert.Equal(0, result.Rejected);
        Assert.True(result.Retries > 0, "Some requests were sent again.");
        await AssertEqualTotals(store, server);
    }

    [Fact]
    public async Task A_missing_database_is_an_error_and_nothing_is_lost()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        using StoreOfRows store = new();
        store.Add(500);
        using InfluxForwarder forwarder = store.Forwarder(server.Target(Database));
        for (int i = 0; i < 2; i++)
        {
            InfluxException error = await Assert.ThrowsAsync<InfluxException>(() => forwarder.SendAsync(null, None));
            Assert.Equal(InfluxProblem.NotFound, error.Problem);
        }

        await server.QueryAsync($"CREATE DATABASE {Database}");
        await forwarder.SendAsync(null, None);
        await AssertEqualTotals(store, server);
    }

    [Fact]
    public async Task A_damaged_segment_holds_nothing_up()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        store.Add(200);
        string path =
            Path.Combine(store.Path, "flows", store.Store.Segments.ListSegments().First(segment => segment.Dataset == "flows").Name);
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..100]);
        using InfluxForwarder forwarder = store.Forwarder(server.Target(Database));
        Assert.Equal(1, (await forwarder.SendAsync(null, None)).Unreadable);
        File.WriteAllBytes(path, whole);
        Assert.Equal(0, (await forwarder.SendAsync(null, None)).Unreadable);
        await AssertEqualTotals(store, server);
    }

    [Fact]
    public async Task Numbers_of_captures_at_times_InfluxDB_does_not_know_are_there_at_its_limits()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        DateTime[] times = [new(1500, 1, 1, 0, 0, 0, DateTimeKind.Utc), StoreOfRows.Begin, new(2262, 4, 12, 0, 0, 0, DateTimeKind.Utc),
            new(2300, 1, 1, 0, 0, 0, DateTimeKind.Utc), new(9998, 1, 1, 0, 0, 0, DateTimeKind.Utc)];
        store.AddIntervals(packets: 5, times);
        using InfluxForwarder forwarder = store.Forwarder(server.Target(Database));
        Assert.Equal(0, (await forwarder.SendAsync(null, None)).Rejected);
        Assert.Equal(5 * times.Length, Number((await server.QueryAsync("SELECT sum(packets) FROM net_capture", Database))[0], "sum"));
    }

    [Fact]
    public async Task A_damaged_cursor_is_refused_and_a_strange_file_is_not_sent()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        store.Add(200);
        InfluxTarget target = server.Target(Database);
        string cursor = Path.Combine(store.Store.Segments.FollowerFolder, target.Key + ".cursor");
        using (InfluxForwarder forwarder = store.Forwarder(target))
        {
            await forwarder.SendAsync(null, None);
        }

        string[] whole = await File.ReadAllLinesAsync(cursor, None);
        foreach (string[] lines in new[] { [], whole[..^1], [.. whole[..3], .. whole[4..]] })
        {
            await File.WriteAllLinesAsync(cursor, lines, None);
            Assert.Contains("damaged", Assert.Throws<InfluxException>(() => store.Forwarder(target)).Message, StringComparison.Ordinal);
        }

        await File.WriteAllLinesAsync(cursor, whole, None);
        await File.WriteAllTextAsync(Path.Combine(Path.ChangeExtension(cursor, "spool"), "0001.lines"),
            "net_traffic,sensor=x bytes=5i,flows=1i,packets=1i 1\n", None);
        using InfluxForwarder next = store.Forwarder(target);
        Assert.Equal(0, (await next.SendAsync(null, None)).Points);
        await AssertEqualTotals(store, server);
    }

    [Fact]
    public async Task A_cursor_that_cannot_be_written_delays_and_loses_nothing()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        store.Add(200);
        InfluxTarget target = server.Target(Database);
        string obstacle = Path.Combine(store.Store.Segments.FollowerFolder, target.Key + ".cursor");
        using InfluxForwarder forwarder = store.Forwarder(target);
        Directory.CreateDirectory(obstacle);
        await Assert.ThrowsAnyAsync<Exception>(() => forwarder.SendAsync(null, None));
        Directory.Delete(obstacle);
        store.Add(100);
        await forwarder.SendAsync(null, None);
        await AssertEqualTotals(store, server);
    }

    [Fact]
    public async Task A_flood_of_addresses_and_interfaces_makes_few_series()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        store.Add(120_000, segmentRows: 40_000, addresses: int.MaxValue / 4,
            interfaces: [.. Enumerable.Range(0, 2000).Select(i => $"if{i}")], within: TimeSpan.FromMinutes(10));
        using InfluxForwarder forwarder = store.Forwarder(server.Target(Database));
        await forwarder.SendAsync(null, None);
        await AssertEqualTotals(store, server);
        ForwarderOptions options = new();
        Assert.InRange(await Series("net_talker"), 10, (options.NewSeriesPerHour * options.Talkers) + 2);
        Assert.InRange(await Series("net_conversation"), 10, (options.NewSeriesPerHour * options.Conversations) + 1);
        Assert.InRange((await server.QueryAsync("SHOW TAG VALUES FROM net_traffic WITH KEY = interface", Database)).Count, 10, 512);

        // An interval has at most as many series as there are places.
        List<Dictionary<string, string>> points = await server.QueryAsync("SELECT count(bytes) FROM (SELECT sum(bytes) AS bytes FROM "
            + "net_talker WHERE time >= '2026-03-01T12:00:00Z' AND time < '2026-03-01T12:10:00Z' GROUP BY time(10s), address, direction "
            + "fill(none)) GROUP BY time(10s)", Database);
        Assert.All(points, point => Assert.InRange(Number(point, "count"), 0, (3 * options.Talkers) + 2));

        async Task<int> Series(string measurement) => (await server.QueryAsync($"SHOW SERIES FROM {measurement}", Database)).Count;
    }

    private static async Task<Influxd> NewServer()
    {
        Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync($"CREATE DATABASE {Database}");
        return server;
    }

    private static async Task AssertEqualTotals(StoreOfRows store, Influxd server)
    {
        foreach ((string measurement, string where) in new[] { ("net_traffic", ""), ("net_conversation", ""),
            ("net_talker", " WHERE direction = 'sent'"), ("net_talker", " WHERE direction = 'received'") })
        {
            Dictionary<string, string> sums = Assert.Single(await server.QueryAsync($"SELECT sum(packets) AS p, sum(bytes) AS b, "
                + $"sum(flows) AS f FROM {measurement}{where}", Database));
            Assert.Equal((measurement + where, store.Totals.Packets, store.Totals.Bytes, store.Totals.Flows),
                (measurement + where, Number(sums, "p"), Number(sums, "b"), Number(sums, "f")));
        }
    }

    private static long Number(Dictionary<string, string> row, string column) =>
        long.Parse(row[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>Does something at a report of progress.</summary>
    private sealed class Steps(int at, Action act) : IProgress<ForwardProgress>
    {
        private int count;

        public Steps(int at, CancellationTokenSource cancel)
            : this(at, cancel.Cancel)
        {
        }

        public void Report(ForwardProgress value)
        {
            if (++count == at)
            {
                act();
            }
        }
    }
}
