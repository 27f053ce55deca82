using DuckDB.NET.Data;
using NetTraffic.Net;

namespace NetTraffic.Store;

/// <summary>Rows of the enrichment dataset.</summary>
internal static class EnrichmentQuery
{
    // Of more addresses all rows are read, and the others left out here.
    private const int MostNamed = 10_000;

    /// <summary>The newest row of each provider for each address.</summary>
    public static List<EnrichmentRow> Newest(
        StoreSegments source, DuckDBConnection connection, IReadOnlyCollection<string>? addresses, CancellationToken cancellationToken)
    {
        List<Segment> segments = source.List(Datasets.Enrichment, long.MinValue, long.MaxValue);
        if (segments.Count == 0 || addresses?.Count == 0)
        {
            return [];
        }

        string only = addresses is null || addresses.Count > MostNamed ? "true"
            : $"address IN ({string.Join(", ", addresses.Select(Database.Text))})";
        HashSet<string>? wanted = only == "true" && addresses is not null ? [.. addresses] : null;
        List<EnrichmentRow> found = [];
        using RowReader<EnrichmentRow> rows = new(
            Datasets.Enrichment,
            connection,
            $"""
            SELECT {DatasetSql.FileColumns(Datasets.Enrichment)} FROM {Database.Read(Datasets.Enrichment, segments)} WHERE {only}
            QUALIFY row_number() OVER (PARTITION BY address, provider ORDER BY time DESC) = 1 ORDER BY address, provider
            """,
            cancellationToken);
        while (rows.Read() is { } row)
        {
            // A file that somebody else put there may have anything in it, and these rows are looked up by address.
            if (wanted?.Contains(row.Address) != false && AddressText.TryParse(row.Address, out _, out _))
            {
                found.Add(row);
            }
        }

        return found;
    }

    /// <summary>All rows, oldest first, of the addresses and times that a filter names.</summary>
    public static List<EnrichmentRow> All(
        StoreSegments source, DuckDBConnection connection, TrafficFilter filter, CancellationToken cancellationToken)
    {
        FilterSql condition = FilterSql.Create(filter, Datasets.Enrichment, source);
        List<Segment> segments = source.List(Datasets.Enrichment, condition.SinceUs, condition.UntilUs);
        List<EnrichmentRow> found = [];
        using RowReader<EnrichmentRow> rows = new(
            Datasets.Enrichment,
            connection,
            $"SELECT {DatasetSql.FileColumns(Datasets.Enrichment)} FROM {Database.Read(Datasets.Enrichment, segments)} "
            + $"WHERE {condition.Condition} ORDER BY time, address, provider",
            cancellationToken);
        while (rows.Read() is { } row)
        {
            found.Add(row);
        }

        return found;
    }
}
