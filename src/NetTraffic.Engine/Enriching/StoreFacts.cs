using NetTraffic.Enrichment;
using NetTraffic.Enrichment.Blocklists;
using NetTraffic.Enrichment.Geo;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Store;

namespace NetTraffic.Engine;

/// <summary>
/// What is known of addresses for questions about a store's traffic: the tables of this machine, and which addresses are suspicious by the
/// store's blocklists and what providers said. As it stands when it is first asked.
/// </summary>
internal sealed class StoreFacts : IAddressFacts
{
    private readonly GeoTables places;
    private readonly Lazy<(BlocklistSet Lists, bool ListsSuffice, HashSet<IpAddress128> Known, HashSet<IpAddress128> Scored)> suspicion;

    private StoreFacts(string storePath, TrafficOption option)
    {
        places = GeoCatalog.Open(option, null);
        suspicion = new(() => Load(storePath, option));
    }

    /// <summary>Opens what a store's settings name.</summary>
    /// <exception cref="SettingException">A setting cannot be.</exception>
    /// <exception cref="InvalidDataException">A table is damaged.</exception>
    public static StoreFacts Open(string storePath)
    {
        StoreFacts facts = new(storePath, TrafficEngine.OpenSettings(storePath).GetOption());

        // A damaged table is an error of its own, not of the query that first meets it.
        _ = facts.places.CountryTable;
        _ = facts.places.AsnTable;
        _ = facts.places.Databases;
        return facts;
    }

    /// <inheritdoc/>
    public bool CanTell(AddressFact fact) => fact == AddressFact.Suspicious || places.Databases.Count > 0
        || (fact is AddressFact.AsNumber or AddressFact.Organization ? places.AsnTable : places.CountryTable) is not null;

    /// <inheritdoc/>
    public string? CountryCode(in IpAddress128 address, byte ipVersion) => places.CountryCode(address, ipVersion);

    /// <inheritdoc/>
    public long? AsNumber(in IpAddress128 address, byte ipVersion) => places.AsNumber(address, ipVersion);

    /// <inheritdoc/>
    public string? Organization(in IpAddress128 address, byte ipVersion) => places.Organization(address, ipVersion);

    /// <inheritdoc/>
    public bool IsSuspicious(in IpAddress128 address, byte ipVersion)
    {
        (BlocklistSet lists, bool listsSuffice, HashSet<IpAddress128> known, HashSet<IpAddress128> scored) = suspicion.Value;
        return scored.Contains(address) || (listsSuffice && !known.Contains(address) && lists.Contains(address, ipVersion));
    }

    /// <summary>
    /// Addresses that providers know are scored one by one; of the others only blocklists can say something, and one list weighs the least.
    /// </summary>
    private (BlocklistSet, bool, HashSet<IpAddress128>, HashSet<IpAddress128>) Load(string storePath, TrafficOption option)
    {
        BlocklistSet lists = BlocklistCatalog.Load(storePath, _ => { });
        SuspicionWeights weights = SuspicionWeights.Parse(option.SuspicionWeights);
        AddressDescriber describer = new(places, lists, weights);
        HashSet<IpAddress128> known = [];
        HashSet<IpAddress128> scored = [];
        using TrafficStore store = new(storePath);
        foreach (IGrouping<string, EnrichmentRow> rows in store.GetEnrichment(null, CancellationToken.None).GroupBy(row => row.Address))
        {
            if (AddressText.TryParse(rows.Key, out IpAddress128 address, out _) && known.Add(address)
                && describer.Describe(rows.Key, rows, []).SuspicionScore >= Math.Max(1, option.SuspicionThreshold))
            {
                scored.Add(address);
            }
        }

        return (lists, weights.Blocklist >= Math.Max(1, option.SuspicionThreshold), known, scored);
    }
}
