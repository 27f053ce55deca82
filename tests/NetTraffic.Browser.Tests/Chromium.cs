using Microsoft.Playwright;
using NetTraffic.Engine;
using NetTraffic.Testing;

namespace NetTraffic.Browser.Tests;

/// <summary>The system's Chromium without a window, started once. It asks nobody on the network by itself.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        // eng/find-browser.ps1 looks in more places, for "build.sh test".
        string program = Environment.GetEnvironmentVariable("NETTRAFFIC_BROWSER") is { Length: > 0 } named ? named : "/usr/bin/chromium";
        if (!File.Exists(program))
        {
            return;
        }

        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run"],
        });
    }

    /// <summary>A page of a window of its own, which remembers nothing of others.</summary>
    /// <param name="address">The server's.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="light">Whether the system is light.</param>
    public async Task<Visit> VisitAsync(Uri address, int width = 1280, bool light = false)
    {
        Assert.SkipWhen(browser is null, "There is no Chromium (apt-get install chromium), and NETTRAFFIC_BROWSER names none.");
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = light ? ColorScheme.Light : ColorScheme.Dark,
            AcceptDownloads = true,
        });
        return new Visit(await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }
}

/// <summary>A page that is looked at, and what its console said.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly List<string> complaints = [];

    public Visit(IPage page)
    {
        Page = page;
        _ = HasCountries;
        page.SetDefaultTimeout(15_000);
        Assertions.SetDefaultExpectTimeout(15_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add($"{message.Type}: {message.Text} {message.Location}");
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Dialog += (_, dialog) => complaints.Add($"dialog: {dialog.Message}");
    }

    public IPage Page { get; }

    /// <summary>What the console said; without what it says of countries where this machine has no tables of them.</summary>
    public IReadOnlyList<string> Complaints =>
        [.. complaints.Where(text => HasCountries || !text.Contains("by=Country", StringComparison.Ordinal))];

    private static bool HasCountries { get; } = BringCountries();

    /// <summary>Goes to a view and waits until nothing is loading any more.</summary>
    public async Task GoAsync(string hash)
    {
        await Page.GotoAsync("/" + hash);
        await SettleAsync();
    }

    public async Task SettleAsync()
    {
        await Assertions.Expect(Page.Locator("main")).ToBeVisibleAsync();
        await Assertions.Expect(Page.Locator(".waiting")).ToHaveCountAsync(0);
        await Assertions.Expect(Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
    }

    // Tests do not run in the module's folder, where "build.sh test" puts the tables.
    private static bool BringCountries()
    {
        DirectoryInfo made = new(Path.Combine(Repository.Root, "module", "geo"));
        if (!Directory.Exists(GeoCatalog.ModuleFolder) && made.Exists)
        {
            DirectoryInfo folder = Directory.CreateDirectory(GeoCatalog.ModuleFolder);
            foreach (FileInfo file in made.EnumerateFiles())
            {
                file.CopyTo(Path.Combine(folder.FullName, file.Name));
            }
        }

        return Directory.Exists(GeoCatalog.ModuleFolder);
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
