using System.Globalization;
using NetTraffic.Influx.Tests.Servers;
using NetTraffic.Testing;

namespace NetTraffic.Influx.Tests;

/// <summary>
/// The server is away for an hour while the store grows: what waits, waits in the store, and in the end all is there once.
/// </summary>
public sealed class OutageTests
{
    private const string Database = "nettraffic";
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_hour_without_the_server_costs_no_memory_and_no_point(bool restarts)
    {
        await using Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync($"CREATE DATABASE {Database}");
        using StoreOfRows store = new();
        store.Add(100);
        CountingFeed feed = new(store.Store.Segments);
        ForwarderOptions options = new() { GatherSegments = 2 };
        server.Kill();

        // Each three minutes bring segments; the clock leaps over what the sender waits.
        LeapingTime time = new();
        using CancellationTokenSource restart = new();
        int minutes = 0, spooled = 0;
        bool back = false;
        time.Leapt = passed =>
        {
            while (minutes < 60 && passed >= TimeSpan.FromMinutes(minutes + 3))
            {
                minutes += 3;
                store.Add(20, segmentRows: 20, interfaces: ["eth0"]);
                spooled = Math.Max(spooled,
                    Directory.GetFiles(store.Store.Segments.FollowerFolder, "*.lines", SearchOption.AllDirectories).Length);
            }

            if (restarts && minutes >= 30)
            {
                restart.Cancel();
            }

            if (minutes >= 60 && !back)
            {
                back = true;
                server.StartAsync().GetAwaiter().GetResult();
            }
        };

        long points = 0;
        if (restarts)
        {
            using InfluxForwarder first = Forwarder();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.SendAsync(null, restart.Token));
        }

        using InfluxForwarder forwarder = Forwarder();
        ForwardResult result;
        int runs = 0;
        do
        {
            result = await forwarder.SendAsync(null, Stop);
            points += result.Points;
            Assert.Equal(0, result.Rejected);
            if (runs++ == 0)
            {
                Assert.True(back, "It waits for the server.");
                Assert.InRange(result.Retries, 60, 100_000); // an hour of waits of 30 s at most

                // What was read of the store before the server came back is one batch on its way and the next one.
                Assert.InRange(feed.ReadsWhileAway, 1, 2 * options.GatherSegments);
                Assert.InRange(spooled, 1, 2);
            }
        }
        while (result.Segments > 0);

        Assert.InRange(time.Passed, TimeSpan.FromHours(1), TimeSpan.FromHours(1.5));
        Assert.Empty(Directory.GetFiles(store.Store.Segments.FollowerFolder, "*.lines", SearchOption.AllDirectories));
        long there = 0;
        foreach ((string measurement, string where) in new[] { ("net_traffic", ""), ("net_conversation", ""),
            ("net_talker", " WHERE direction = 'sent'"), ("net_talker", " WHERE direction = 'received'") })
        {
            Dictionary<string, string> sums = Assert.Single(await server.QueryAsync($"SELECT sum(packets) AS p, sum(bytes) AS b, "
                + $"sum(flows) AS f, count(bytes) AS n FROM {measurement}{where}", Database));
            Assert.Equal((measurement, store.Totals.Packets, store.Totals.Bytes, store.Totals.Flows),
                (measurement, Number(sums, "p"), Number(sums, "b"), Number(sums, "f")));
            there += Number(sums, "n");
        }

        there += Number(Assert.Single(await server.QueryAsync("SELECT count(packets) AS n FROM net_capture", Database)), "n");
        there += Number(Assert.Single(await server.QueryAsync("SELECT count(lines) AS n FROM net_forward", Database)), "n");
        // Each batch has a point of net_store, and one an hour is there of them.
        there += Number(Assert.Single(await server.QueryAsync("SELECT count(lines) AS n FROM net_forward", Database)), "n");
        // Counts of questions about addresses are the process's: other tests ask some.
        there += (await server.QueryAsync("SELECT count(lookups) AS n FROM net_enrichment", Database)).Sum(row => Number(row, "n"));
        Assert.Equal(points, there); // each point once: one that came twice, or at the time of another, would be missing here

        InfluxForwarder Forwarder()
        {
            feed.Away = () => !back;
            return InfluxForwarder.TryOpen(feed, server.Target(Database), options, new InfluxWriterOptions { Time = time })!;
        }
    }

    private static long Number(Dictionary<string, string> row, string column) =>
        long.Parse(row[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>A feed that counts what is read of it.</summary>
    private sealed class CountingFeed(ISegmentFeed feed) : ISegmentFeed
    {
        public Func<bool> Away { get; set; } = () => false;

        public int ReadsWhileAway { get; private set; }

        public string FollowerFolder => feed.FollowerFolder;

        public IReadOnlyList<StoreSegment> ListSegments() => feed.ListSegments();

        public SegmentRollup? Read(StoreSegment segment, TimeSpan interval, CancellationToken cancellationToken)
        {
            ReadsWhileAway += Away() ? 1 : 0;
            return feed.Read(segment, interval, cancellationToken);
        }
    }
}
