using Microsoft.Playwright;
using NetTraffic.Engine;
using NetTraffic.Server.Tests;
using NetTraffic.Testing;
using static Microsoft.Playwright.Assertions;

namespace NetTraffic.Browser.Tests;

/// <summary>The picture of README: with NETTRAFFIC_WRITE_DOCS=1 it is written to docs/dashboard.png.</summary>
public sealed class ScreenshotTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private readonly RunningServer server = new();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_dashboard_shows_the_projects_own_captures()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using (FileStream list = File.OpenRead(Path.Combine(Repository.Root, "demo", "blocklist.txt")))
        {
            BlocklistCatalog.Import(server.StorePath, "demo", list, "demo", null, stop);
        }

        await using Visit visit = await chromium.VisitAsync(server.Address, 1440);
        await visit.Page.SetViewportSizeAsync(1440, 1180);
        await visit.GoAsync("#/?last=all");
        await Expect(visit.Page.Locator("#suspicious")).ToContainTextAsync("203.0.113.66");
        byte[] picture = await visit.Page.ScreenshotAsync(new PageScreenshotOptions { Type = ScreenshotType.Png });
        Assert.InRange(picture.Length, 50_000, 500_000);
        Assert.Empty(visit.Complaints);
        if (Environment.GetEnvironmentVariable("NETTRAFFIC_WRITE_DOCS") == "1")
        {
            await File.WriteAllBytesAsync(Path.Combine(Repository.Root, "docs", "dashboard.png"), picture, stop);
        }
    }
}
