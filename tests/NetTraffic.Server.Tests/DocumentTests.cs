using System.Text.Json;
using System.Text.Json.Nodes;
using NetTraffic.Testing;

namespace NetTraffic.Server.Tests;

/// <summary>The committed OpenAPI document is that of the routes; and no value that it allows, or forbids, fails the server.</summary>
public sealed class DocumentTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string[] Values =
        ["", "0", "-1", "1", "5m", "true", "tcp", "TCP,17", "192.0.2.1", "10.0.0.0/8", "::/0", "2026-03-01T10:00:00Z", "1772359200000",
            "9999999999999999999999", "Address", "Country", "DE", "AS15169", "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "\0", "%00",
            "'; DROP TABLE x; --", "../../etc/passwd", "<script>", "\u202e", "\ud83d\ude00", "a,b,,c", "flows", "captures", "enrichment",
            "10000000000d", "NaN", "1e9"];

    private static string DocumentPath => Path.Combine(Repository.Root, "docs", "openapi.json");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_is_the_committed_one()
    {
        string text = await server.Client.GetStringAsync(new Uri("/openapi.json", UriKind.Relative), Stop);
        string now = JsonNode.Parse(text)!.ToJsonString(new JsonSerializerOptions { WriteIndented = true }).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("NETTRAFFIC_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(DocumentPath, now, Stop);
        }

        Assert.True(now == await File.ReadAllTextAsync(DocumentPath, Stop),
            "docs/openapi.json is not that of the routes: run these tests with NETTRAFFIC_WRITE_DOCS=1.");
    }

    [Fact]
    public async Task Whatever_is_asked_of_a_route_it_does_not_fail()
    {
        JsonElement document = await server.GetAsync("/openapi.json");
        Random random = new(17);
        int asked = 0;
        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject().Where(path => path.Name != "/api/events"))
        {
            foreach (JsonProperty operation in path.Value.EnumerateObject().Where(operation => operation.Name == "get"))
            {
                string[] names = operation.Value.TryGetProperty("parameters", out JsonElement parameters)
                    ? [.. parameters.EnumerateArray().Where(one => one.GetProperty("in").GetString() == "query")
                        .Select(one => one.GetProperty("name").GetString()!)]
                    : [];
                for (int i = 0; i < 25; i++)
                {
                    IEnumerable<string> given = names.Where(_ => random.Next(4) == 0)
                        .Select(name => $"{name}={Uri.EscapeDataString(Values[random.Next(Values.Length)])}");
                    string id = Uri.EscapeDataString(Values[random.Next(1, Values.Length)]);
                    string url = path.Name.Replace("{id}", id, StringComparison.Ordinal)
                        + "?" + string.Join('&', given);
                    using HttpResponseMessage answer = await server.Client.GetAsync(new Uri(url, UriKind.Relative), Stop);
                    await answer.Content.ReadAsByteArrayAsync(Stop);
                    Assert.True((int)answer.StatusCode < 500, $"{url}: {(int)answer.StatusCode}");
                    asked++;
                }
            }
        }

        Assert.True(asked > 300, $"{asked} requests");
    }

    [Fact]
    public async Task The_reference_page_needs_nothing_from_elsewhere()
    {
        string page = await server.Client.GetStringAsync(new Uri("/docs/", UriKind.Relative), Stop);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"//", page, StringComparison.Ordinal);
    }
}
