namespace NetTraffic;

/// <summary>What providers said of addresses, as a store keeps it. Safe for several threads and processes.</summary>
public interface IEnrichmentStore
{
    /// <summary>Keeps answers; they are on the disk when it returns.</summary>
    /// <param name="rows">The answers.</param>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    void AddEnrichment(IReadOnlyList<EnrichmentRow> rows);

    /// <summary>All answers, oldest first.</summary>
    /// <param name="filter">Which; the dataset has addresses and times.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    IEnumerable<EnrichmentRow> GetEnrichmentRows(TrafficFilter filter, CancellationToken cancellationToken);

    /// <summary>The newest answer of each provider for each address, expired ones included.</summary>
    /// <param name="addresses">Addresses as flows have them; null: all.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    IReadOnlyList<EnrichmentRow> GetEnrichment(IReadOnlyCollection<string>? addresses, CancellationToken cancellationToken);
}
