using DuckDB.NET.Data;
using NetTraffic.Net;

namespace NetTraffic.Store;

/// <summary>
/// A dataset, or the part of it that a filter chooses, as one Parquet file. Rows are in the order of the store's segments, then come the
/// flows that were put together: sorting them all would take as much memory as they do.
/// </summary>
internal static class ParquetExport
{
    public static long Write(
        StoreSegments segments, DuckDBConnection connection, Dataset dataset, TrafficFilter filter, bool perInterval, string path,
        AddressPseudonyms? pseudonyms, bool enriched, CancellationToken cancellationToken)
    {
        if (pseudonyms is not null && dataset != Datasets.Flows)
        {
            throw new ArgumentException("Only flows are known to have all their addresses replaced.", nameof(pseudonyms));
        }

        if (File.Exists(path))
        {
            throw new IOException($"'{path}' exists.");
        }

        FilterSql condition = FilterSql.Create(filter, dataset, segments);
        string from = Database.Read(dataset, segments.List(dataset, condition.SinceUs, condition.UntilUs));
        string select = $"SELECT {DatasetSql.FileColumns(dataset)} FROM {from} WHERE {condition.Condition}";
        if (dataset == Datasets.Flows && !perInterval)
        {
            // Flows of one row are most, and stand as they are; putting together costs several times as much.
            Database.Execute(connection, $"""
                CREATE OR REPLACE TEMP TABLE several AS
                SELECT flow_id FROM {from} WHERE {condition.Condition} GROUP BY flow_id HAVING count(*) > 1
                """);
            select = $"""
                {select} AND flow_id NOT IN (SELECT flow_id FROM several)
                UNION ALL
                SELECT {DatasetSql.MergedFileColumns(dataset)} FROM {from}
                WHERE {condition.Condition} AND flow_id IN (SELECT flow_id FROM several) GROUP BY flow_id
                """;
        }

        // Of real addresses, before these become pseudonyms.
        select = enriched ? FactFunction.Select(select, segments) : select;
        using PseudonymFunctions.Use? use = pseudonyms is null ? null : PseudonymFunctions.Open(pseudonyms);
        select = use?.Select(select) ?? select;
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"COPY ({select}) TO {Database.Text(path)} (FORMAT parquet, COMPRESSION zstd)";
        using CancellationTokenRegistration registration = cancellationToken.Register(command.Cancel);
        return command.ExecuteNonQuery();
    }
}
