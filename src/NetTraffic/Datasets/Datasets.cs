namespace NetTraffic;

/// <summary>The datasets: one table of columns each drives Parquet, SQL, records, exports and docs.</summary>
public static class Datasets
{
    /// <summary>Version of the store's layout. A store of another version is refused.</summary>
    public const int StoreVersion = 2;

    /// <summary>One row per flow per flush interval.</summary>
    public static FlowDataset Flows { get; } = new();

    /// <summary>What each capture received, dropped and failed to decode, one row per capture, interface and flush interval.</summary>
    public static Dataset<CaptureInterval> Captures { get; } = CaptureDataset.Create();

    /// <summary>What providers said of addresses.</summary>
    public static Dataset<EnrichmentRow> Enrichment { get; } = EnrichmentDataset.Create();

    /// <summary>All datasets of this version.</summary>
    public static IReadOnlyList<Dataset> All { get; } = [Flows, Captures, Enrichment];
}
