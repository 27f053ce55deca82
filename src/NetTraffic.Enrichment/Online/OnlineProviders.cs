using System.Net;
using NetTraffic.Enrichment.Online.AbuseIpDb;
using NetTraffic.Enrichment.Online.IpApi;
using NetTraffic.Enrichment.Online.VirusTotal;
using NetTraffic.Enrichment.ReverseDns;

namespace NetTraffic.Enrichment.Online;

/// <summary>
/// The providers that ask somebody on the network. Their messages go after their name and a colon: <c>virustotal: no key is set</c>.
/// </summary>
public static class OnlineProviders
{
    /// <summary>Those that were opted in, in the order of <see cref="EnrichmentTarget.ProviderNames"/>; nobody is asked yet.</summary>
    /// <param name="target">Who was opted in, where they are, and their keys.</param>
    /// <param name="storePath">Folder of the store, whose processes share the providers' limits.</param>
    /// <param name="time">The clock; null: the system's.</param>
    public static IReadOnlyList<IEnrichmentProvider> Create(EnrichmentTarget target, string storePath, TimeProvider? time = null) =>
        Create(target, storePath, new OnlineOptions(), time ?? TimeProvider.System);

    /// <summary>How much of their limits those are asked that were opted in and have one; asks nobody.</summary>
    /// <param name="target">Who was opted in, and their keys, each of which has a limit of its own.</param>
    /// <param name="storePath">Folder of the store.</param>
    public static IReadOnlyList<ProviderQuota> Quotas(EnrichmentTarget target, string storePath) =>
        [.. Create(target, storePath).Select(provider => provider.Quota()).OfType<ProviderQuota>()];

    /// <summary>Downloads AbuseIPDB's blacklist, which a free account may five times a day; it changes once a day.</summary>
    /// <param name="target">Where it is, and the key.</param>
    /// <param name="storePath">Folder of the store, whose processes share the limit.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ProviderException">It cannot be had, now or at all; the message says why.</exception>
    public static Task<AddressList> DownloadAbuseIpDbBlacklistAsync(
        EnrichmentTarget target, string storePath, TimeProvider? time, CancellationToken cancellationToken) =>
        new AbuseIpDbBlacklist(target, storePath, new OnlineOptions(), time ?? TimeProvider.System).DownloadAsync(cancellationToken);

    internal static IReadOnlyList<IEnrichmentProvider> Create(
        EnrichmentTarget target, string storePath, OnlineOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(target);
        return [.. EnrichmentTarget.ProviderNames.Where(target.Providers.Contains).Select(name => (IEnrichmentProvider)(name switch
        {
            EnrichmentTarget.Dns => new ReverseDnsProvider(target.DnsServer),
            EnrichmentTarget.IpApi => new IpApiProvider(target, storePath, options, time),
            EnrichmentTarget.AbuseIpDb => new AbuseIpDbProvider(target, storePath, options, time),
            EnrichmentTarget.VirusTotal => new VirusTotalProvider(target, storePath, options, time),
            _ => throw new InvalidOperationException(name),
        }))];
    }
}

/// <summary>Addresses that somebody publishes.</summary>
/// <param name="Addresses">The addresses, in their order.</param>
/// <param name="GeneratedTime">When the list was made, UTC; null: it does not say.</param>
public sealed record AddressList(IReadOnlyList<IPAddress> Addresses, DateTime? GeneratedTime);
