using System.Text;
using NetTraffic.Influx.Tests.Servers;
using NetTraffic.Testing;

namespace NetTraffic.Influx.Tests;

/// <summary>The writer and a real influxd 1.x.</summary>
public sealed class InfluxdTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_line_is_stored_once()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync("CREATE DATABASE traffic");
        using InfluxWriter writer = new(server.Target("traffic"), new InfluxWriterOptions { BatchLines = 1_000 });
        (byte[] lines, long sum) = Lines.Numbered(10_500);
        InfluxWriteResult result = await writer.WriteAsync(lines, Stop);
        Assert.Equal((10_500, 0, 0), (result.Accepted, result.Rejected, result.Retries));
        Assert.Equal(12, result.Requests); // 11 batches and a ping
        Assert.Equal(lines.Length, result.Bytes);
        Assert.Equal(InfluxGeneration.V1, writer.Generation);
        await Lines.AssertStoredAsync(server, "traffic", 10_500, sum);

        // Sent again, stored once.
        await writer.WriteAsync(lines, Stop);
        await Lines.AssertStoredAsync(server, "traffic", 10_500, sum);
    }

    [Fact]
    public async Task Hostile_names_come_back_as_they_should()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync("CREATE DATABASE traffic");
        (string Sent, string Back)[] names =
        [
            ("plain", "plain"), ("a b", "a b"), ("a,b=c", "a,b=c"), ("\"quoted\"", "\"quoted\""), ("C:\\Device\\NPF", "C:\\Device\\NPF"),
            ("end\\", "end/"), ("a\\,b", "a/,b"),
            ("two\nlines", "two?lines"), ("cr\r\n", "cr??"), ("nul\0", "nul?"), ("", "none"), (" ", " "), ("é中🙂", "é中🙂"),
            ("\ud800x", "\ufffdx"), ("#x", "#x"),
            ("'; DROP DATABASE traffic", "'; DROP DATABASE traffic"), (new string('=', 300), new string('=', 256)),
            ("x,host=y v=1i 5\nm v=2i", "x,host=y v=1i 5?m v=2i"),
        ];
        LineEncoder encoder = new();
        for (int i = 0; i < names.Length; i++)
        {
            encoder.Begin("m, n=o");
            encoder.Tag("a key,x=y", "k");
            encoder.Tag("name", names[i].Sent);
            encoder.Field("v w,x=y", (long)i);
            encoder.End(1_700_000_000_000_000_000 + i);
        }

        using InfluxWriter writer = new(server.Target("traffic"), new InfluxWriterOptions());
        Assert.Equal(names.Length, (await writer.WriteAsync(encoder.Written, Stop)).Accepted);
        List<Dictionary<string, string>> rows = await server.QueryAsync("SELECT * FROM \"m, n=o\"", "traffic");
        Assert.Equal(names.Length, rows.Count);
        foreach (Dictionary<string, string> row in rows)
        {
            Assert.Equal(names[int.Parse(row["v w,x=y"])].Back, row["name"]);
            Assert.Equal("k", row["a key,x=y"]);
        }

        Assert.Single(await server.QueryAsync("SHOW MEASUREMENTS", "traffic"));
    }

    [Fact]
    public async Task Bad_lines_are_dead_lettered_and_the_rest_is_stored()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync("CREATE DATABASE traffic");
        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "sub", "dead.jsonl");
        using InfluxWriter writer = new(server.Target("traffic"), new InfluxWriterOptions { BatchLines = 2_000, DeadLetterPath = path });
        (byte[] lines, long sum) =
            Lines.Numbered(5_000, "numbers v=not_a_number 1", $"numbers,x=1 v=\"text\" {Lines.Start + 1}", "numbers,sensor=s\\ v=1i 5");
        InfluxWriteResult result = await writer.WriteAsync(lines, Stop);
        Assert.Equal((5_000, 3, 0), (result.Accepted, result.Rejected, result.Retries));
        await Lines.AssertStoredAsync(server, "traffic", 5_000, sum);
        string[] dead = await File.ReadAllLinesAsync(path, Stop);
        Assert.Equal(3, dead.Length);
        Assert.Contains(dead, d => d.Contains("not_a_number") && d.Contains("unable to parse"));
        Assert.Contains(dead, d => d.Contains("field type conflict"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task Points_beyond_the_retention_policy_are_all_in_the_file()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync("CREATE DATABASE traffic WITH DURATION 1d REPLICATION 1 NAME \"short\"");
        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "dead.jsonl");
        using InfluxWriter writer = new(server.Target("traffic"), new InfluxWriterOptions { DeadLetterPath = path });
        long now = LineEncoder.ToNanoseconds(DateTime.UtcNow);
        StringBuilder text = new();
        for (int i = 0; i < 10_000; i++)
        {
            // Every third is old, in no order.
            long time = i % 3 == 0 ? now - (30L * 86_400 * 1_000_000_000) + (i * 7919L % 10_007) : now - i;
            text.Append($"numbers v={i}i {time}\n");
        }

        text.Append("numbers v=oops 1\n");
        InfluxWriteResult result = await writer.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), Stop);
        Assert.Equal((6_666, 3_335), (result.Accepted, result.Rejected));
        Assert.InRange(result.Requests, 10, 80);
        string[] dead = await File.ReadAllLinesAsync(path, Stop);
        Assert.Equal(3_335, dead.Length);
        Assert.InRange(dead.Count(d => d.Contains("beyond retention policy")), 3_334, 3_335);
        await Lines.AssertStoredAsync(server, "traffic", 6_666, Enumerable.Range(0, 10_000).Where(i => i % 3 != 0).Sum(i => (long)i));
    }

    [Fact]
    public async Task Too_many_tag_values_are_counted_and_their_reason_kept()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync("CREATE DATABASE traffic");
        using InfluxWriter writer = new(server.Target("traffic"), new InfluxWriterOptions());
        // The server counts what it has before a request.
        string first = string.Concat(Enumerable.Range(0, 1_000).Select(i => $"m,t=v{i} v=1i {i + 1}\n"));
        Assert.Equal(1_000, (await writer.WriteAsync(Encoding.UTF8.GetBytes(first), Stop)).Accepted);
        string second = string.Concat(Enumerable.Range(990, 60).Select(i => $"m,t=v{i} v=1i {i + 1}\n")) + "other v=5i 7\n";
        InfluxWriteResult result = await writer.WriteAsync(Encoding.UTF8.GetBytes(second), Stop);
        Assert.Equal((11, 50), (result.Accepted, result.Rejected));
        Assert.Contains("max-values-per-tag", result.LastReason);
        Assert.Equal("1000", (await server.QueryAsync("SELECT count(v) FROM m", "traffic"))[0]["count"]);
        Assert.Equal("1", (await server.QueryAsync("SELECT count(v) FROM other", "traffic"))[0]["count"]);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_sent_in_pieces()
    {
        await using Influxd server = await Influxd.StartNewAsync(http: "max-body-size = 20000");
        await server.QueryAsync("CREATE DATABASE traffic");
        using InfluxWriter writer = new(server.Target("traffic"), new InfluxWriterOptions());
        (byte[] lines, long sum) = Lines.Numbered(5_000);
        InfluxWriteResult result = await writer.WriteAsync(lines, Stop);
        Assert.Equal((5_000, 0), (result.Accepted, result.Rejected));
        await Lines.AssertStoredAsync(server, "traffic", 5_000, sum);
    }

    [Fact]
    public async Task Compressed_bodies_are_read()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync("CREATE DATABASE traffic");
        using InfluxWriter writer = new(server.Target("traffic"), new InfluxWriterOptions { Compress = true, BatchLines = 1_000 });
        (byte[] lines, long sum) = Lines.Numbered(5_000, "numbers v=oops 1");
        InfluxWriteResult result = await writer.WriteAsync(lines, Stop);
        Assert.Equal((5_000, 1), (result.Accepted, result.Rejected));
        Assert.InRange(result.Bytes, 1_000, lines.Length / 2);
        await Lines.AssertStoredAsync(server, "traffic", 5_000, sum);
    }

    [Fact]
    public async Task A_restart_in_mid_batch_loses_nothing()
    {
        await using Influxd server = await Influxd.StartNewAsync();
        await server.QueryAsync("CREATE DATABASE traffic");
        using InfluxWriter writer = new(server.Target("traffic"), new InfluxWriterOptions { BatchLines = 2_000 });
        List<string> told = [];
        writer.Problem += text =>
        {
            lock (told)
            {
                told.Add(text);
            }
        };
        (byte[] lines, long sum) = Lines.Numbered(400_000);
        Task<InfluxWriteResult> writing = writer.WriteAsync(lines, Stop);
        for (int i = 0; i < 2; i++)
        {
            await Task.Delay(400, Stop);
            server.Kill();
            await Task.Delay(300, Stop);
            Assert.False(writing.IsCompleted, "The test comes too late to disturb anything.");
            await server.StartAsync();
        }

        InfluxWriteResult result = await writing;
        Assert.Equal((400_000, 0), (result.Accepted, result.Rejected));
        Assert.True(result.Retries > 0);
        await Lines.AssertStoredAsync(server, "traffic", 400_000, sum);
        Assert.Equal(told.Count / 2, told.Count(t => t.Contains("Nothing is lost")));
        Assert.Contains("answers again", told[^1]);
    }

    [Fact]
    public async Task Wrong_credentials_and_missing_places_are_told_with_the_next_move()
    {
        await using Influxd server = await Influxd.StartNewAsync(auth: true);
        await server.QueryAsync("CREATE DATABASE traffic");
        await server.QueryAsync("CREATE USER reader WITH PASSWORD 'reader-pass'");
        await server.QueryAsync("CREATE USER writer WITH PASSWORD 'writer-pass'");
        await server.QueryAsync("GRANT WRITE ON traffic TO writer");
        (byte[] lines, long sum) = Lines.Numbered(10);
        InfluxTarget target = server.Target("traffic");

        InfluxException none = await Refused(target);
        Assert.Equal(InfluxProblem.Unauthorized, none.Problem);
        Assert.Contains("-InfluxUser", none.Message);
        InfluxException wrong = await Refused(target with { User = "writer", Password = "wrong-pass" });
        Assert.Equal(InfluxProblem.Unauthorized, wrong.Problem);
        Assert.DoesNotContain("wrong-pass", wrong.ToString());
        Assert.Equal(InfluxProblem.Unauthorized, (await Refused(target with { User = "reader", Password = "reader-pass" })).Problem);
        InfluxException missing = await Refused(target with { User = "root", Password = "admin-pass", Database = "nowhere" });
        Assert.Equal(InfluxProblem.NotFound, missing.Problem);
        Assert.Contains("Initialize-NetTrafficInflux", missing.Message);

        using InfluxWriter writer = new(target with { User = "writer", Password = "writer-pass" }, new InfluxWriterOptions());
        Assert.Equal(10, (await writer.WriteAsync(lines, Stop)).Accepted);
        using InfluxWriter byUrl =
            new(target with { Url = new Uri($"http://writer:writer-pass@127.0.0.1:{server.Port}") }, new InfluxWriterOptions());
        Assert.Equal(10, (await byUrl.WriteAsync(lines, Stop)).Accepted);
        await Lines.AssertStoredAsync(server, "traffic", 10, sum);

        async Task<InfluxException> Refused(InfluxTarget to)
        {
            using InfluxWriter refused = new(to, new InfluxWriterOptions());
            return await Assert.ThrowsAsync<InfluxException>(() => refused.WriteAsync(lines, Stop));
        }
    }

    [Fact]
    public async Task VictoriaMetrics_takes_every_line()
    {
        await using VictoriaMetrics server = await VictoriaMetrics.StartNewAsync();
        using InfluxWriter writer =
            new(new InfluxTarget { Url = server.Url, Token = "ignored-there" }, new InfluxWriterOptions { BatchLines = 5_000 });
        long start = LineEncoder.ToNanoseconds(DateTime.UtcNow.AddHours(-1));
        LineEncoder encoder = new();
        for (int i = 0; i < 20_000; i++)
        {
            encoder.Begin("numbers");
            encoder.Tag("sensor", i % 2 == 0 ? "a b\\" : "c,d=é\n");
            encoder.Field("v", (long)i);
            encoder.End(start + (i * 1_000_000L));
        }

        InfluxWriteResult result = await writer.WriteAsync(encoder.Written, Stop);
        Assert.Equal((20_000, 0), (result.Accepted, result.Rejected));
        Assert.Equal((20_000, 20_000L * 19_999 / 2), await server.SumAsync("numbers_v"));
        Assert.Equal(0, await server.CounterAsync("vm_rows_invalid_total{type=\"influx\"}"));
        Assert.Equal((10_000, 9_999L * 10_000), await server.SumAsync("numbers_v{sensor=\"a b/\"}"));
        Assert.Equal((10_000, 10_000L * 10_000), await server.SumAsync("numbers_v{sensor=\"c,d=é?\"}"));
    }
}
