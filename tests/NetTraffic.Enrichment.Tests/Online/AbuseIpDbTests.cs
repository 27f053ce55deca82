using NetTraffic.Enrichment.Online;
using NetTraffic.Enrichment.Online.AbuseIpDb;
using NetTraffic.Enrichment.Tests.Services;

namespace NetTraffic.Enrichment.Tests.Online;

public class AbuseIpDbTests : ProviderTests
{
    private static readonly DateTime Midnight = new(2026, 11, 30, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task It_says_what_was_reported()
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time));
        EnrichmentRow row = (await AskAsync(New(service), "2a00:1450::1")).Row!;
        Assert.Equal((87, 412, true, true, false), (row.AbuseScore, row.AbuseReports, row.IsTor, row.IsHosting, row.IsMobile));
        Assert.Equal(("NL", "Some Hoster B.V.", "tor.hoster.example"), (row.CountryCode, row.Organization, row.HostName));
        Assert.Equal("GET /api/v2/check?ipAddress=2a00%3A1450%3A%3A1&maxAgeInDays=30", Assert.Single(service.Requests));
    }

    [Theory]
    [InlineData("""{"data":{"ipAddress":"203.0.114.2","abuseConfidenceScore":0}}""", "it answered for another address")]
    [InlineData("""{"data":{"abuseConfidenceScore":0}}""", "it answered for another address")]
    [InlineData("""{"data":[]}""", "where data of an address was expected")]
    public async Task An_answer_that_is_not_of_the_address_is_none(string answer, string problem)
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time));
        service.Faults.Enqueue(FakeService.Say(200, answer));
        Assert.EndsWith(problem, (await AskAsync(New(service), "203.0.114.1")).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_a_score_is_none()
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time));
        service.Faults.Enqueue(FakeService.Say(200, """
            {"data":{"ipAddress":"203.0.114.1","abuseConfidenceScore":101,"totalReports":-1,"countryCode":"\u001b[31m","isTor":"yes",
            "usageType":7,"hostnames":[{}],"isp":"\ud800"}}
            """));
        EnrichmentRow row = (await AskAsync(New(service), "203.0.114.1")).Row!;
        Assert.Equal((null, null, null, null, null), (row.AbuseScore, row.AbuseReports, row.CountryCode, row.IsTor, row.IsHosting));
        Assert.Equal((null, null), (row.HostName, row.Organization));
    }

    /// <summary>Somebody else used up the quota of this key.</summary>
    [Fact]
    public async Task A_429_for_hours_parks_it_over_restarts_and_nobody_waits()
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time) { Used = 1000 });
        ProviderException error = await RefusesAsync(New(service));
        Assert.Equal("it says that this was too much (429), and is left alone until 2026-11-30 00:00:00 UTC", error.Message);
        Assert.Equal((Midnight, TimeSpan.Zero), (error.ParkedUntil, Time.Passed));
        IEnrichmentProvider restarted = New(service);
        Assert.Equal(new ProviderCost(7, 0, Midnight), restarted.CostOf(7));
        Assert.Equal(error.Message, (await RefusesAsync(restarted)).Message);
        Assert.Single(service.Requests);
        Time.Pass(Midnight - Begin.UtcDateTime);
        Assert.NotNull((await AskAsync(New(service), "203.0.114.1")).Row);
    }

    [Fact]
    public async Task The_quota_is_counted_over_restarts_and_ends_before_the_services()
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time) { Quota = 3 });
        for (int i = 1; i <= 3; i++)
        {
            Assert.NotNull((await AskAsync(New(service), "203.0.114.1")).Row);
            Assert.Equal(new ProviderCost(1, 3 - i, Midnight), New(service).CostOf(1));
        }

        ProviderException error = await RefusesAsync(New(service));
        Assert.Equal(("the daily quota of 3 is used up until 2026-11-30 00:00:00 UTC", Midnight), (error.Message, error.ParkedUntil));
        Assert.Equal(3, service.Requests.Count);
        Time.Pass(TimeSpan.FromHours(14));
        Assert.NotNull((await AskAsync(New(service), "203.0.114.1")).Row);
    }

    [Fact]
    public async Task A_plan_that_allows_more_is_used_and_another_key_has_its_own_quota()
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time) { Quota = 10_000, Used = 5_000 });
        Assert.Equal(1000, New(service).CostOf(1)!.Left);
        await AskAsync(New(service), "203.0.114.1");
        Assert.Equal(4_999, New(service).CostOf(1)!.Left);
        Assert.Equal(1000, New("abuseipdb", service.Url, "another").CostOf(1)!.Left);
    }

    [Theory]
    [InlineData("1000", "999999", 998)]
    [InlineData("1000", "999", 998)]
    [InlineData("1000", "-1", 998)]
    [InlineData("0", "0", 998)]
    [InlineData("-5", "3", 998)]
    [InlineData("99999999999999999999", "99999999999999999999", 998)]
    [InlineData("many", "few", 998)]
    [InlineData("1000", "0", 0)]
    public async Task What_it_says_of_its_quota_never_makes_more_of_it_than_was_counted(string quota, string left, int expected)
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time));
        await AskAsync(New(service), "203.0.114.1");
        service.Faults.Enqueue(FakeService.Say(200, """{"data":{"ipAddress":"203.0.114.1"}}""",
            headers: [("X-RateLimit-Limit", quota), ("X-RateLimit-Remaining", left)]));
        await AskAsync(New(service), "203.0.114.1");
        Assert.Equal(expected, New(service).CostOf(1)!.Left);
    }

    [Theory]
    [InlineData(401, """{"errors":[{"detail":"Authentication failed.","status":401}]}""",
        "refuses the key (401, Authentication failed); set another one with -AbuseIpDbKey")]
    [InlineData(402, """{"errors":[{"detail":"Your plan is too small.","status":402}]}""",
        "wants another plan for this (402, Your plan is too small)")]
    [InlineData(404, "<html>nothing here</html>", "does not take the question (404, an HTML page); is -AbuseIpDbUrl right?")]
    public async Task Errors_that_are_not_of_one_address_end_it(int status, string body, string message)
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time));
        service.Faults.Enqueue(FakeService.Say(status, body));
        ProviderException error = await RefusesAsync(New(service));
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Null(error.ParkedUntil);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task A_422_is_of_one_address()
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time));
        service.Faults.Enqueue(FakeService.Say(
            422, """{"errors":[{"detail":"The ip address must be valid.","status":422,"source":{"parameter":"ipAddress"}}]}"""));
        IEnrichmentProvider provider = New(service);
        Assert.Equal("it does not take this address (The ip address must be valid)", (await AskAsync(provider, "203.0.114.1")).Problem);
        Assert.NotNull((await AskAsync(provider, "203.0.114.2")).Row);
    }

    [Fact]
    public async Task The_blacklist_comes_five_times_a_day_and_costs_no_checks()
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time) { Quota = 5 });
        for (int i = 0; i < 5; i++)
        {
            AddressList list = await DownloadAsync(service);
            Assert.Equal(["203.0.114.7", "2a00:1450::7"], list.Addresses.Select(address => address.ToString()));
            Assert.Equal(Time.GetUtcNow().UtcDateTime, list.GeneratedTime!.Value, TimeSpan.FromSeconds(1));
        }

        ProviderException error = await Assert.ThrowsAsync<ProviderException>(() => DownloadAsync(service));
        Assert.Equal("the daily quota of 5 is used up until 2026-11-30 00:00:00 UTC", error.Message);
        Assert.Equal(5, service.Requests.Count);
        Assert.Equal(1000, New(service).CostOf(1)!.Left);
    }

    [Theory]
    [InlineData("1.1.1.1\n<b>x</b>\n", "text/plain", "has a line that is no address: '<b>x</b>'")]
    [InlineData("1.1.1.1\n010.0.0.1\n", "text/plain", "has a line that is no address: '010.0.0.1'")]
    [InlineData("1.1.1.1\n7\n", "text/plain", "has a line that is no address: '7'")]
    [InlineData("<html>", "text/plain", "sent an HTML page where a list of addresses was expected")]
    [InlineData("{}", "application/json", "sent application/json where a list of addresses was expected")]
    public async Task A_blacklist_that_is_none_is_said(string body, string type, string message)
    {
        await using FakeAbuseIpDb service = await StartAsync(new FakeAbuseIpDb(Time));
        service.Faults.Enqueue(FakeService.Say(200, body, type));
        ProviderException error = await Assert.ThrowsAsync<ProviderException>(() => DownloadAsync(service));
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
    }

    private IEnrichmentProvider New(FakeAbuseIpDb service) => New("abuseipdb", service.Url, FakeAbuseIpDb.Key);

    private Task<AddressList> DownloadAsync(FakeAbuseIpDb service) => new AbuseIpDbBlacklist(
        Target("abuseipdb", service.Url, FakeAbuseIpDb.Key), Store.Path, Options, Time).DownloadAsync(CancellationToken.None);
}
