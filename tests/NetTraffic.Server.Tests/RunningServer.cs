using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using NetTraffic.Engine;
using NetTraffic.Testing;

namespace NetTraffic.Server.Tests;

/// <summary>A real server on a free loopback port, over a store with the project's own captures.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private readonly ScratchFolder folder = new();
    private WebApplication? app;

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Set before it starts.</summary>
    internal ServerKeys Keys { get; init; } = new();

    internal IReadOnlyList<string> Hosts { get; init; } = [];

    internal IReadOnlyList<string> Origins { get; init; } = [];

    public string StorePath => folder.Path;

    /// <summary>It keeps no cookies: a request has those that its test gives it, and no others.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseCookies = false });

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public async ValueTask InitializeAsync()
    {
        Import(Repository.SampleCapture, ring: true);
        Import(Path.Combine(Repository.Root, "tests", "fixtures", "internet.pcap"), ring: false);
        app = ServerHost.Build(new ServerOptions { StorePath = StorePath, Port = 0, Keys = Keys, Hosts = Hosts, Origins = Origins });
        await app.StartAsync(Stop);
        Address = new Uri(app.Urls.Single());
        Client.BaseAddress = Address;
    }

    public void Import(string capture, bool ring) => TrafficEngine.Import(
        new ImportRequest { Path = capture, StorePath = StorePath, PacketRing = ring ? new NetTraffic.Packets.PacketRingOptions() : null },
        null, Stop);

    /// <summary>A JSON answer that is a success.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage answer = await Client.GetAsync(new Uri(path, UriKind.Relative), Stop);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>An answer that is an error: its status, its id and what to do.</summary>
    public async Task<(int Status, string Id, string NextMove)> FailAsync(HttpMethod method, string path, object? body = null)
    {
        using HttpRequestMessage request = new(method, new Uri(path, UriKind.Relative));
        request.Content = body is null ? null : JsonContent.Create(body);
        return await FailAsync(request);
    }

    public async Task<(int Status, string Id, string NextMove)> FailAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage answer = await Client.SendAsync(request, Stop);
        string text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json",
            $"{request.RequestUri}: {(int)answer.StatusCode} {answer.Content.Headers.ContentType} {text}");
        JsonElement problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        return ((int)answer.StatusCode, problem.GetProperty("id").GetString()!, problem.GetProperty("nextMove").GetString()!);
    }

    public async Task<HttpStatusCode> StatusAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage answer = await Client.SendAsync(request, Stop);
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (app is not null)
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }

        folder.Dispose();
    }
}
