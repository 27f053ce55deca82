using System.Text.Json;
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

    [Fact]
    public async Task A_step_that_began_before_the_range_is_seen_whole()
    {
        JsonElement peak = (await server.GetAsync("/api/stats/summary?interval=1s")).GetProperty("Items").EnumerateArray()
            .MaxBy(item => item.GetProperty("Bytes").GetInt64());
        long since = new DateTimeOffset(peak.GetProperty("Time").GetDateTime()).ToUnixTimeMilliseconds() + 100;
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.GoAsync($"#/?since={since}&until={since + 5000}");

        // The highest line of pixels of the plot: grid lines are grey, what has a colour is traffic that does not fit in.
        int coloured = await visit.Page.EvaluateAsync<int>("""
            () => {
              const canvas = document.querySelector("#throughput canvas"), plot = document.querySelector("#throughput .u-over");
              const whole = canvas.getBoundingClientRect(), inner = plot.getBoundingClientRect(), ratio = devicePixelRatio;
              const left = (inner.left - whole.left) * ratio, top = (inner.top - whole.top) * ratio + 1;
              const { data } = canvas.getContext("2d").getImageData(left, top, inner.width * ratio, 1);
              let found = 0;
              for (let i = 0; i < data.length; i += 4) {
                const part = data.slice(i, i + 3);
                if (data[i + 3] > 100 && Math.max(...part) - Math.min(...part) > 40) found++;
              }
              return found;
            }
            """);
        Assert.Equal(0, coloured);
        Assert.Empty(visit.Complaints);
    }
}
