using NetTraffic.Enrichment;
using NetTraffic.Enrichment.Blocklists;
using NetTraffic.Enrichment.Geo;
using NetTraffic.Enrichment.Online;

namespace NetTraffic.Engine;

/// <summary>
/// What is known of addresses, for one store: tables of this machine, the store's blocklists, and the providers that were opted in.
/// </summary>
public sealed class EnrichmentService : IDisposable
{
    private readonly ITrafficStore store;
    private readonly AddressDescriber describer;
    private readonly BlocklistSet blocklists;
    private readonly Enricher enricher;
    private readonly IReadOnlyList<IEnrichmentProvider> providers;
    private readonly int threshold;

    // Where two say the same thing, the one that knows more of it.
    private static readonly string[] BestFirst = ["ip-api", "virustotal", "abuseipdb", "dns"];

    private EnrichmentService(ITrafficStore store, GeoTables places, BlocklistSet blocklists, SuspicionWeights weights, int threshold,
        IReadOnlyList<IEnrichmentProvider> providers)
    {
        this.threshold = threshold;
        this.store = store;
        this.blocklists = blocklists;
        this.providers = providers;
        Places = places;
        describer = new AddressDescriber(places, blocklists, weights);
        enricher = new Enricher(store, providers);
    }

    /// <summary>Where addresses are and who routes them.</summary>
    public IAddressPlaces Places { get; }

    /// <summary>Whether anybody is asked besides this machine's tables.</summary>
    public bool AsksAnybody => providers.Count > 0;

    /// <summary>Whether anything is known that can make an address suspicious.</summary>
    public bool HasSigns => blocklists.Count > 0 || store.GetEnrichment(null, CancellationToken.None).Count > 0;

    /// <summary>Opens what a store's settings name; a blocklist that is damaged is left out, and told of.</summary>
    /// <param name="store">The store.</param>
    /// <param name="geoDatabases">Databases to ask besides those that are set; null: none.</param>
    /// <param name="providers">Names of providers to ask; null: those that are set; none: nobody is asked.</param>
    /// <param name="warn">Takes what is left out.</param>
    /// <exception cref="SettingException">A setting cannot be.</exception>
    public static EnrichmentService Open(
        ITrafficStore store, IReadOnlyList<string>? geoDatabases, IReadOnlyList<string>? providers, Action<string> warn) =>
        Open(store, geoDatabases, Providers(store, providers), warn);

    internal static EnrichmentService Open(
        ITrafficStore store, IReadOnlyList<string>? geoDatabases, IReadOnlyList<IEnrichmentProvider> providers, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(store);
        TrafficOption option = TrafficEngine.OpenSettings(store.Path).GetOption();
        return new(store, GeoCatalog.Open(option, geoDatabases), BlocklistCatalog.Load(store.Path, warn),
            SuspicionWeights.Parse(option.SuspicionWeights), option.SuspicionThreshold, providers);
    }

    /// <summary>How much of their limits the providers that are set have been asked, by all processes of a store; asks nobody.</summary>
    /// <param name="store">The store.</param>
    /// <exception cref="SettingException">A setting cannot be.</exception>
    public static IReadOnlyList<ProviderQuota> Quotas(ITrafficStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return OnlineProviders.Quotas(TrafficEngine.OpenSettings(store.Path).GetEnrichmentTarget(), store.Path);
    }

    /// <summary>Finds out about addresses: asks what is not known, or is not any more.</summary>
    /// <param name="addresses">Addresses as flows have them.</param>
    /// <param name="force">Asks again what still counts.</param>
    /// <param name="progress">Takes how many questions have been answered, and of how many.</param>
    /// <param name="cancellationToken">Ends it; what was answered before is kept.</param>
    public IReadOnlyList<IpEnrichment> Enrich(
        IReadOnlyCollection<string> addresses, bool force, IProgress<(int Done, int All)>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        IReadOnlyDictionary<string, IReadOnlyList<Enricher.Answer>> said =
            enricher.AskAsync(addresses, force, progress, cancellationToken).GetAwaiter().GetResult();
        return
        [
            .. addresses.Distinct(StringComparer.Ordinal).Select(address =>
                !said.TryGetValue(address, out IReadOnlyList<Enricher.Answer>? answers)
                ? Describe(address, [], [])
                : Describe(
                    address,
                    answers.Select(answer => answer.Row).OfType<EnrichmentRow>().OrderBy(Order),
                    answers.Zip(providers).Where(pair => pair.First.Problem is not null)
                        .Select(pair => $"{pair.Second.Name}: {pair.First.Problem}"))),
        ];
    }

    /// <summary>What asking would cost, a provider each.</summary>
    /// <param name="addresses">Addresses as flows have them.</param>
    /// <param name="force">Whether what still counts is asked again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<EnrichmentCost> CostOf(IReadOnlyCollection<string> addresses, bool force, CancellationToken cancellationToken)
    {
        IReadOnlyList<(IEnrichmentProvider Provider, string[] Addresses)> questions =
            enricher.Questions(addresses, force, cancellationToken).Questions;
        return
        [
            .. questions.Select(question => (question.Provider, question.Addresses.Length,
                Cost: question.Provider.CostOf(question.Addresses.Length)))
                .Select(question => new EnrichmentCost(question.Provider.Name, question.Length,
                    question.Cost?.Requests ?? question.Length, question.Cost?.Left, question.Cost?.Until)),
        ];
    }

