using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using NetTraffic.Engine;
using NetTraffic.Testing;

namespace NetTraffic.Server.Tests;

/// <summary>A server that captures from its start, and what asks whether it is ready.</summary>
public sealed class StandingCaptureTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_captures_from_its_start_to_its_end()
    {
        CaptureInterface? loopback = TrafficEngine.GetInterfaces().FirstOrDefault(one => one.IsLoopback && one.CanCapture);
        Assert.SkipWhen(loopback is null, "This process may not capture on the loopback interface.");
        using ScratchFolder folder = new();
        TrafficEngine.OpenSettings(folder.Path).SetOption(
            new Dictionary<string, object?> { ["ServerCapture"] = new[] { loopback.Name }, ["ServerPort"] = 0 });
        ServerOptions options = ServerOptions.Read(["--store", folder.Path]);
        Assert.Equal([loopback.Name], options.Capture);
        await using (WebApplication app = ServerHost.Build(options))
        {
            app.Services.GetRequiredService<StandingCapture>().Start();
            await app.StartAsync(Stop);
            using HttpClient client = new() { BaseAddress = new Uri(app.Urls.Single()) };
            using UdpClient receiver = new(new IPEndPoint(IPAddress.Loopback, 0));
            using UdpClient sender = new();
            await sender.SendAsync(new byte[100], (IPEndPoint)receiver.Client.LocalEndPoint!, Stop);
            string ready = await client.GetStringAsync(new Uri("/health/ready", UriKind.Relative), Stop);
            Assert.Contains("ready", ready, StringComparison.Ordinal);
            string status = await client.GetStringAsync(new Uri("/api/status", UriKind.Relative), Stop);
            JsonElement capture = Assert.Single(JsonDocument.Parse(status).RootElement.GetProperty("Captures").EnumerateArray());
            Assert.Equal((loopback.Name, "Running"),
                (capture.GetProperty("Interfaces")[0].GetString(), capture.GetProperty("State").GetString()));
            await app.StopAsync(Stop);
        }

        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        CaptureStatus ended = Assert.Single(store.GetCaptures());
        Assert.Equal(CaptureState.Stopped, ended.State);
        Assert.True(ended.Packets > 0);
        Assert.Equal(ended.Packets, store.GetSummary(new TrafficFilter(), Stop).Packets);
    }

    [Fact]
    public async Task One_that_cannot_begin_ends_the_server()
    {
        using ScratchFolder folder = new();
        await using WebApplication app =
            ServerHost.Build(new ServerOptions { StorePath = folder.Path, Port = 0, Capture = ["no-such-interface"] });
        CaptureException error = Assert.Throws<CaptureException>(app.Services.GetRequiredService<StandingCapture>().Start);
        Assert.Contains("no-such-interface", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_about_a_store_without_a_server_it_says_so()
    {
        using ScratchFolder folder = new();
        TrafficException error = await Assert.ThrowsAsync<TrafficException>(() => HealthQuestion.AskAsync(["--store", folder.Path]));
        Assert.Equal("NoServer", TrafficErrors.Of(error)?.Id);
        error = await Assert.ThrowsAsync<TrafficException>(() => HealthQuestion.AskAsync(["--stoer", folder.Path]));
        Assert.Equal("BadArgument", TrafficErrors.Of(error)?.Id);
    }

    [Theory]
    [InlineData("http://0.0.0.0:8630", "http://127.0.0.1:8630/health/ready")]
    [InlineData("http://[::]:8630", "http://[::1]:8630/health/ready")]
    [InlineData("https://192.0.2.7:8630", "https://192.0.2.7:8630/health/ready")]
    public void It_is_asked_at_this_machines_own_address(string url, string asked) =>
        Assert.Equal(asked, HealthQuestion.Ready(url).ToString());
}
