using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>A dataset, or the part of it that a filter chooses, as one Parquet file.</summary>
internal static class ParquetExport
{
    public static long Write(
        string store, DuckDBConnection connection, Dataset dataset, TrafficFilter filter, bool perInterval, string path,
        CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            throw new IOException($"'{path}' exists.");
        }

        FilterSql condition = FilterSql.Create(filter, dataset);
        List<Segment> segments = SegmentCatalog.List(store, dataset.Name, condition.SinceUs, condition.UntilUs);
        string from = segments.Count > 0 ? Database.Read(segments) : DatasetSql.Empty(dataset);
        string rows = $"FROM {from} WHERE {condition.Condition}";
        string select = dataset == Datasets.Flows && !perInterval
            ? $"SELECT {DatasetSql.MergedFileColumns(dataset)} {rows} GROUP BY flow_id ORDER BY max(end_time) DESC"
            : $"SELECT {DatasetSql.FileColumns(dataset)} {rows} ORDER BY time";
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"COPY ({select}) TO {Database.Text(path)} (FORMAT parquet, COMPRESSION zstd)";
        using CancellationTokenRegistration registration = cancellationToken.Register(command.Cancel);
        return command.ExecuteNonQuery();
    }
}
