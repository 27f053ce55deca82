using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using NetTraffic.Influx.Tests.Servers;
using NetTraffic.Testing;

namespace NetTraffic.Influx.Tests;

/// <summary>Whatever the server does, in the end every line is stored once.</summary>
public sealed class FaultTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private static readonly InfluxWriterOptions Quick = new()
    {
        BatchLines = 500,
        Timeout = TimeSpan.FromMilliseconds(500),
        RetryBase = TimeSpan.FromMilliseconds(5),
        RetryCap = TimeSpan.FromMilliseconds(50),
    };

    public static TheoryData<string> Faults =>
        ["500", "502", "503", "429", "html", "hang", "abort", "middle", "stored", "half", "eof", "mixed"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_delays_and_nothing_else(string kind)
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        string[] kinds = kind == "mixed"
            ? ["500", "hang", "middle", "413", "stored", "503", "half", "abort", "429", "eof"]
            : [kind, kind, kind, kind];
        foreach (string one in kinds)
        {
            server.Faults.Enqueue(Fault(one));
        }

        using InfluxWriter writer = new(server.Target, Quick);
        List<string> told = Listen(writer);
        (byte[] lines, long sum) = Lines.Numbered(5_000);
        InfluxWriteResult result = await writer.WriteAsync(lines, Stop);
        Assert.Equal((5_000, 0), (result.Accepted, result.Rejected));
        Assert.Equal(kinds.Count(k => k != "413"), result.Retries);
        AssertStored(server, 5_000, sum);
        Assert.Empty(server.Faults);
        Assert.True(told.Count >= 2 && told.Count % 2 == 0, string.Join('\n', told));
        Assert.All(told.Where((_, i) => i % 2 == 0), t => Assert.Contains("Nothing is lost", t));
        Assert.All(told.Where((_, i) => i % 2 == 1), t => Assert.Contains("answers again", t));
    }

    [Fact]
    public async Task A_server_that_is_down_is_waited_for_and_told_once()
    {
        int port = ServerProcess.FreePort();
        InfluxTarget target = new()
        {
            Url = new Uri($"http://127.0.0.1:{port}"),
            Organization = FakeInflux.Organization,
            Bucket = "traffic",
            Token = FakeInflux.Token
        };
        using InfluxWriter writer = new(target, Quick);
        List<string> told = Listen(writer);
        (byte[] lines, long sum) = Lines.Numbered(5_000);
        Task<InfluxWriteResult> writing = writer.WriteAsync(lines, Stop);
        while (told.Count == 0)
        {
            await Task.Delay(5, Stop);
        }

        Assert.False(writing.IsCompleted);
        await Task.Delay(50, Stop);
        Assert.Contains("refused", Assert.Single(told));
        await using FakeInflux server = await FakeInflux.StartNewAsync(port: port);
        InfluxWriteResult result = await writing;
        Assert.InRange(result.Retries, 1, 1_000);
        AssertStored(server, 5_000, sum);
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public async Task Waiting_ends_when_it_is_cancelled()
    {
        InfluxTarget target = new() { Url = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}") };
        using InfluxWriter writer =
            new(target, new InfluxWriterOptions { RetryBase = TimeSpan.FromMinutes(5), RetryCap = TimeSpan.FromMinutes(5) });
        using CancellationTokenSource soon = new(300);
        Stopwatch clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.WriteAsync(Lines.Numbered(10).Text, soon.Token));
        Assert.InRange(clock.ElapsedMilliseconds, 200, 5_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retry_after_is_honoured(bool date)
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Faults.Enqueue(c => FakeInflux.Answer(c, 503, "",
            ("Retry-After", date ? DateTimeOffset.UtcNow.AddSeconds(40).ToString("r") : "40")));
        LeapingTime time = new();
        using InfluxWriter writer = new(server.Target, Quick with { Time = time });
        (byte[] lines, long sum) = Lines.Numbered(100);
        Assert.Equal(1, (await writer.WriteAsync(lines, Stop)).Retries);
        Assert.InRange(time.Passed.TotalSeconds, date ? 30 : 40, 40.1);
        AssertStored(server, 100, sum);
    }

    [Fact]
    public async Task Retry_after_has_a_cap()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Faults.Enqueue(c => FakeInflux.Answer(c, 429, "", ("Retry-After", "86400")));
        LeapingTime time = new();
        using InfluxWriter writer = new(server.Target, Quick with { Time = time });
        await writer.WriteAsync(Lines.Numbered(100).Text, Stop);
        Assert.InRange(time.Passed, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10.1));
    }

    [Fact]
    public async Task A_batch_that_is_too_slow_as_a_whole_gets_through_in_pieces()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Always = async context =>
        {
            if (context.Request.ContentLength > 60_000)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return true;
            }

            return false;
        };
        using InfluxWriter writer = new(server.Target, Quick with { BatchLines = 10_000, Timeout = TimeSpan.FromMilliseconds(200) });
        (byte[] lines, long sum) = Lines.Numbered(5_000);
        Assert.True(lines.Length > 120_000);
        await writer.WriteAsync(lines, Stop);
        AssertStored(server, 5_000, sum);
    }

    [Fact]
    public async Task A_refusal_is_heard_though_the_connection_is_reset()
    {
        using AbruptServer server = new(limit: 500_000);
        using InfluxWriter writer = new(new InfluxTarget { Url = server.Url, Token = "x", Bucket = "b" },
            Quick with { BatchLines = 200_000, Timeout = TimeSpan.FromSeconds(20) });
        (byte[] lines, _) = Lines.Numbered(200_000);
        Assert.Equal(200_000, (await writer.WriteAsync(lines, Stop)).Accepted);
        Assert.Equal(200_000, server.Lines.Distinct().Count());
        Assert.True(server.Refused > 0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Bad_lines_are_found_and_told_without_the_token(int generation)
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync(generation);
        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "dead.jsonl");
        using InfluxWriter writer = new(server.Target, Quick with { BatchLines = 3_000, DeadLetterPath = path });
        (byte[] lines, long sum) = Lines.Numbered(5_000, "bad one", "bad two", "bad three");
        InfluxWriteResult result = await writer.WriteAsync(lines, Stop);
        Assert.Equal((5_000, 3), (result.Accepted, result.Rejected));
        Assert.Equal(generation, (int)writer.Generation);
        Assert.InRange(result.Requests, 10, 100);
        AssertStored(server, 5_000, sum);
        string dead = await File.ReadAllTextAsync(path, Stop);
        Assert.Equal(3, dead.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"line\":\"bad two\"", dead);
        Assert.Contains("unable to parse", dead);
        Assert.Contains("Token ***", dead);
        Assert.DoesNotContain(FakeInflux.Token, dead);
        Assert.DoesNotContain(FakeInflux.Token, result.ToString());
    }

    [Fact]
    public async Task Points_too_old_are_cut_off_by_time()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Oldest = Lines.Start + 1_234;
        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "dead.jsonl");
        using InfluxWriter writer = new(server.Target, Quick with { BatchLines = 10_000, DeadLetterPath = path, Compress = true });
        (byte[] lines, long sum) = Lines.Numbered(5_000);
        InfluxWriteResult result = await writer.WriteAsync(lines, Stop);
        Assert.Equal((5_000 - 1_234, 1_234), (result.Accepted, result.Rejected));
        Assert.InRange(result.Requests, 5, 20);
        AssertStored(server, 5_000 - 1_234, sum - (1_234L * 1_233 / 2));
        string[] dead = await File.ReadAllLinesAsync(path, Stop);
        Assert.Equal(1_234, dead.Length);
        Assert.All(dead.Index(), one => Assert.Contains($"v={one.Index}i {Lines.Start + one.Index}\"", one.Item, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_dead_letter_file_stays_bounded()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "dead.jsonl");
        using InfluxWriter writer = new(server.Target, Quick with { DeadLetterPath = path, DeadLetterBytes = 4_000 });
        string text = string.Concat(Enumerable.Range(0, 200).Select(i => $"bad line{i}\n"));
        Assert.Equal(200, (await writer.WriteAsync(Encoding.UTF8.GetBytes(text), Stop)).Rejected);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
        Assert.All(Directory.GetFiles(folder.Path), f => Assert.InRange(new FileInfo(f).Length, 1, 4_500));
        Assert.Contains("bad line199", await File.ReadAllTextAsync(path, Stop));
    }

    [Fact]
    public async Task A_dead_letter_file_that_cannot_be_written_is_an_error()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        using ScratchFolder folder = new();
        using InfluxWriter writer = new(server.Target, Quick with { DeadLetterPath = folder.Path });
        await Assert.ThrowsAnyAsync<Exception>(() => writer.WriteAsync("bad line\n"u8.ToArray(), Stop));
    }

    [Fact]
    public async Task The_older_path_is_taken_where_the_newer_is_not_there()
    {
        await using FakeInflux server = await FakeInflux.StartNewAsync();
        server.Version = null;
        server.Always = async context =>
            context.Request.Path == "/api/v2/write" ? await FakeInflux.Answer(context, 404, "404 page not found\n")
            : context.Request.Path == "/write" && await FakeInflux.Answer(context, 204);
        using InfluxWriter writer = new(new InfluxTarget { Url = server.Url, Database = "d b" }, Quick);
        Assert.Equal(5_000, (await writer.WriteAsync(Lines.Numbered(5_000).Text, Stop)).Accepted);
        Assert.InRange(server.Requests.Count(r => r.Contains("/api/v2/")), 1, 2);
        Assert.Equal(10, server.Requests.Count(r => r == "POST /write?db=d%20b&precision=ns"));
    }

    private static List<string> Listen(InfluxWriter writer)
    {
        List<string> told = [];
        writer.Problem += text =>
        {
            lock (told)
            {
                told.Add(text);
            }
        };
        return told;
    }

    private static void AssertStored(FakeInflux server, int count, long sum) =>
        Assert.Equal((count, sum), (server.Stored.Count, server.Stored.Values.Sum()));

    private static Func<HttpContext, Task<bool>> Fault(string kind) => kind switch
    {
        "503" => c => FakeInflux.Answer(c, 503, """{"code":"unavailable","message":"cache full"}""", ("Retry-After", "0")),
        "html" => c => FakeInflux.Answer(c, 502, "<html>Bad gateway</html>"),
        "eof" => c => FakeInflux.Answer(c, 400, """{"error":"unexpected EOF"}"""),
        "hang" => async c =>
        {
            await Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        }
        ,
        "abort" => c =>
        {
            c.Abort();
            return Task.FromResult(true);
        }
        ,
        "middle" => async c =>
        {
            await c.Request.Body.ReadExactlyAsync(new byte[100]);
            c.Abort();
            return true;
        }
        ,
        // Stored, and the answer is lost: sent again, it is still stored once.
        "stored" => c =>
        {
            c.Response.OnStarting(() =>
            {
                c.Abort();
                return Task.CompletedTask;
            });
            return Task.FromResult(false);
        }
        ,
        "half" => async c =>
        {
            c.Response.StatusCode = 500;
            c.Response.ContentLength = 1_000;
            await c.Response.WriteAsync("{\"error\":");
            await c.Response.Body.FlushAsync();
            c.Abort();
            return true;
        }
        ,
        _ => c => FakeInflux.Answer(c, int.Parse(kind), """{"code":"internal error","message":"engine: something"}"""),
    };
}
