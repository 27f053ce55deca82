using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NetTraffic.Testing;

namespace NetTraffic.Server.Tests;

/// <summary>What Grafana's dashboards link to and ask for is there, and answers; with a key, from Grafana's pages.</summary>
public sealed partial class GrafanaTests : IAsyncLifetime
{
    private const string Grafana = "http://127.0.0.1:3000", Key = "a-key-of-grafana-0123456789";

    private readonly RunningServer server =
        new() { Origins = [Grafana], Keys = new ServerKeys { Control = NetTraffic.Net.ApiKey.Hash(Key) } };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("network-traffic-overview", 14)]
    [InlineData("network-geolocation", 3)]
    public async Task Links_answer(string name, int atLeast)
    {
        int asked = 0, own = 0;
        foreach (string link in Texts(Dashboard(name)).SelectMany(text => Link().Matches(text)).Select(match => match.Value).Distinct())
        {
            string path = Filled(link);
            Assert.DoesNotContain("${", path, StringComparison.Ordinal);
            if (path.StartsWith("/#/", StringComparison.Ordinal))
            {
                own++; // a view of the page at "/", which takes the same filters
                continue;
            }

            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(path, UriKind.Relative));
            if (path == "/api/enrichment/trigger")
            {
                continue; // of an action, below
            }

            request.Headers.Authorization = new("Bearer", Key);
            request.Headers.Add("Sec-Fetch-Site", "same-site");
            request.Headers.Add("Sec-Fetch-Mode", "navigate");
            using HttpResponseMessage answer = await server.Client.SendAsync(request, Stop);
            string text = await answer.Content.ReadAsStringAsync(Stop);

            // Tests have no tables of countries; that they are missing is said only where all else of the question is right.
            Assert.True(answer.StatusCode == HttpStatusCode.OK || text.Contains("NoGeoDatabase", StringComparison.Ordinal),
                $"{link}: {text}");
            asked++;
        }

        Assert.True(asked + own >= atLeast && own > 0, $"{asked} and {own} links");
    }

    [Fact]
    public async Task Actions_are_let_in_by_the_browser_and_begin_jobs()
    {
        JsonElement[] actions = [.. Actions(Dashboard("network-traffic-overview"))];
        Assert.True(actions.Length > 1);
        foreach (JsonElement fetch in actions.Select(action => action.GetProperty("fetch")))
        {
            Uri url = new(Filled(fetch.GetProperty("url").GetString()!), UriKind.Relative);
            Dictionary<string, string> headers = fetch.GetProperty("headers").EnumerateArray().ToDictionary(
                pair => pair[0].GetString()!, pair => Filled(pair[1].GetString()!));

            // Grafana adds this one to every action, so browsers ask about it first.
            headers.Add("X-Grafana-Action", "1");
            using HttpRequestMessage first = new(HttpMethod.Options, url);
            first.Headers.Add("Origin", Grafana);
            first.Headers.Add("Access-Control-Request-Method", "POST");
            first.Headers.Add("Access-Control-Request-Headers",
                string.Join(',', headers.Keys.Select(name => name.ToLowerInvariant()).Order()));
            using HttpResponseMessage may = await server.Client.SendAsync(first, Stop);
            Assert.Equal(Grafana, may.Headers.GetValues("Access-Control-Allow-Origin").Single());
            string allowed = string.Join(',', may.Headers.GetValues("Access-Control-Allow-Headers")).ToUpperInvariant();
            Assert.All(headers.Keys, name => Assert.Contains(name.ToUpperInvariant(), allowed.Split(',')));
            Assert.Equal(HttpStatusCode.Accepted, await PostAsync(url, fetch, headers));
            headers["Authorization"] = "Bearer another-key-0123456789";
            Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, fetch, headers));
        }
    }

    private async Task<HttpStatusCode> PostAsync(Uri url, JsonElement fetch, Dictionary<string, string> headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, url);
        request.Content = new StringContent(Filled(fetch.GetProperty("body").GetString()!), Encoding.UTF8, headers["Content-Type"]);
        request.Headers.Add("Origin", Grafana);
        request.Headers.Add("Sec-Fetch-Site", "same-site");
        foreach ((string name, string value) in headers.Where(pair => pair.Key != "Content-Type"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.StatusAsync(request);
    }

    /// <summary>A text as Grafana fills it in.</summary>
    private static string Filled(string text) => text
        .Replace("${api_url}", "", StringComparison.Ordinal)
        .Replace("${api_key}", Key, StringComparison.Ordinal)
        .Replace("country=${__value.text:percentencode}", "country=US", StringComparison.Ordinal)
        .Replace("${__value.text:percentencode}", "2001%3Adb8%3A%3A1", StringComparison.Ordinal)
        .Replace("${__value.text}", "192.0.2.1", StringComparison.Ordinal)
        .Replace("${__from}", "1577836800000", StringComparison.Ordinal)
        .Replace("${__to}", "4102444800000", StringComparison.Ordinal);

    private static JsonElement Dashboard(string name) => JsonDocument.Parse(
        File.ReadAllText(Path.Combine(Repository.Root, "grafana", "dashboards", name + ".json"))).RootElement;

    private static IEnumerable<string> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Texts(member.Value)),
        _ => [],
    };

    private static IEnumerable<JsonElement> Actions(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Actions),
        JsonValueKind.Object => element.TryGetProperty("fetch", out _) ? [element]
            : element.EnumerateObject().SelectMany(member => Actions(member.Value)),
        _ => [],
    };

    [GeneratedRegex(@"\$\{api_url\}/[^\s)`*""]+")]
    private static partial Regex Link();
}
