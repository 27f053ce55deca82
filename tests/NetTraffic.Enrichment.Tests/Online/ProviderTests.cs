using System.Net;
using NetTraffic.Enrichment.Online;
using NetTraffic.Enrichment.Tests.Services;
using NetTraffic.Testing;

namespace NetTraffic.Enrichment.Tests.Online;

/// <summary>What tests of providers have in common: a store, a clock on which nobody waits, services on this machine.</summary>
public abstract class ProviderTests : IDisposable
{
    /// <summary>Half past ten of a Sunday, UTC.</summary>
    private protected static readonly DateTimeOffset Begin = new(2026, 11, 29, 10, 30, 0, TimeSpan.Zero);

    private protected LeapingTime Time { get; } = new() { Begin = Begin };

    private protected ScratchFolder Store { get; } = new();

    private protected OnlineOptions Options { get; set; } = new();

    public void Dispose()
    {
        Store.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static async Task<T> StartAsync<T>(T service)
        where T : FakeService
    {
        await service.StartAsync();
        return service;
    }

    private protected static EnrichmentTarget Target(string provider, Uri url, string? key) => new()
    {
        Providers = [provider],
        IpApiUrl = url,
        IpApiKey = key,
        AbuseIpDbUrl = new Uri(url, "/api/v2"),
        AbuseIpDbKey = key,
        VirusTotalUrl = new Uri(url, "/api/v3"),
        VirusTotalKey = key,
    };

    /// <summary>A provider as a process has it that was just started.</summary>
    private protected IEnrichmentProvider New(string provider, Uri url, string? key) =>
        Assert.Single(OnlineProviders.Create(Target(provider, url, key), Store.Path, Options, Time));

    private protected static async Task<ProviderAnswer> AskAsync(IEnrichmentProvider provider, string address) =>
        Assert.Single(await provider.AskAsync([IPAddress.Parse(address)], CancellationToken.None));

    private protected static Task<ProviderException> RefusesAsync(IEnrichmentProvider provider, string address = "203.0.114.1") =>
        Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync([IPAddress.Parse(address)], CancellationToken.None));
}
