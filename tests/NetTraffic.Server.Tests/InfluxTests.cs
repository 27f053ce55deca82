using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using NetTraffic.Engine;
using NetTraffic.Influx.Tests.Servers;
using NetTraffic.Testing;

namespace NetTraffic.Server.Tests;

/// <summary>What the API says of InfluxDB and of providers is what the cmdlets know; nobody waits for a server that hangs.</summary>
public sealed class InfluxTests : IAsyncLifetime
{
    private const string Secret = "a-token-that-nobody-sees";
    private readonly RunningServer server = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task It_says_what_the_server_took_and_what_waits_and_that_it_is_gone()
    {
        await using Influxd influx = await Influxd.StartNewAsync();
        await influx.QueryAsync("CREATE DATABASE nettraffic");
        Set(("InfluxUrl", influx.Url.ToString()), ("InfluxDatabase", "nettraffic"));
        JsonElement before = (await server.GetAsync("/api/stats/influxdb")).GetProperty("Forward");
        Assert.Equal(0, before.GetProperty("PointsWritten").GetInt64());
        Assert.True(before.GetProperty("PendingSegments").GetInt64() > 0);
        Assert.True(before.GetProperty("Lag").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, before.GetProperty("LastSentTime").ValueKind);

        ForwardResult sent = TrafficEngine.SyncInflux(server.StorePath, new SyncOptions(), null, _ => { }, Stop);
        JsonElement after = await server.GetAsync("/api/stats/influxdb");
        Assert.True(after.GetProperty("Reachable").GetBoolean());
        Assert.Equal("V1", after.GetProperty("Generation").GetString());
        Assert.Equal(JsonValueKind.Null, after.GetProperty("Problem").ValueKind);
        JsonElement forward = after.GetProperty("Forward");
        Assert.True(sent.Points > 0);
        Assert.Equal((sent.Points, sent.Rejected, 0L, 0D), (forward.GetProperty("PointsWritten").GetInt64(),
            forward.GetProperty("PointsRejected").GetInt64(), forward.GetProperty("PendingSegments").GetInt64(),
            forward.GetProperty("Lag").GetDouble()));
        InfluxProbeResult tested = TrafficEngine.TestInflux(server.StorePath, Stop);
        Assert.Equal(Text(tested.Forward), forward.GetRawText());
        Assert.Equal(tested.Version, after.GetProperty("Version").GetString());

        // More traffic waits, is sent, and adds up.
        server.Import(Repository.SampleCapture, ring: false);
        Assert.True((await StatusAsync(status => status.GetProperty("PendingSegments").GetInt64() > 0)).GetProperty("Lag").GetDouble() > 0);
        ForwardResult more = TrafficEngine.SyncInflux(server.StorePath, new SyncOptions(), null, _ => { }, Stop);
        await StatusAsync(status => status.GetProperty("PointsWritten").GetInt64() == sent.Points + more.Points);

        influx.Kill();
        JsonElement gone = await UntilAsync("/api/stats/influxdb", answer => !answer.GetProperty("Reachable").GetBoolean());
        Assert.Equal("Unreachable", gone.GetProperty("Problem").GetString());
        Assert.Equal(sent.Points + more.Points, gone.GetProperty("Forward").GetProperty("PointsWritten").GetInt64());
    }

    [Fact]
    public async Task A_server_that_hangs_holds_up_nobody_and_no_answer_has_the_token()
    {
        using TcpListener hangs = new(IPAddress.Loopback, 0);
        hangs.Start();
        Set(("InfluxUrl", $"http://127.0.0.1:{((IPEndPoint)hangs.LocalEndpoint).Port}"), ("InfluxToken", Secret), ("InfluxOrg", "o"));
        Stopwatch clock = Stopwatch.StartNew();
        Task<JsonElement>[] asking = [.. Enumerable.Range(0, 30).Select(_ => server.GetAsync("/api/stats/influxdb"))];
        for (int i = 0; i < 20; i++)
        {
            await server.GetAsync($"/api/stats/summary?top={i + 1}");
            await server.GetAsync("/api/status");
        }

        TimeSpan others = clock.Elapsed;
        JsonElement[] answers = await Task.WhenAll(asking);
        Assert.All(answers, answer => Assert.Equal((false, "Unreachable"),
            (answer.GetProperty("Reachable").GetBoolean(), answer.GetProperty("Problem").GetString())));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(8), $"{clock.Elapsed}");
        Assert.True(others < TimeSpan.FromSeconds(8), $"{others}");
        Assert.DoesNotContain(answers, answer => answer.GetRawText().Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, (await server.GetAsync("/api/status")).GetRawText(), StringComparison.Ordinal);

