using Microsoft.Playwright;
using NetTraffic.Server.Tests;
using static Microsoft.Playwright.Assertions;

namespace NetTraffic.Browser.Tests;

/// <summary>Ranges of time that nobody meant, as mistyped links have them: the page says what is wrong, and never goes blank.</summary>
public sealed class RangeTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private readonly RunningServer server = new();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("since=abc", "'abc' is not a time")]
    [InlineData("since=-1", "'-1' is not a time")]
    [InlineData("since=99999999999999999999", "'99999999999999999999' is not a time")]
    [InlineData("since=0&until=999999999999999", "'999999999999999' is not a time")]
    [InlineData("last=99999999999999d", "'99999999999999d' cannot be the parameter last")]
    public async Task What_is_no_time_is_named(string query, string problem)
    {
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.GoAsync("#/flows?" + query);
        await Expect(visit.Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync(problem);
        await visit.Page.Locator("button[aria-expanded]").ClickAsync();
        await Expect(visit.Page.GetByLabel("From", new() { Exact = true })).ToBeVisibleAsync();
        Assert.All(visit.Complaints, text => Assert.Contains("status of 400", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("last=999999d", "-")]
    [InlineData("last=1h", "]]-")]
    [InlineData("until=1000", "-")]
    public async Task A_range_that_is_moved_stays_one(string query, string keys)
    {
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.GoAsync("#/flows?" + query);
        foreach (char key in keys)
        {
            await visit.Page.Keyboard.PressAsync($"{key}");
            await visit.SettleAsync();
        }

        Assert.Matches(@"[?&]since=\d+(&|$)", visit.Page.Url);
        Assert.Matches(@"[?&]until=\d+(&|$)", visit.Page.Url);
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        Assert.Empty(visit.Complaints);
    }
}
