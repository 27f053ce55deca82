using System.Net;
using NetTraffic.Enrichment.Tests.Services;

namespace NetTraffic.Enrichment.Tests.Online;

public class IpApiTests : ProviderTests
{
    private static readonly IPAddress[] Hundred = [.. Enumerable.Range(1, 100).Select(i => IPAddress.Parse($"203.0.114.{i}"))];

    [Fact]
    public async Task A_mixed_batch_in_any_order_gives_each_address_its_answer()
    {
        await using FakeIpApi service = await StartAsync(new FakeIpApi(Time) { Shuffles = true });
        IPAddress[] asked = [.. new[] { "8.8.8.8", "9.9.9.9", "1.2.3.4", "8.8.4.4", "10.1.2.3", "::ffff:8.8.8.8" }.Select(IPAddress.Parse)];
        IReadOnlyList<ProviderAnswer> answers = await New("ip-api", service.Url, null).AskAsync(asked, CancellationToken.None);
        EnrichmentRow row = answers[0].Row!;
        Assert.Equal(("United States", "US", "Virginia", "Ashburn"), (row.Country, row.CountryCode, row.Region, row.City));
        Assert.Equal((39.03, -77.5, 15169, "Google LLC"), (row.Latitude, row.Longitude, row.AsNumber, row.AsName));
        Assert.Equal(("Google Public DNS", true, false, false), (row.Organization, row.IsHosting, row.IsProxy, row.IsMobile));
        Assert.Equal(new ProviderAnswer(null), answers[1]);
        Assert.Equal(new ProviderAnswer(null, "it answers 'invalid query'"), answers[2]);
        EnrichmentRow bare = answers[3].Row!;
        Assert.Equal((null, null, null, null, null, "Bare ISP"),
            (bare.Country, bare.Latitude, bare.Longitude, bare.AsNumber, bare.AsName, bare.Organization));
        Assert.Equal(new ProviderAnswer(null), answers[4]);
        Assert.Equal("Ashburn", answers[5].Row!.City);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task Nobodys_addresses_are_not_sent()
    {
        await using FakeIpApi service = await StartAsync(new FakeIpApi(Time));
        IPAddress[] asked = [.. new[] { "10.0.0.1", "192.168.1.1", "::1", "224.0.0.1", "fe80::1", "198.51.100.1" }.Select(IPAddress.Parse)];
        Assert.All(await New("ip-api", service.Url, null).AskAsync(asked, CancellationToken.None), answer => Assert.Null(answer.Problem));
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task Its_15_requests_a_minute_are_never_passed_by_several_who_ask()
    {
        await using FakeIpApi service = await StartAsync(new FakeIpApi(Time));
        IEnrichmentProvider[] several = [New("ip-api", service.Url, null), New("ip-api", service.Url, null)];
        ProviderCost cost = several[0].CostOf(250)!;
        Assert.Equal(new ProviderCost(3, 15, null), cost);
        for (int i = 0; i < 40; i++)
        {
            Assert.All(await several[i % 2].AskAsync(Hundred, CancellationToken.None), answer => Assert.NotNull(answer.Row));
        }

        Assert.Equal((40, 0), (service.Requests.Count, service.Abuses));
        Assert.InRange(Time.Passed, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3));
    }

    [Theory]
    [InlineData("40", 40)]
    [InlineData("0", 0)]
    [InlineData("-7", 60)]
    [InlineData("soon", 60)]
    [InlineData(null, 60)]
    public async Task When_it_says_that_nothing_is_left_nothing_is_sent_until_it_says_so(string? seconds, int expected)
    {
        await using FakeIpApi service = await StartAsync(new FakeIpApi(Time));
        (string, string)[] headers = [("X-Rl", "0"), .. seconds is null ? Array.Empty<(string, string)>() : [("X-Ttl", seconds)]];
        service.Faults.Enqueue(FakeService.Say(200, "[]", headers: headers));
        Assert.Equal("its answer leaves this address out", (await AskAsync(New("ip-api", service.Url, null), "8.8.8.8")).Problem);
        Assert.NotNull((await AskAsync(New("ip-api", service.Url, null), "8.8.8.8")).Row);
        Assert.InRange(Time.Passed.TotalSeconds, expected - 0.1, expected + 0.1);
    }

    [Theory]
    [InlineData("999999999999999999999999")]
    [InlineData("86400")]
    public async Task It_cannot_have_itself_left_alone_for_longer_than_its_window_can_be(string seconds)
    {
        await using FakeIpApi service = await StartAsync(new FakeIpApi(Time));
        service.Faults.Enqueue(FakeService.Say(200, "[]", headers: [("X-Rl", "0"), ("X-Ttl", seconds)]));
        IEnrichmentProvider provider = New("ip-api", service.Url, null);
        await AskAsync(provider, "8.8.8.8");
        ProviderException error = await RefusesAsync(provider);
        Assert.Equal(Begin.UtcDateTime.AddMinutes(5), error.ParkedUntil);
        Assert.Equal("its requests are used up until 2026-11-29 10:35:00 UTC", error.Message);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task The_key_goes_with_the_query_and_shows_nowhere()
    {
        const string key = "paid-key-123";
        await using FakeIpApi service = await StartAsync(new FakeIpApi(Time) { Key = key });
        Assert.NotNull((await AskAsync(New("ip-api", service.Url, key), "8.8.8.8")).Row);
        Assert.Contains("&key=paid-key-123", Assert.Single(service.Requests), StringComparison.Ordinal);
        ProviderException wrong = await RefusesAsync(New("ip-api", service.Url, "other-key"));
        Assert.Contains("refuses the key (403, invalid key); set another one with -IpApiKey", wrong.Message, StringComparison.Ordinal);
        service.Always = FakeService.Say(500, $"your {key} is broken", "text/plain");
        ProviderAnswer answer = await AskAsync(New("ip-api", service.Url, key), "8.8.8.8");
        Assert.EndsWith("failed (500, your *** is broken)", answer.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(Store.Path, "*", SearchOption.AllDirectories), path =>
            path.Contains(key, StringComparison.Ordinal) || File.ReadAllText(path).Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_it_does_not_take_is_an_error()
    {
        await using FakeIpApi service = await StartAsync(new FakeIpApi(Time));
        service.Faults.Enqueue(FakeService.Say(422, "Unprocessable Entity", "text/plain"));
        ProviderException error = await RefusesAsync(New("ip-api", service.Url, null));
        Assert.EndsWith(
            "does not take the question (422, Unprocessable Entity); is -IpApiUrl right?", error.Message, StringComparison.Ordinal);
        Assert.Single(service.Requests);
    }
}