    /// <summary>What is known of addresses, asking nobody.</summary>
    /// <param name="addresses">Addresses as flows have them; null: those that providers were asked about.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IEnumerable<IpEnrichment> GetKnown(IReadOnlyCollection<string>? addresses, CancellationToken cancellationToken)
    {
        ILookup<string, EnrichmentRow> rows = store.GetEnrichment(addresses, cancellationToken).ToLookup(row => row.Address,
            StringComparer.Ordinal);
        return (addresses ?? [.. rows.Select(group => group.Key)]).Distinct(StringComparer.Ordinal)
            .Select(address => Describe(address, rows[address].OrderBy(Order), []));
    }

    /// <summary>
    /// The largest public talkers of a store of which something is still to be found out, largest first. Where nobody is asked, tables of
    /// this machine say all there is: then the largest.
    /// </summary>
    /// <param name="filter">Whose traffic.</param>
    /// <param name="top">How many at most.</param>
    /// <param name="force">Whether what still counts is asked again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<string> Talkers(TrafficFilter filter, int top, bool force, CancellationToken cancellationToken)
    {
        // Those on top may be private or enriched already.
        int looked = Math.Max(1000, 10 * top);
        string[] talkers =
        [
            .. store.GetSummary(SummaryKey.Address, looked, null, filter, cancellationToken).Select(item => item.Address).OfType<string>()
                .Where(Enricher.IsPublic),
        ];
        HashSet<string> open = [.. enricher.Questions(talkers, force, cancellationToken).Questions.SelectMany(question =>
            question.Addresses)];
        return [.. talkers.Where(address => providers.Count == 0 || open.Contains(address)).Take(top)];
    }

    /// <summary>
    /// The addresses of a store's traffic that are suspicious, most suspicious first, with their traffic. Looked at are all addresses that
    /// have traffic in the time asked for.
    /// </summary>
    /// <param name="filter">Whose traffic.</param>
    /// <param name="threshold">The least score.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<SuspiciousAddress> GetSuspicious(TrafficFilter filter, int threshold, CancellationToken cancellationToken)
    {
        ILookup<string, EnrichmentRow> rows = store.GetEnrichment(null, cancellationToken).ToLookup(row => row.Address,
            StringComparer.Ordinal);
        List<SuspiciousAddress> found = [];

        // Where the threshold is not lower than the one that is set, only flows with such an address are looked at.
        TrafficFilter narrow = threshold >= this.threshold ? filter with { Suspicious = true } : filter;
        foreach (TrafficSummaryItem item in store.GetSummary(SummaryKey.Address, int.MaxValue, null, narrow, cancellationToken))
        {
            // Without a sign of any kind there is nothing to score.
            if (item.Address is not { } address || !(rows.Contains(address) || IsListed(address)))
            {
                continue;
            }

            IpEnrichment known = Describe(address, rows[address].OrderBy(Order), []);
            if (known.SuspicionScore >= threshold)
            {
                found.Add(new SuspiciousAddress
                {
                    Address = address,
                    SuspicionScore = known.SuspicionScore,
                    SuspicionReasons = known.SuspicionReasons,
                    Blocklists = known.Blocklists,
                    Country = known.Country,
                    AsNumber = known.AsNumber,
                    Organization = known.Organization,
                    HostName = known.HostName,
                    Packets = item.Packets,
                    Bytes = item.Bytes,
                    SentBytes = item.SentBytes,
                    ReceivedBytes = item.ReceivedBytes,
                    Flows = item.Flows,
                    StartTime = item.StartTime,
                    EndTime = item.EndTime,
                    StorePath = store.Path,
                });
            }
        }

        return [.. found.OrderByDescending(address => address.SuspicionScore).ThenByDescending(address => address.Bytes)];
    }

    /// <inheritdoc/>
    public void Dispose() => enricher.Dispose();

    private static IReadOnlyList<IEnrichmentProvider> Providers(ITrafficStore store, IReadOnlyList<string>? names)
    {
        EnrichmentTarget target = TrafficEngine.OpenSettings(store.Path).GetEnrichmentTarget();
        return names is [] ? [] : OnlineProviders.Create(names is null ? target : target.With(names), store.Path);
    }

    private static int Order(EnrichmentRow row) => Array.IndexOf(BestFirst, row.Provider) is >= 0 and int at ? at : BestFirst.Length;

    private bool IsListed(string address) => Net.AddressText.TryParse(address, out Packets.IpAddress128 value, out byte version)
        && blocklists.Contains(value, version);

    private IpEnrichment Describe(string address, IEnumerable<EnrichmentRow> rows, IEnumerable<string> missing)
    {
        IpEnrichment described = describer.Describe(address, rows, missing);
        described.StorePath = store.Path;
        return described;
    }
}
