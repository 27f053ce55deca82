using NetTraffic.Enrichment.Online;
using NetTraffic.Testing;

namespace NetTraffic.Enrichment.Tests.Online;

public class OnlineProvidersTests
{
    [Fact]
    public void Who_was_not_opted_in_is_not_there()
    {
        using ScratchFolder store = new();
        MemorySettings settings = new();
        Assert.Empty(OnlineProviders.Create(settings.GetEnrichmentTarget(), store.Path));
        settings.SetOption(new Dictionary<string, object?> { ["EnrichmentProviders"] = "virustotal,dns" });
        Assert.Equal(["dns", "virustotal"],
            OnlineProviders.Create(settings.GetEnrichmentTarget(), store.Path).Select(provider => provider.Name));
        settings.SetOption(new Dictionary<string, object?> { ["EnrichmentProviders"] = EnrichmentTarget.ProviderNames });
        IReadOnlyList<IEnrichmentProvider> all = OnlineProviders.Create(settings.GetEnrichmentTarget(), store.Path);
        Assert.Equal(EnrichmentTarget.ProviderNames, all.Select(provider => provider.Name));
        Assert.All(all, provider => Assert.True(provider.NegativeTimeToLive < provider.TimeToLive));
        Assert.Empty(Directory.GetFileSystemEntries(store.Path));
    }
}
