using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>Rows of the captures dataset.</summary>
internal static class CaptureQuery
{
    public static List<CaptureInterval> Intervals(
        StoreSegments source, DuckDBConnection connection, TrafficFilter filter, CancellationToken cancellationToken)
    {
        FilterSql condition = FilterSql.Create(filter, Datasets.Captures, source);
        List<Segment> segments = source.List(Datasets.Captures, condition.SinceUs, condition.UntilUs);
        return segments.Count == 0
            ? []
            : Rows(connection, $"{Database.Read(Datasets.Captures, segments)} WHERE {condition.Condition}", cancellationToken);
    }

    /// <summary>Rows in the order of time.</summary>
    /// <param name="connection">Where to ask.</param>
    /// <param name="from">What stands behind FROM.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public static List<CaptureInterval> Rows(DuckDBConnection connection, string from, CancellationToken cancellationToken)
    {
        List<CaptureInterval> found = [];
        using RowReader<CaptureInterval> rows = new(
            Datasets.Captures,
            connection,
            $"SELECT {DatasetSql.FileColumns(Datasets.Captures)} FROM {from} ORDER BY time, capture_id, interface",
            cancellationToken);
        while (rows.Read() is { } interval)
        {
            found.Add(interval);
        }

        return found;
    }
}
