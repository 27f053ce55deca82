using System.Globalization;
using NetTraffic.Influx.Tests.Servers;

namespace NetTraffic.Influx.Tests;

/// <summary>A server that is reached by another address gets nothing twice: it is asked what it has of the store.</summary>
public sealed class IdentityTests
{
    private const string Database = "nettraffic";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Another_spelling_of_the_address_sends_nothing_again()
    {
        await using Influxd server = await NewServer();
        using StoreOfRows store = new();
        InfluxTarget target = server.Target(Database), spelled = target with { Url = new Uri($"http://localhost:{target.Url.Port}") };
        Assert.NotEqual(target.Key, spelled.Key);
        for (int i = 0; i < 5; i++)
        {
            store.Add(200);
        }

        using (InfluxForwarder first = store.Forwarder(target))
        {
            await first.SendAsync(null, None);
        }

        store.Age(TimeSpan.FromMinutes(16));
        store.Store.Compact(None);
        using (InfluxForwarder other = store.Forwarder(spelled))
        {
            Assert.Equal(0, (await other.SendAsync(null, None)).Points);
            await AssertSent(store, server);
            store.Add(300);
            await other.SendAsync(null, None);
            await AssertSent(store, server);
            Assert.Null(InfluxForwarder.TryOpen(store.Store.Segments, target, new ForwarderOptions(), new InfluxWriterOptions()));
        }

        store.Add(100);
        using InfluxForwarder again = store.Forwarder(target);
        await again.SendAsync(null, None);
        await AssertSent(store, server);
    }

    [Fact]
    public async Task Another_server_gets_all()
    {
        await using Influxd server = await NewServer(), another = await NewServer();
        using StoreOfRows store = new();
        store.Add(200);
        foreach (Influxd one in new[] { server, another })
        {
            using InfluxForwarder forwarder = store.Forwarder(one.Target(Database));
            await forwarder.SendAsync(null, None);
            await AssertSent(store, one);
        }
    }

    [Fact]
    public async Task Who_may_not_read_is_told_and_says_that_the_server_is_empty()
    {
        await using Influxd server = await NewServer(), locked = await Influxd.StartNewAsync(auth: true);
        await locked.QueryAsync($"CREATE DATABASE {Database}");
        await locked.QueryAsync("CREATE USER writer WITH PASSWORD 'writer-pass'");
        await locked.QueryAsync($"GRANT WRITE ON {Database} TO writer");
        using StoreOfRows store = new();
        store.Add(200);
        using (InfluxForwarder forwarder = store.Forwarder(server.Target(Database)))
        {
            await forwarder.SendAsync(null, None);
        }

        InfluxTarget target = locked.Target(Database) with { User = "writer", Password = "writer-pass" };
        using (InfluxForwarder forwarder = store.Forwarder(target))
        {
            InfluxException error = await Assert.ThrowsAsync<InfluxException>(() => forwarder.SendAsync(null, None));
            Assert.Contains("-AssumeEmpty", error.NextMove, StringComparison.Ordinal);
        }

        using (InfluxForwarder forwarder = store.Forwarder(target, new ForwarderOptions { AssumeEmpty = true }))
        {
            await forwarder.SendAsync(null, None);
        }

        await AssertSent(store, locked);
    }

    private static async Task<Influxd> NewServer()
    {
        Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync($"CREATE DATABASE {Database}");
        return server;
    }

    private static async Task AssertSent(StoreOfRows store, Influxd server)
    {
        Dictionary<string, string> sums = Assert.Single(await server.QueryAsync("SELECT sum(bytes) AS b FROM net_traffic", Database));
        Assert.Equal(store.Totals.Bytes, long.Parse(sums["b"], CultureInfo.InvariantCulture));
    }
}
