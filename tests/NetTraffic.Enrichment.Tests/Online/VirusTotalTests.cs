using NetTraffic.Enrichment.Tests.Services;

namespace NetTraffic.Enrichment.Tests.Online;

public class VirusTotalTests : ProviderTests
{
    [Fact]
    public async Task It_gives_verdicts_and_the_network()
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        EnrichmentRow row = (await AskAsync(New(service), "203.0.114.1")).Row!;
        Assert.Equal((9, 2, 50), (row.MaliciousVotes, row.SuspiciousVotes, row.HarmlessVotes));
        Assert.Equal(("NL", 64496, "Some Hoster B.V."), (row.CountryCode, row.AsNumber, row.AsName));
        Assert.Equal("GET /api/v3/ip_addresses/203.0.114.1", Assert.Single(service.Requests));
    }

    [Theory]
    [InlineData("9.9.9.9", null)]
    [InlineData("8.8.4.4", null)]
    [InlineData("1.2.3.4", "it does not take this address (InvalidArgumentError: Invalid IP address)")]
    public async Task What_it_does_not_know_is_no_error(string address, string? problem)
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        Assert.Equal(new ProviderAnswer(null, problem), await AskAsync(New(service), address));
    }

    [Fact]
    public async Task Another_404_says_that_the_address_of_the_service_is_wrong()
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Faults.Enqueue(FakeService.Say(404, "page not found", "text/plain"));
        ProviderException error = await RefusesAsync(New(service));
        Assert.EndsWith("(404, page not found); is -VirusTotalUrl right?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Four_a_minute_and_500_a_day_are_never_passed_and_restarts_change_nothing()
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        for (int i = 0; i < 500; i++)
        {
            Assert.NotNull((await AskAsync(New(service), "203.0.114.1")).Row);
        }

        Assert.InRange(Time.Passed, TimeSpan.FromMinutes(124), TimeSpan.FromMinutes(126));
        ProviderException error = await RefusesAsync(New(service));
        Assert.Equal("the daily quota of 500 is used up until 2026-11-30 00:00:00 UTC", error.Message);
        Assert.Equal((500, 0), (service.Requests.Count, service.Abuses));
        Time.Pass(TimeSpan.FromDays(1));
        Assert.Equal(500, New(service).CostOf(1)!.Left);
    }

    [Fact]
    public async Task A_429_without_Retry_After_is_tried_again_after_a_minute_and_then_not_for_an_hour()
    {
        await using FakeVirusTotal service = await StartAsync(new FakeVirusTotal(Time));
        service.Faults.Enqueue(FakeService.Say(429, """{"error":{"code":"QuotaExceededError","message":"Quota exceeded"}}"""));
        Assert.NotNull((await AskAsync(New(service), "203.0.114.1")).Row);
        Assert.InRange(Time.Passed.TotalSeconds, 60, 61);
        service.Always = FakeService.Say(429, """{"error":{"code":"QuotaExceededError","message":"Quota exceeded"}}""");
        ProviderException error = await RefusesAsync(New(service));
        Assert.Equal(Time.GetUtcNow().UtcDateTime.AddHours(1), error.ParkedUntil);
        Assert.Equal(4, service.Requests.Count);
    }

    private IEnrichmentProvider New(FakeVirusTotal service) => New("virustotal", service.Url, FakeVirusTotal.Key);
}
