namespace NetTraffic;

/// <summary>
/// The store as the rooms above it see it: questions about what it holds, its captures, and its upkeep. Safe for several threads; each
/// call stands for itself.
/// </summary>
public interface ITrafficStore : ITrafficQueries, ICaptureCatalog, IStoreUpkeep, IEnrichmentStore, IDisposable
{
    /// <summary>Folder of the store.</summary>
    string Path { get; }

    /// <summary>Damaged files that answers since it was opened had to leave out, each once.</summary>
    IReadOnlyCollection<DamagedFile> DamagedFiles { get; }

    /// <summary>The store's segments, for those who pass on what it holds.</summary>
    ISegmentFeed Segments { get; }
}
