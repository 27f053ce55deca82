using Microsoft.Playwright;
using NetTraffic.Net;
using NetTraffic.Server.Tests;
using static Microsoft.Playwright.Assertions;

namespace NetTraffic.Browser.Tests;

/// <summary>The dashboard of a server with keys.</summary>
public sealed class KeyTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private const string Control = "control-key-0123456789abcdef", Read = "read-key-0123456789abcdef";
    private readonly RunningServer server = new() { Keys = new ServerKeys { Control = ApiKey.Hash(Control), Read = ApiKey.Hash(Read) } };

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_page_asks_for_the_key_once_and_its_downloads_and_events_need_no_other()
    {
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.Page.GotoAsync("/#/flows?last=all");
        await EnterAsync(visit, "wrong-key-0123456789abcdef");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This is not the server's key.");
        await EnterAsync(visit, Control);
        await visit.SettleAsync();
        await Expect(visit.Page.Locator(".live")).ToHaveTextAsync("live");
        IDownload download = await visit.Page.RunAndWaitForDownloadAsync(() =>
            visit.Page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync());
        Assert.EndsWith("-flows.csv", download.SuggestedFilename, StringComparison.Ordinal);
        Assert.True(File.ReadAllLines(await download.PathAsync()).Length > 100);
        Assert.DoesNotContain(Control, await visit.Page.EvaluateAsync<string>("document.cookie + JSON.stringify(localStorage)"),
            StringComparison.Ordinal);
        await visit.GoAsync("#/captures");
        await Expect(visit.Page.Locator("#start")).ToBeVisibleAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Expect(visit.Page.GetByLabel("Key")).ToBeVisibleAsync();
        Assert.All(visit.Complaints, text => Assert.Contains("status of 401", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_reading_key_shows_everything_and_offers_no_change()
    {
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.Page.GotoAsync("/#/captures");
        await EnterAsync(visit, Read);
        await visit.SettleAsync();
        await Expect(visit.Page.Locator("#past tbody tr")).ToHaveCountAsync(2);
        await Expect(visit.Page.Locator("#start")).ToHaveCountAsync(0);
        Assert.Empty(visit.Complaints);
    }

    private static async Task EnterAsync(Visit visit, string key)
    {
        await visit.Page.GetByLabel("Key").FillAsync(key);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Enter" }).ClickAsync();
    }
}