        // One look was shared by all.
        Assert.True(hangs.Pending());
        int connections = 0;
        while (hangs.Pending())
        {
            using TcpClient one = await hangs.AcceptTcpClientAsync(Stop);
            connections++;
        }

        Assert.InRange(connections, 1, 2);
    }

    [Fact]
    public async Task Where_none_is_set_it_says_how_to_set_one()
    {
        (int status, string id, string nextMove) = await server.FailAsync(HttpMethod.Get, "/api/stats/influxdb");
        Assert.Equal((404, "InfluxNotSet"), (status, id));
        Assert.Contains("-InfluxUrl", nextMove, StringComparison.Ordinal);
        Uri path = new("/api/stats/influxdb", UriKind.Relative);
        using HttpResponseMessage answer = await server.Client.GetAsync(path, RunningServer.Stop);
        Assert.DoesNotContain(server.StorePath, await answer.Content.ReadAsStringAsync(RunningServer.Stop), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, (await server.GetAsync("/api/status")).GetProperty("Forward").ValueKind);
    }

    [Fact]
    public async Task Quotas_are_what_a_question_would_cost()
    {
        Set(("EnrichmentProviders", "dns,ip-api,virustotal"), ("VirusTotalKey", Secret));
        string folder = Path.Combine(server.StorePath, "enrichment-quota");
        Directory.CreateDirectory(folder);
        DateTime now = DateTime.UtcNow;
        await File.WriteAllTextAsync(Path.Combine(folder, "ip-api.json"), JsonSerializer.Serialize(new
        {
            Day = DateOnly.FromDateTime(now),
            Used = 3,
            Recent = Enumerable.Repeat((long)(now - DateTime.UnixEpoch).TotalMilliseconds, 3),
        }), Stop);
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        using EnrichmentService service = EnrichmentService.Open(store, null, null, _ => { });
        IReadOnlyList<EnrichmentCost> costs = service.CostOf(["1.1.1.1"], force: true, Stop);
        JsonElement status = await server.GetAsync("/api/status");
        JsonElement[] quotas = [.. status.GetProperty("Quotas").EnumerateArray()];
        Assert.Equal([("ip-api", 3L, 15L, 12L), ("virustotal", 0, 500, 500)], quotas.Select(quota => (
            quota.GetProperty("Provider").GetString()!, quota.GetProperty("Used").GetInt64(), quota.GetProperty("Limit").GetInt64(),
            quota.GetProperty("Left").GetInt64())));
        foreach (JsonElement quota in quotas)
        {
            EnrichmentCost cost = costs.Single(one => one.Provider == quota.GetProperty("Provider").GetString());
            Assert.Equal(cost.Left, quota.GetProperty("Left").GetInt64());
            Assert.Equal(cost.Until, quota.GetProperty("Until").GetDateTime());
        }

        Assert.DoesNotContain(Secret, status.GetRawText(), StringComparison.Ordinal);
    }

    private static string Text(object? value) => JsonSerializer.Serialize(value, ApiJson.Options);

    private void Set(params (string Name, string Value)[] values) => TrafficEngine.OpenSettings(server.StorePath)
        .SetOption(values.ToDictionary(pair => pair.Name, pair => (object?)pair.Value));

    private async Task<JsonElement> StatusAsync(Func<JsonElement, bool> until) =>
        (await UntilAsync("/api/status", answer => until(answer.GetProperty("Forward")))).GetProperty("Forward");

    private async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> right)
    {
        JsonElement answer = default;
        for (int i = 0; i < 100; i++)
        {
            answer = await server.GetAsync(path);
            if (right(answer))
            {
                return answer;
            }

            await Task.Delay(100, Stop);
        }

        Assert.Fail(answer.GetRawText());
        return answer;
    }
}
