using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using NetTraffic.Net;
using NetTraffic.Testing;

namespace NetTraffic.Server.Tests;

/// <summary>The dashboard's files, and sessions of browsers on a server with keys.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private const string Control = "control-key-0123456789abcdef", Read = "read-key-0123456789abcdef";
    private readonly RunningServer server = new() { Keys = new ServerKeys { Control = ApiKey.Hash(Control), Read = ApiKey.Hash(Read) } };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_browser_that_shows_the_key_gets_a_cookie_that_scripts_do_not_see()
    {
        Assert.Equal("""{"NeedsKey":true,"Role":null}""", (await server.GetAsync("/api/session")).GetRawText());
        (string cookie, string role) = await BeginAsync(Control);
        Assert.Equal("Control", role);
        string attributes = cookie[cookie.IndexOf(';', StringComparison.Ordinal)..].ToLowerInvariant();
        Assert.Contains("httponly", attributes, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", attributes, StringComparison.Ordinal);
        Assert.Contains("path=/", attributes, StringComparison.Ordinal);
        Assert.DoesNotContain(Control, cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await server.StatusAsync(With(HttpMethod.Get, "/api/status", cookie)));
        Assert.Equal(404, (await server.FailAsync(With(HttpMethod.Delete, "/api/captures/x", cookie))).Status);
        Assert.Equal(HttpStatusCode.NoContent, await server.StatusAsync(With(HttpMethod.Delete, "/api/session", cookie)));
        Assert.Equal(401, (await server.FailAsync(With(HttpMethod.Get, "/api/status", cookie))).Status);
    }

    [Theory]
    [InlineData("wrong-key-0123456789abcdef")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_wrong_key_begins_no_session(string? key)
    {
        using HttpResponseMessage answer = await server.Client.PostAsJsonAsync("/api/session", new { Key = key }, Stop);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));

        // Who writes the key into the page sends no header.
        Assert.DoesNotContain("Authorization", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        HttpRequestMessage made = With(HttpMethod.Get, "/api/status", $"nettraffic-{server.Address.Port}={new string('0', 64)}");
        Assert.Equal(401, (await server.FailAsync(made)).Status);
    }

    [Fact]
    public async Task A_session_of_the_reading_key_changes_nothing_and_a_wrong_key_beside_it_counts()
    {
        (string cookie, string role) = await BeginAsync(Read);
        Assert.Equal("Read", role);
        Assert.Equal((403, "ReadOnlyKey"), await Failed(With(HttpMethod.Delete, "/api/captures/x", cookie)));
        HttpRequestMessage both = With(HttpMethod.Get, "/api/status", cookie);
        both.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "wrong");
        Assert.Equal((401, "NoKey"), await Failed(both));
    }

    [Fact]
    public async Task Who_asks_what_a_key_may_do_is_told()
    {
        foreach ((string key, string role) in ((string, string)[])[(Control, "\"Control\""), (Read, "\"Read\""), ("wrong", "null")])
        {
            HttpRequestMessage request = With(HttpMethod.Get, "/api/session", null);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using HttpResponseMessage answer = await server.Client.SendAsync(request, Stop);
            Assert.Equal($"{{\"NeedsKey\":true,\"Role\":{role}}}", await answer.Content.ReadAsStringAsync(Stop));
        }
    }

    [Fact]
    public async Task Many_sessions_of_the_reading_key_end_none_of_the_other()
    {
        (string control, _) = await BeginAsync(Control);
        (string first, _) = await BeginAsync(Read);
        for (int i = 0; i < 1000; i++)
        {
            await BeginAsync(Read);
        }

        Assert.Equal(HttpStatusCode.OK, await server.StatusAsync(With(HttpMethod.Get, "/api/status", control)));
        Assert.Equal((401, "NoKey"), await Failed(With(HttpMethod.Get, "/api/status", first)));
    }

    [Fact]
    public async Task A_page_of_another_site_uses_no_session_and_begins_none()
    {
        (string cookie, _) = await BeginAsync(Control);
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])[(HttpMethod.Delete, "/api/captures/x"),
            (HttpMethod.Post, "/api/session"), (HttpMethod.Delete, "/api/session"), (HttpMethod.Get, "/api/flows")])
        {
            HttpRequestMessage request = With(method, path, cookie);
            request.Headers.Add("Origin", "https://evil.example.com");
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
            request.Headers.Add("Sec-Fetch-Mode", "cors");
            Assert.Equal((403, "WrongSite"), await Failed(request));
        }
    }

    [Fact]
    public async Task The_dashboard_is_there_without_a_key_small_and_strict()
    {
        long all = 0;
        foreach (string path in (string[])["/", "/assets/index.js", "/assets/index.css", "/assets/WorldMap.js", "/favicon.svg"])
        {
            HttpRequestMessage request = With(HttpMethod.Get, path, null);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
            using HttpResponseMessage answer = await server.Client.SendAsync(request, Stop);
            Assert.True(answer.IsSuccessStatusCode, path);
            byte[] sent = await answer.Content.ReadAsByteArrayAsync(Stop);
            all += sent.Length;
            await using GZipStream unzipped = new(new MemoryStream(sent), CompressionMode.Decompress);
            using MemoryStream whole = new();
            await unzipped.CopyToAsync(whole, Stop);
            using HttpResponseMessage plain = await server.Client.GetAsync(new Uri(path, UriKind.Relative), Stop);
            Assert.NotEqual(answer.Headers.ETag, plain.Headers.ETag);
            Assert.Equal(whole.ToArray(), await plain.Content.ReadAsByteArrayAsync(Stop));
            HttpRequestMessage again = With(HttpMethod.Get, path, null);
            again.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            Assert.Equal(HttpStatusCode.NotModified, await server.StatusAsync(again));
        }

        Assert.InRange(all, 10_000, 400_000);
        using HttpResponseMessage page = await server.Client.GetAsync(new Uri("/", UriKind.Relative), Stop);
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("data:", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CaptureState", typeof(CaptureState))]
    [InlineData("InterfaceState", typeof(InterfaceState))]
    [InlineData("JobState", typeof(Api.EnrichmentJobState))]
    public void The_dashboard_knows_every_state_that_there_is(string name, Type type)
    {
        string records = File.ReadAllText(Path.Combine(Repository.Root, "src/NetTraffic.Server/Dashboard/src/records.ts"));
        Match known = Regex.Match(records, $"export type {name} = (?:\\|? ?\"(\\w+)\" ?)+;");
        Assert.Equal(Enum.GetNames(type), known.Groups[1].Captures.Select(one => one.Value));
    }

    [Theory]
    [InlineData("/assets/../NetTraffic.Server.dll")]
    [InlineData("/assets/%2e%2e/NetTraffic.Server.dll")]
    [InlineData("/wwwroot/index.html")]
    [InlineData("/index.html")]
    [InlineData("/NetTraffic.Server.dll")]
    public async Task Nothing_but_the_page_is_served(string path)
    {
        HttpRequestMessage request = With(HttpMethod.Get, path, null);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Control);
        Assert.Equal(404, (await server.FailAsync(request)).Status);
    }

    private async Task<(string Cookie, string Role)> BeginAsync(string key)
    {
        using HttpResponseMessage answer = await server.Client.PostAsJsonAsync("/api/session", new { Key = key }, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        JsonElement state = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (answer.Headers.GetValues("Set-Cookie").Single(), state.GetProperty("Role").GetString()!);
    }

    private async Task<(int Status, string Id)> Failed(HttpRequestMessage request)
    {
        (int status, string id, _) = await server.FailAsync(request);
        return (status, id);
    }

    private HttpRequestMessage With(HttpMethod method, string path, string? cookie)
    {
        HttpRequestMessage request = new(method, new Uri(server.Address, path));
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
        }

        if (method == HttpMethod.Post)
        {
            request.Content = JsonContent.Create(new { Key = Control });
        }

        return request;
    }
}
