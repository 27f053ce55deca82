using NetTraffic.Influx.Tests.Servers;

namespace NetTraffic.Influx.Tests;

/// <summary>Looking at servers and setting them up, which can be done again and changes nothing then.</summary>
public sealed class SetupTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Influxd_is_set_up_with_retention_and_probed()
    {
        await using Influxd server = await Influxd.StartNewAsync(auth: true);
        InfluxTarget target = server.Target("net \"traffic'") with { User = "root", Password = "admin-pass" };
        Assert.Equal(InfluxProblem.NotFound, (await InfluxProbe.TestAsync(target, Stop)).Problem);

        InfluxSetupResult would = await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(30), whatIf: true, Stop);
        Assert.Single(would.Actions);
        Assert.False(would.Changed);
        Assert.DoesNotContain(await server.QueryAsync("SHOW DATABASES"), row => row["name"] == target.DatabaseName);

        InfluxSetupResult made = await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(30), whatIf: false, Stop);
        Assert.Equal(would.Actions, made.Actions);
        Assert.True(made.Changed);
        Assert.Equal((InfluxGeneration.V1, target.DatabaseName), (made.Generation, made.Database));
        Assert.Equal("720h0m0s", (await PolicyAsync())["duration"]);
        Assert.Empty((await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(30), false, Stop)).Actions);
        Assert.Empty((await InfluxSetup.InitializeAsync(target, null, false, Stop)).Actions);

        foreach ((TimeSpan retention, string text) in new[] { (TimeSpan.FromHours(2), "2h0m0s"), (TimeSpan.FromDays(400), "9600h0m0s"),
            (TimeSpan.Zero, "0s"), (TimeSpan.FromDays(3), "72h0m0s") })
        {
            Assert.Single((await InfluxSetup.InitializeAsync(target, retention, false, Stop)).Actions);
            Assert.Equal(text, (await PolicyAsync())["duration"]);
            Assert.Empty((await InfluxSetup.InitializeAsync(target, retention, false, Stop)).Actions);
        }

        InfluxProbeResult probe = await InfluxProbe.TestAsync(target, Stop);
        Assert.Equal((true, "InfluxDB", InfluxGeneration.V1, true, null),
            (probe.Reachable, probe.Product, probe.Generation, probe.WriteAccepted, probe.Problem));
        Assert.StartsWith("1.", probe.Version);
        Assert.InRange(probe.RoundTrip.TotalMilliseconds, 0.01, 10_000);
        Dictionary<string, string> point = Assert.Single(await server.QueryAsync("SELECT * FROM net_probe", target.DatabaseName));
        Assert.Equal(Environment.MachineName, point["sensor"]);

        await server.QueryAsync("CREATE USER writer WITH PASSWORD 'writer-pass'");
        InfluxException denied = await Assert.ThrowsAsync<InfluxException>(
            () => InfluxSetup.InitializeAsync(target with { Database = "other", User = "writer", Password = "writer-pass" }, null, false,
                Stop));
        Assert.Equal(InfluxProblem.Unauthorized, denied.Problem);
        Assert.Equal(InfluxProblem.Unauthorized, (await InfluxProbe.TestAsync(target with { User = null }, Stop)).Problem);

        async Task<Dictionary<string, string>> PolicyAsync() =>
            (await server.QueryAsync("SHOW RETENTION POLICIES ON \"net \\\"traffic'\"")).Single(row => row["default"] == "True");
    }

    [Fact]
    public async Task A_retention_that_takes_points_away_says_so_before()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        InfluxTarget target = server.Target("traffic");
        Assert.Empty((await InfluxSetup.InitializeAsync(target, TimeSpan.Zero, false, Stop)).Warnings);
        InfluxSetupResult plan = await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(30), true, Stop);
        Assert.Contains("keeps points for ever now. With 720h InfluxDB deletes those that are older.", Assert.Single(plan.Warnings));
        Assert.Single((await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(30), false, Stop)).Warnings);
        Assert.Contains("for 720h now",
            Assert.Single((await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), true, Stop)).Warnings));
        Assert.Empty((await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(30), false, Stop)).Warnings);
        Assert.Empty((await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(60), false, Stop)).Warnings);
        Assert.Empty((await InfluxSetup.InitializeAsync(target, TimeSpan.Zero, false, Stop)).Warnings);

        await using FakeInflux two = await FakeInflux.StartNewAsync();
        Assert.Contains("With 168h",
            Assert.Single((await InfluxSetup.InitializeAsync(two.Target, TimeSpan.FromDays(7), true, Stop)).Warnings));
        Assert.Single((await InfluxSetup.InitializeAsync(two.Target, TimeSpan.FromDays(7), false, Stop)).Warnings);
        Assert.Empty((await InfluxSetup.InitializeAsync(two.Target, TimeSpan.FromDays(9), false, Stop)).Warnings);
    }

    [Fact]
    public async Task A_name_the_server_does_not_take_is_told_as_that()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        InfluxException refused =
            await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(server.Target("a/b"), null, false, Stop));
        Assert.Equal(InfluxProblem.BadName, refused.Problem);
        Assert.Contains("'a/b'", refused.Message);
        await using FakeInflux two = await FakeInflux.StartNewAsync();
        two.Always = async context => context.Request.Method == "POST"
            && await FakeInflux.Answer(context, 422, """{"code":"unprocessable entity","message":"bucket name _x is invalid. Bucket names may not start with underscores"}""");
        Assert.Equal(InfluxProblem.BadName,
            (await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(two.Target with { Bucket = "_x" }, null, false,
                Stop))).Problem);
    }

    [Fact]
    public async Task Points_survive_a_change_of_retention()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        InfluxTarget target = server.Target("traffic");
        await server.QueryAsync("CREATE DATABASE traffic");
        using InfluxWriter writer = new(target, new InfluxWriterOptions());
        await writer.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"numbers v=7i {LineEncoder.ToNanoseconds(DateTime.UtcNow)}\n"), Stop);
        await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(10), false, Stop);
        await Lines.AssertStoredAsync(server, "traffic", 1, 7);
    }

    [Fact]
    public async Task A_bucket_is_set_up_with_its_mapping()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        InfluxTarget target = server.Target with { Bucket = "fresh" };
        Assert.Equal(2, (await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), true, Stop)).Actions.Count);
        Assert.False(server.Buckets.ContainsKey("fresh"));
        InfluxSetupResult made = await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), false, Stop);
        Assert.Equal(2, made.Actions.Count);
        Assert.Equal("2.7.12", made.Version);
        Assert.Equal(7 * 86_400, server.Buckets["fresh"]);
        Assert.Equal("b-fresh", server.Mappings["fresh"]);
        Assert.Empty((await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), false, Stop)).Actions);
        Assert.Single((await InfluxSetup.InitializeAsync(target with { Organization = null }, TimeSpan.FromDays(9), false, Stop)).Actions);
        Assert.Equal(9 * 86_400, server.Buckets["fresh"]);
        Assert.Empty((await InfluxSetup.InitializeAsync(target, null, false, Stop)).Actions);
        Assert.True((await InfluxProbe.TestAsync(target, Stop)).WriteAccepted);

        server.Mappings["fresh"] = "b-other";
        await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(target, null, false, Stop));
        Assert.Equal(
            InfluxProblem.NotFound,
                (await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(target with { Organization = "elsewhere" },
                    null, false, Stop))).Problem);
        Assert.Equal(
            InfluxProblem.Unauthorized,
                (await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(target with { Token = "wrong" }, null, false,
                    Stop))).Problem);
        await Assert.ThrowsAsync<InfluxException>(() => InfluxSetup.InitializeAsync(target, TimeSpan.FromMinutes(5), false, Stop));
    }

    [Fact]
    public async Task A_database_of_3_is_set_up()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync(generation: 3);
        InfluxTarget target = server.Target with { Bucket = "fresh" };
        Assert.Equal(InfluxProblem.NotFound, (await InfluxProbe.TestAsync(target, Stop)).Problem);
        Assert.Single((await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), true, Stop)).Actions);
        Assert.False(server.Buckets.ContainsKey("fresh"));
        Assert.True((await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), false, Stop)).Changed);
        Assert.Equal(7 * 86_400, server.Buckets["fresh"]);
        InfluxSetupResult again = await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(9), false, Stop);
        Assert.Empty(again.Actions);
        Assert.NotNull(again.Note);
        InfluxProbeResult probe = await InfluxProbe.TestAsync(target, Stop);
        Assert.Equal((true, InfluxGeneration.V3, "3.4.0"), (probe.WriteAccepted, probe.Generation, probe.Version));
    }

    [Fact]
    public async Task VictoriaMetrics_is_known_and_needs_nothing()
    {
        await using VictoriaMetrics server = await VictoriaMetrics.StartNewAsync();
        InfluxTarget target = new() { Url = server.Url };
        InfluxSetupResult result = await InfluxSetup.InitializeAsync(target, TimeSpan.FromDays(7), false, Stop);
        Assert.Equal("VictoriaMetrics", result.Product);
        Assert.Empty(result.Actions);
        Assert.Contains("-retentionPeriod", result.Note);
        InfluxProbeResult probe = await InfluxProbe.TestAsync(target, Stop);
        Assert.Equal((true, "VictoriaMetrics", true), (probe.Reachable, probe.Product, probe.WriteAccepted));
        long points = 0;
        for (int i = 0; i < 50 && points == 0; i++)
        {
            await Task.Delay(100, Stop); // the newest points are not shown at once
            points = (await server.SumAsync("net_probe_value")).Points;
        }

        Assert.Equal(1, points);
    }

    [Fact]
    public async Task Nobody_and_somebody_else_are_told()
    {
        InfluxTarget closed = new() { Url = new Uri($"http://me:pass-word@127.0.0.1:{ServerProcess.FreePort()}") };
        InfluxProbeResult nobody = await InfluxProbe.TestAsync(closed, Stop);
        Assert.Equal((false, InfluxProblem.Unreachable), (nobody.Reachable, nobody.Problem));
        Assert.DoesNotContain("pass-word", nobody.ToString());
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Always = context => FakeInflux.Answer(context, 200, "<html>hello</html>");
        Assert.Equal(InfluxProblem.NotInflux, (await InfluxProbe.TestAsync(server.Target, Stop)).Problem);
        server.Always = context => FakeInflux.Answer(context, 503);
        Assert.Equal((true, InfluxProblem.Other),
            (await InfluxProbe.TestAsync(server.Target, Stop)) is { } busy ? (busy.Reachable, busy.Problem) : default);
    }

    [Theory]
    [InlineData("1.6.7~rc0", null, "u", 1, "write?db=db&precision=ns")]
    [InlineData("1.6.7", "t", null, 1, "write?db=db&precision=ns")]
    [InlineData("1.8.10", null, "u", 1, "write?db=db&precision=ns")]
    [InlineData("1.8.10", null, null, 1, "write?db=db&precision=ns")]
    [InlineData("v1.11.8", "t", null, 1, "api/v2/write?org=o&bucket=db&precision=ns")]
    [InlineData("1.8.10", "t", "u", 1, "write?db=db&precision=ns")]
    [InlineData("v2.7.1", "t", null, 2, "api/v2/write?org=o&bucket=b&precision=ns")]
    [InlineData("v2.7.1", null, "u", 2, "write?db=db&precision=ns")]
    [InlineData("3.1.0", "t", null, 3, "api/v2/write?org=o&bucket=b&precision=ns")]
    public void Versions_choose_the_path(string version, string? token, string? user, int generation, string path)
    {
        InfluxTarget target = new()
        {
            Url = new Uri("http://127.0.0.1:1/x"),
            Token = token,
            User = user,
            Organization = "o",
            Bucket = "b",
            Database = "db"
        };
        using InfluxConnection connection = new(target, 1);
        InfluxServer server = InfluxServer.Read(new ServerReply { Status = 204, Version = version }, connection);
        Assert.Equal(generation, (int)server.Generation);
        Assert.Equal(path, server.WritePath(target));
        Assert.Equal("http://127.0.0.1:1/x/ping", new Uri(connection.Base, "ping").ToString());
    }
}
