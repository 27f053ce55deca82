using NetTraffic.Store.Parquet;

namespace NetTraffic.Store;

/// <summary>Writes answers of providers as segments, one for each hour in which they were given.</summary>
internal static class EnrichmentSegments
{
    private static long sequence;

    public static void Write(string store, IReadOnlyList<EnrichmentRow> rows)
    {
        foreach (IGrouping<long, EnrichmentRow> hour in rows.GroupBy(row => (long)Math.Floor((row.Time - DateTime.UnixEpoch).TotalHours)))
        {
            RecordColumns<EnrichmentRow> columns = new(Datasets.Enrichment, hour, row => row.Time, row => row.Time);
            ReadOnlySpan<byte> bytes = columns.Encode(new ParquetFile()).Span;

            // As captures have it, each writer has an identifier of its own, and no two segments one name.
            string writer = $"enrichment-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}";
            string name = Segment.Name(
                columns.FirstUs, columns.LastUs, writer, Interlocked.Increment(ref sequence), SegmentCheck.Of(bytes));
            StoreFiles.Write(store, Path.Combine(StorePaths.Hour(store, Datasets.Enrichment.Name, hour.Key), name), bytes, durable: true);
        }
    }
}
