using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace NetTraffic.Server.Tests;

/// <summary>Captures that are started here, and what is told while they run.</summary>
public sealed class LiveTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_capture_runs_is_told_of_and_ends_with_its_packets()
    {
        JsonElement loopback = (await server.GetAsync("/api/interfaces")).EnumerateArray()
            .FirstOrDefault(one => one.GetProperty("IsLoopback").GetBoolean());
        Assert.SkipUnless(loopback.ValueKind == JsonValueKind.Object && loopback.GetProperty("CanCapture").GetBoolean(),
            "This process may not capture on the loopback interface.");
        using UdpClient receiver = new(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)receiver.Client.LocalEndPoint!).Port;
        using HttpResponseMessage started = await server.Client.PostAsJsonAsync("/api/capture/start",
            new { Interface = new[] { loopback.GetProperty("Name").GetString() }, Filter = $"udp port {port}", Name = "of a test" }, Stop);
        string text = await started.Content.ReadAsStringAsync(Stop);
        Assert.True(started.StatusCode == HttpStatusCode.Created, text);
        string id = JsonDocument.Parse(text).RootElement.GetProperty("CaptureId").GetString()!;
        Assert.Equal($"/api/captures/{id}", started.Headers.Location?.ToString());

        using Stream events = await server.Client.GetStreamAsync(new Uri("/api/events", UriKind.Relative), Stop);
        using StreamReader reader = new(events);
        using UdpClient sender = new();
        for (int i = 0; i < 50; i++)
        {
            await sender.SendAsync(new byte[100], "127.0.0.1", port, Stop);
        }

        JsonElement told = default;
        for (int i = 0; i < 200 && !(told.ValueKind == JsonValueKind.Object && told.GetProperty("Packets").GetInt64() == 50); i++)
        {
            string? line = await reader.ReadLineAsync(Stop);
            if (line?.StartsWith("data: ", StringComparison.Ordinal) == true)
            {
                told = JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("Captures").EnumerateArray()
                    .FirstOrDefault(capture => capture.GetProperty("CaptureId").GetString() == id);
            }
        }

        Assert.Equal(50, told.GetProperty("Packets").GetInt64());
        string metrics = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Stop);
        Assert.Contains($"nettraffic_capture_packets_total{{capture=\"{id}\",name=\"of a test\"", metrics, StringComparison.Ordinal);
        Assert.All(CaptureCounters.All, counter =>
            Assert.Contains($"nettraffic_capture_{counter.Name}", metrics, StringComparison.Ordinal));
        Assert.Contains(id, (await server.GetAsync("/api/status")).GetProperty("Captures").GetRawText(), StringComparison.Ordinal);

        using HttpResponseMessage stopped = await server.Client.PostAsJsonAsync("/api/capture/stop", new { CaptureId = id }, Stop);
        JsonElement last = await stopped.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(("Stopped", 50), (last.GetProperty("State").GetString(), last.GetProperty("Packets").GetInt32()));
        JsonElement total = (await server.GetAsync($"/api/stats/summary?captureId={id}")).GetProperty("Total");
        Assert.Equal(50, total.GetProperty("Packets").GetInt64());
    }

    [Fact]
    public async Task A_download_that_nobody_reads_holds_up_nobody()
    {
        using TcpClient slow = new() { ReceiveBufferSize = 1024 };
        await slow.ConnectAsync(server.Address.Host, server.Address.Port, Stop);
        await slow.GetStream().WriteAsync("GET /api/data/export/json HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Stop);
        for (int i = 0; i < 20; i++)
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            limit.CancelAfter(TimeSpan.FromSeconds(20));
            await server.Client.GetByteArrayAsync(new Uri($"/api/data/export/json?port={443 + i % 2}", UriKind.Relative), limit.Token);
        }
    }

    [Fact]
    public async Task A_trigger_about_more_than_all_time_is_about_all()
    {
        using HttpResponseMessage begun =
            await server.Client.PostAsJsonAsync("/api/enrichment/trigger", new { Last = "3000000d", Top = 3 }, Stop);
        string path = begun.Headers.Location!.ToString();
        JsonElement job = await EndedAsync(path);
        Assert.Equal(("Completed", 3), (job.GetProperty("State").GetString(), job.GetProperty("Items").GetArrayLength()));
    }

    [Fact]
    public async Task A_trigger_is_a_job_that_ends()
    {
        using HttpResponseMessage begun = await server.Client.PostAsJsonAsync("/api/enrichment/trigger",
            new { Address = new[] { "192.0.2.1", "10.0.0.1" } }, Stop);
        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        string path = begun.Headers.Location!.ToString();
        JsonElement job = await EndedAsync(path);
        Assert.Equal("Completed", job.GetProperty("State").GetString());
        Assert.Equal(["Documentation", "Private"],
            job.GetProperty("Items").EnumerateArray().Select(one => one.GetProperty("Scope").GetString()));
    }

    private async Task<JsonElement> EndedAsync(string path)
    {
        JsonElement job = await server.GetAsync(path);
        for (int i = 0; i < 100 && job.GetProperty("EndTime").ValueKind == JsonValueKind.Null; i++)
        {
            await Task.Delay(50, Stop);
            job = await server.GetAsync(path);
        }

        return job;
    }
}
