using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NetTraffic.Net;

namespace NetTraffic.Server.Tests;

/// <summary>What an attacker tries, each of which must fail: on a server with keys, and on one without.</summary>
public sealed class AttackTests(AttackTests.Servers servers) : IClassFixture<AttackTests.Servers>
{
    private const string Control = "control-key-0123456789abcdef", Read = "read-key-0123456789abcdef";
    private readonly RunningServer open = servers.Open, closed = servers.Closed;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_server_that_others_reach_needs_a_key()
    {
        TrafficException error = Assert.Throws<TrafficException>(() =>
            ServerHost.Build(new ServerOptions { StorePath = open.StorePath, Port = 0, Listen = IPAddress.Any }));
        Assert.Equal("ServerNeedsKey", error.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData(Control + "x")]
    [InlineData("CONTROL-KEY-0123456789ABCDEF")]
    public async Task Without_the_key_nothing_is_answered(string key)
    {
        foreach (string path in (string[])["/api/status", "/api/flows", "/metrics", "/api/events", "/api/interfaces", "/api/nothing",
            "/api/data/export/csv"])
        {
            (int status, string id, _) = await closed.FailAsync(With(HttpMethod.Get, path, key));
            Assert.Equal((path, 401, "NoKey"), (path, status, id));
        }
    }

    [Fact]
    public async Task What_is_kept_of_a_key_is_no_key()
    {
        string hash = ApiKey.Hash(Control);
        Assert.DoesNotContain(Control, hash, StringComparison.Ordinal);
        await using RunningServer other = new() { Keys = new ServerKeys { Control = hash } };
        await other.InitializeAsync();
        Assert.Equal(401, (await other.FailAsync(With(HttpMethod.Get, "/api/status", hash))).Status);
        Assert.Equal(HttpStatusCode.OK, await other.StatusAsync(With(HttpMethod.Get, "/api/status", Control)));
    }

    [Fact]
    public async Task A_key_that_may_read_changes_nothing()
    {
        Assert.Equal(HttpStatusCode.OK, await closed.StatusAsync(With(HttpMethod.Get, "/api/status", Read)));
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])[(HttpMethod.Post, "/api/capture/start"),
            (HttpMethod.Post, "/api/capture/stop"), (HttpMethod.Delete, "/api/captures/x"), (HttpMethod.Post, "/api/enrichment/trigger")])
        {
            HttpRequestMessage request = With(method, path, Read);
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            (int status, string id, _) = await closed.FailAsync(request);
            Assert.Equal((path, 403, "ReadOnlyKey"), (path, status, id));
        }

        HttpRequestMessage stop = With(HttpMethod.Delete, "/api/captures/x", Control);
        Assert.Equal(404, (await closed.FailAsync(stop)).Status);
    }

    [Fact]
    public async Task Health_needs_no_key_and_tells_nothing()
    {
        Assert.Equal("alive", (await closed.GetAsync("/health/live")).GetProperty("State").GetString());
        Assert.Equal("""{"State":"ready"}""", (await closed.GetAsync("/health/ready")).GetRawText());
    }

    [Theory]
    [InlineData("evil.example.com", false)]
    [InlineData("localhost.evil.example.com", false)]
    [InlineData("traffic.example.org", true)]
    [InlineData("TRAFFIC.example.org:8630", true)]
    [InlineData("localhost", true)]
    [InlineData("192.0.2.7:8630", true)]
    [InlineData("[2001:db8::7]:8630", true)]
    public async Task A_name_that_is_led_here_is_none_of_ours(string host, bool ours)
    {
        HttpRequestMessage request = With(HttpMethod.Get, "/api/status", "");
        request.Headers.Host = host;
        if (ours)
        {
            Assert.Equal(HttpStatusCode.OK, await open.StatusAsync(request));
        }
        else
        {
            (int status, string id, _) = await open.FailAsync(request);
            Assert.Equal((403, "WrongHost"), (status, id));
        }
    }

    [Theory]
    [InlineData("POST", "https://evil.example.com", null, null, false)]
    [InlineData("POST", "null", null, null, false)]
    [InlineData("POST", null, "cross-site", "no-cors", false)]
    [InlineData("POST", null, "same-site", "no-cors", false)]
    [InlineData("POST", null, "cross-site", "navigate", false)]
    [InlineData("DELETE", "http://localhost:3000", "same-site", "cors", false)]
    [InlineData("GET", null, "cross-site", "no-cors", false)]
    [InlineData("GET", "https://evil.example.com", "cross-site", "cors", false)]
    [InlineData("GET", null, "cross-site", "navigate", true)]
    [InlineData("GET", "https://grafana.example.org", "cross-site", "cors", true)]
    [InlineData("POST", "https://grafana.example.org", "cross-site", "cors", true)]
    [InlineData("POST", "own", "same-origin", "cors", true)]
    [InlineData("GET", null, null, null, true)]
    public async Task A_page_of_another_site_changes_nothing(string method, string? origin, string? site, string? mode, bool passes)
    {
        HttpRequestMessage request = With(new HttpMethod(method), "/api/captures/x", "");
        string? sent = origin == "own" ? open.Address.GetLeftPart(UriPartial.Authority) : origin;
        foreach ((string name, string? value) in
            ((string, string?)[])[("Origin", sent), ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode)])
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        (int status, string id, _) = await open.FailAsync(request);
        Assert.Equal(passes ? (method == "POST" ? (405, "BadArgument") : (404, "CaptureNotFound")) : (403, "WrongSite"), (status, id));
    }

    [Fact]
    public async Task A_form_of_another_site_is_no_request()
    {
        using FormUrlEncodedContent form = new([new("Interface", "lo")]);
        HttpRequestMessage request = With(HttpMethod.Post, "/api/capture/start", "");
        request.Content = form;
        Assert.Equal(415, (await open.FailAsync(request)).Status);
        request = With(HttpMethod.Post, "/api/capture/start", "");
        request.Content = new StringContent("""{"Interface":["lo"]}""", Encoding.UTF8, "text/plain");
        Assert.Equal(415, (await open.FailAsync(request)).Status);
    }

    [Fact]
    public async Task Other_sites_get_no_leave_to_read()
    {
        HttpRequestMessage request = With(HttpMethod.Get, "/api/status", "");
        using HttpResponseMessage answer = await open.Client.SendAsync(request, Stop);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        foreach ((string name, string value) in ((string, string)[])[("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"), ("Cache-Control", "no-store")])
        {
            Assert.Equal((name, value), (name, answer.Headers.GetValues(name).Single()));
        }

        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("""{"Interface":["lo"],"Path":"/etc/passwd"}""", 400)] // what is not understood is not left out without a word
    [InlineData("""{"Interface":["no-such-interface"]}""", 404)]
    [InlineData("""{"Interface":["lo"],"Filter":"not a filter"}""", 400)]
    [InlineData("""{"Interface":["lo"],"SnapLength":1}""", 400)]
    [InlineData("""{"Interface":["lo"],"PacketCount":0}""", 400)]
    [InlineData("""{"Interface":["lo"],"Engine":7}""", 400)]
    [InlineData("""{"Interface":["lo"],"Name":"\u001b[2J"}""", 400)]
    [InlineData("""{"Interface":""", 400)]
    [InlineData("[]", 400)]
    [InlineData("null", 400)]
    [InlineData("", 400)]
    public async Task A_capture_that_cannot_be_is_not_begun(string body, int status)
    {
        HttpRequestMessage request = With(HttpMethod.Post, "/api/capture/start", "");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        (int found, _, string next) = await open.FailAsync(request);
        Assert.Equal((status, true), (found, next.Length > 0));
        JsonElement captures = await open.GetAsync("/api/captures?state=Running");
        Assert.Equal(0, captures.GetArrayLength());
    }

    [Fact]
    public async Task A_body_without_end_is_cut_off()
    {
        HttpRequestMessage request = With(HttpMethod.Post, "/api/enrichment/trigger", "");
        request.Content = new StringContent($$"""{"Address":["{{new string('1', 100_000)}}"]}""", Encoding.UTF8, "application/json");
        Assert.Equal(413, (await open.FailAsync(request)).Status);
    }

    [Fact]
    public async Task A_request_that_is_none_ends_nothing()
    {
        foreach (string text in (string[])["\0\0\0\0\r\n\r\n", "GET /api/status HTTP/9.9\r\n\r\n",
            "GET " + new string('a', 20_000) + "\r\n\r\n",
            "POST /api/capture/start HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"])
        {
            using TcpClient client = new();
            await client.ConnectAsync(open.Address.Host, open.Address.Port, Stop);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Stop);
            client.Client.Shutdown(SocketShutdown.Send);
            using StreamReader reader = new(stream);
            string answer = await reader.ReadToEndAsync(Stop);
            Assert.DoesNotContain(" 500 ", answer, StringComparison.Ordinal);
        }

        await open.GetAsync("/api/status");
    }

    [Fact]
    public async Task Names_from_outside_never_are_markup()
    {
        string path = "/api/flows?protocol=" + Uri.EscapeDataString("<script>alert(1)</script>");
        using HttpRequestMessage request = With(HttpMethod.Get, path, "");
        using HttpResponseMessage answer = await open.Client.SendAsync(request, Stop);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("<script", await answer.Content.ReadAsStringAsync(Stop), StringComparison.OrdinalIgnoreCase);
    }

    private static HttpRequestMessage With(HttpMethod method, string path, string key)
    {
        HttpRequestMessage request = new(method, new Uri(path, UriKind.Relative));
        if (key.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return request;
    }

    /// <summary>Both servers, for all tests.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        public RunningServer Open { get; } =
            new() { Hosts = ["traffic.example.org"], Origins = ["https://grafana.example.org"] };

        public RunningServer Closed { get; } =
            new() { Keys = new ServerKeys { Control = ApiKey.Hash(Control), Read = ApiKey.Hash(Read) } };

        public async ValueTask InitializeAsync()
        {
            await Open.InitializeAsync();
            await Closed.InitializeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Open.DisposeAsync();
            await Closed.DisposeAsync();
        }
    }
}
