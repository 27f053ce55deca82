using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NetTraffic.Engine;
using NetTraffic.Server.Tests;
using NetTraffic.Testing;
using static Microsoft.Playwright.Assertions;

namespace NetTraffic.Browser.Tests;

/// <summary>The dashboard as people use it, over a store with the project's own captures.</summary>
public sealed class DashboardTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private const string Hostile = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>";
    private readonly RunningServer server = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_numbers_of_the_page_are_those_of_the_API_and_the_store()
    {
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.GoAsync("#/?last=all");
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        TrafficSummary total = store.GetSummary(new TrafficFilter(), Stop);
        await Expect(Tile(visit, "Bytes")).ToContainTextAsync($"{Count(total.Packets)} packets");
        await Expect(Tile(visit, "Flows")).ToContainTextAsync(Count(total.Flows));
        foreach ((string panel, SummaryKey key) in ((string, SummaryKey)[])[("protocols", SummaryKey.Protocol),
            ("applications", SummaryKey.Application), ("sources", SummaryKey.SourceAddress),
            ("destinations", SummaryKey.DestinationAddress)])
        {
            JsonElement items = (await server.GetAsync($"/api/stats/summary?by={key}&top=8")).GetProperty("Items");
            IReadOnlyList<TrafficSummaryItem> stored = store.GetSummary(key, 8, null, new TrafficFilter(), Stop);
            Assert.Equal(stored.Select(item => (item.Name, item.Bytes)),
                items.EnumerateArray().Select(item => (item.GetProperty("Name").GetString()!, item.GetProperty("Bytes").GetInt64())));
            ILocator rows = visit.Page.Locator($"#{panel} tbody tr");
            await Expect(rows).ToHaveCountAsync(stored.Count);
            for (int i = 0; i < stored.Count; i++)
            {
                await Expect(rows.Nth(i).Locator("th")).ToContainTextAsync(stored[i].Name);
                await Expect(rows.Nth(i).Locator("td").Last).ToHaveTextAsync(Count(stored[i].Flows));
            }
        }

        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task A_row_leads_to_its_flows_a_flow_to_its_packets_and_the_download_opens_in_TShark()
    {
        TShark.Require();
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.GoAsync("#/?last=all");
        await visit.Page.Locator("#conversations tbody tr").First.GetByRole(AriaRole.Link).ClickAsync();
        await visit.SettleAsync();
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        TrafficSummaryItem pair = store.GetSummary(SummaryKey.Conversation, 1, null, new TrafficFilter(), Stop)[0];
        await Expect(visit.Page.Locator("#flows .hint").First)
            .ToContainTextAsync($"{Count(pair.Flows)} flows, {Count(pair.Packets)} packets");
        await visit.Page.Locator("#flows tbody tr").First.GetByRole(AriaRole.Link).ClickAsync();
        await visit.SettleAsync();
        string flowId = new Uri(visit.Page.Url).Fragment.Split("flowId=")[1].Split('&')[0];
        Flow flow = store.GetFlows(TrafficFilters.FlowId.AddTo(new TrafficFilter(), [flowId]), 1, false, Stop).Single();
        await Expect(visit.Page.Locator("#packets tbody tr")).ToHaveCountAsync((int)Math.Min(200, flow.Packets));
        IDownload download = await visit.Page.RunAndWaitForDownloadAsync(() =>
            visit.Page.GetByRole(AriaRole.Button, new() { Name = "PCAP" }).ClickAsync());
        string path = await download.PathAsync();
        Assert.EndsWith("-packets.pcapng", download.SuggestedFilename, StringComparison.Ordinal);
        TShark.AssertOpens(path);
        Assert.Equal(flow.Packets, Lines("tshark", "-n", "-r", path));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task A_capture_of_the_page_counts_the_packets_that_were_sent()
    {
        CaptureInterface loopback = TrafficEngine.GetInterfaces().First(one => one.IsLoopback);
        Assert.SkipUnless(loopback.CanCapture, $"Loopback cannot be captured on: {loopback.CaptureProblem}");
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.GoAsync("#/captures");
        foreach (ILocator box in await visit.Page.Locator("input[name=interface]:checked").AllAsync())
        {
            await box.UncheckAsync();
        }

        await visit.Page.Locator($"input[name=interface][value='{loopback.Name}']").CheckAsync();
        await visit.Page.GetByLabel("Name").FillAsync("of the page");
        await visit.Page.GetByLabel("Capture filter").FillAsync("udp port 49");
        await visit.Page.GetByLabel("Keep packets").SelectOptionAsync("100 MB");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        ILocator card = visit.Page.Locator(".card", new() { HasText = "of the page" });
        await Expect(card).ToBeVisibleAsync();

        const int packets = 137, bytes = 100;
        using (Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            for (int i = 0; i < packets; i++)
            {
                socket.SendTo(new byte[bytes], new IPEndPoint(IPAddress.Loopback, 49));
            }
        }

        await Expect(card).ToContainTextAsync($"{packets} packets");
        await card.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = "Really stop?" }).ClickAsync();
        ILocator past = visit.Page.Locator("#past tbody tr", new() { HasText = "of the page" });
        await Expect(past).ToContainTextAsync("Stopped");
        await Expect(past.Locator("td").Nth(4)).ToHaveTextAsync(Count(packets));
        JsonElement capture = (await server.GetAsync("/api/captures")).EnumerateArray()
            .Single(one => one.GetProperty("Name").GetString() == "of the page");
        Assert.Equal(packets, capture.GetProperty("Packets").GetInt64());
        await past.GetByRole(AriaRole.Link).ClickAsync();
        await visit.SettleAsync();
        await Expect(visit.Page.Locator("#flows .hint").First).ToContainTextAsync($"1 flows, {packets} packets");
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        TrafficFilter filter = new() { CaptureId = [capture.GetProperty("CaptureId").GetString()!] };
        Assert.Equal((packets, packets * (bytes + 42L)), Of(store.GetSummary(filter, Stop)));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Names_of_others_are_text()
    {
        using (ITrafficStore store = TrafficEngine.OpenStore(server.StorePath))
        {
            string address = store.GetSummary(SummaryKey.SourceAddress, 1, null, new TrafficFilter(), Stop)[0].Name;
            store.AddEnrichment([new EnrichmentRow
            {
                Address = address,
                Provider = "ip-api",
                Time = DateTime.UtcNow,
                ExpiresTime = DateTime.UtcNow.AddDays(1),
                HostName = Hostile,
                Organization = Hostile,
                City = Hostile,
                AbuseScore = 100,
            }]);
        }

        using ScratchFolder folder = new();
        string file = Path.Combine(folder.Path, "<b onclick=hacked=1>.pcapng");
        File.Copy(Repository.SampleCapture, file);
        ImportRequest import = new() { Path = file, StorePath = server.StorePath, Sensor = Hostile.Replace('/', '|') };
        TrafficEngine.Import(import, null, Stop);
        await using Visit visit = await chromium.VisitAsync(server.Address);
        foreach (string view in (string[])["#/?last=all", "#/flows?last=all", "#/captures", "#/suspicious?last=all",
            "#/flows?last=all&address=%3Cscript%3Ewindow.hacked%3D1%3C%2Fscript%3E",
            "#/%3Cscript%3Ewindow.hacked=1%3C/script%3E", "#/flows?last=%3Cimg+src%3Dx+onerror%3Dwindow.hacked%3D1%3E"])
        {
            await visit.GoAsync(view);
            Assert.Null(await visit.Page.EvaluateAsync<int?>("window.hacked ?? null"));
            Assert.Equal(0, await visit.Page.Locator("#app script, #app img, #app b[onclick]").CountAsync());
        }

        await visit.GoAsync("#/?last=all");
        await Expect(visit.Page.Locator("#sources")).ToContainTextAsync(Hostile);
        await visit.GoAsync("#/captures");
        await Expect(visit.Page.Locator("#past")).ToContainTextAsync("<b onclick=hacked=1>.pcapng");

        // Filters that cannot be are answered with an error, which the browser notes.
        Assert.All(visit.Complaints, text => Assert.Contains("status of 400", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    public async Task Every_view_keeps_the_rules_of_accessibility_and_fits_the_screen(int width, bool light)
    {
        await using Visit visit = await chromium.VisitAsync(server.Address, width, light);
        string flow = (await server.GetAsync("/api/flows?top=1")).GetProperty("Items")[0].GetProperty("FlowId").GetString()!;
        foreach (string view in (string[])["#/?last=all", "#/?last=5m", "#/flows?last=all&address=10.0.1.10",
            $"#/flow?last=all&flowId={flow}", "#/captures",
            "#/suspicious?last=all", "#/nowhere"])
        {
            await visit.GoAsync(view);
            AxeResult result = await visit.Page.RunAxe();
            IEnumerable<string> broken = result.Violations.Select(one =>
                $"{one.Id}: {one.Help}: {string.Join(" | ", one.Nodes.Take(3).Select(node => node.Html))}");
            Assert.True(result.Violations.Length == 0, $"{view} {width} {(light ? "light" : "dark")}: {string.Join("\n", broken)}");
            bool fits = await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth");
            Assert.True(fits, $"{view} is wider than {width}");
            string[] over = await visit.Page.EvaluateAsync<string[]>(
                """
                [...document.querySelectorAll("th, td")].filter(cell => cell.scrollWidth > cell.clientWidth)
                    .map(cell => cell.textContent)
                """);
            Assert.True(over.Length == 0, $"{view} {width}: cells run into their neighbours: {string.Join(" | ", over)}");
        }

        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task The_brush_and_the_keys_change_the_range_and_the_address_is_the_view()
    {
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.GoAsync("#/?last=all");
        LocatorBoundingBoxResult over = (await visit.Page.Locator("#throughput .u-over").BoundingBoxAsync())!;
        await visit.Page.Mouse.MoveAsync(over.X + over.Width * 0.3f, over.Y + 40);
        await visit.Page.Mouse.DownAsync();

        // Other layers that come meanwhile do not take the brush away.
        await visit.Page.RunAndWaitForResponseAsync(
            () => visit.Page.EvaluateAsync(
                """
                const by = document.querySelector("#throughput select");
                by.value = "Application";
                by.dispatchEvent(new Event("change", { bubbles: true }));
                """),
            response => response.Url.Contains("by=Application&", StringComparison.Ordinal)
                && response.Url.Contains("interval=", StringComparison.Ordinal));
        await visit.SettleAsync();
        await visit.Page.Mouse.MoveAsync(over.X + over.Width * 0.6f, over.Y + 50, new() { Steps = 5 });
        await visit.Page.Mouse.UpAsync();
        await Expect(visit.Page).ToHaveURLAsync(new Regex("since="));
        await visit.SettleAsync();
        (long since, long until) = Range(visit.Page.Url);
        JsonElement total = (await server.GetAsync($"/api/stats/summary?since={since}&until={until}")).GetProperty("Total");
        long packets = total.GetProperty("Packets").GetInt64();
        using ITrafficStore store = TrafficEngine.OpenStore(server.StorePath);
        Assert.InRange(packets, 1, store.GetSummary(new TrafficFilter(), Stop).Packets - 1);
        await Expect(Tile(visit, "Bytes")).ToContainTextAsync($"{Count(packets)} packets");

        // Who gets the link sees the same.
        await using Visit other = await chromium.VisitAsync(server.Address);
        await other.GoAsync(new Uri(visit.Page.Url).Fragment);
        await Expect(Tile(other, "Bytes")).ToContainTextAsync($"{Count(packets)} packets");

        await visit.Page.Keyboard.PressAsync("[");
        await visit.SettleAsync();
        Assert.Equal((since - (until - since), since), Range(visit.Page.Url));
        await visit.Page.Keyboard.PressAsync("/");
        await visit.Page.Keyboard.TypeAsync("10.0.2.80");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.Locator(".chip")).ToContainTextAsync("10.0.2.80");
        await visit.Page.GoBackAsync();
        await Expect(visit.Page.Locator(".chip")).ToHaveCountAsync(0);
        await visit.Page.EvaluateAsync("document.activeElement.blur()");
        await visit.Page.Keyboard.PressAsync("t");
        Assert.Equal("light", await visit.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        await visit.Page.ReloadAsync();
        await visit.SettleAsync();
        Assert.Equal("light", await visit.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Empty(visit.Complaints);
    }

    [Fact]
    public async Task Without_traffic_and_without_a_server_the_page_says_so_and_comes_back()
    {
        await using Visit visit = await chromium.VisitAsync(server.Address);
        await visit.GoAsync("#/?last=5m");
        await Expect(visit.Page.Locator("main")).ToContainTextAsync("No traffic in this time.");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "show all of it" }).ClickAsync();
        await Expect(visit.Page.Locator("#protocols")).ToContainTextAsync("TCP");
        await visit.Page.RouteAsync("**/api/**", route => route.AbortAsync());
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "7d" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("The server does not answer.");
        await visit.Page.UnrouteAsync("**/api/**");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).First.ClickAsync();
        await Expect(visit.Page.GetByText("The server does not answer.")).ToHaveCountAsync(0, new() { Timeout = 40_000 });
        await Expect(Tile(visit, "Flows").Locator("dd")).Not.ToContainTextAsync("…");
    }

    [Fact]
    public async Task The_reference_page_works_without_the_internet()
    {
        await using Visit visit = await chromium.VisitAsync(server.Address);
        List<string> foreign = [];
        visit.Page.Request += (_, request) =>
        {
            string[] own = [server.Address.ToString(), "data:", "blob:"];
            if (!own.Any(start => request.Url.StartsWith(start, StringComparison.Ordinal)))
            {
                foreign.Add(request.Url);
            }
        };
        await visit.Page.GotoAsync("/docs/");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Totals of the traffic" }).First).ToBeVisibleAsync();
        Assert.Empty(foreign);
        Assert.Empty(visit.Complaints);
    }

    private static ILocator Tile(Visit visit, string label) => visit.Page.Locator(".tile", new() { HasText = label }).First;

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static (long, long) Of(TrafficSummary summary) => (summary.Packets, summary.Bytes);

    private static (long Since, long Until) Range(string url)
    {
        Dictionary<string, string> parts =
            url.Split('?')[1].Split('&').Select(part => part.Split('=')).ToDictionary(part => part[0], part => part[1]);
        return (long.Parse(parts["since"], CultureInfo.InvariantCulture), long.Parse(parts["until"], CultureInfo.InvariantCulture));
    }

    private static long Lines(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        _ = process.StandardError.ReadToEndAsync(Stop);
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
