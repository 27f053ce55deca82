using System.Globalization;
using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>Whole datasets: Parquet files, rows of the captures dataset, names for completion.</summary>
internal static class Exporter
{
    public static long ToParquet(string store, DuckDBConnection connection, Dataset dataset, TrafficFilter filter, bool perInterval, string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            throw new IOException($"'{path}' exists.");
        }

        FlowFilter condition = FlowFilter.Create(dataset == Datasets.Flows ? filter : Narrow(filter), connection);
        List<Segment> segments = SegmentCatalog.List(store, dataset.Name, condition.SinceUs, condition.UntilUs);
        string from = segments.Count > 0 ? Database.Read(segments) : Empty(dataset);
        string select = dataset == Datasets.Flows && !perInterval
            ? $"SELECT {FlowReader.MergedFileColumns} FROM {from} WHERE {condition.Condition} GROUP BY flow_id ORDER BY max(end_time) DESC"
            : $"SELECT {FlowReader.FileColumns(dataset)} FROM {from} WHERE {condition.Condition} ORDER BY time";
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"COPY ({select}) TO {Database.Text(path)} (FORMAT parquet, COMPRESSION zstd)";
        using CancellationTokenRegistration registration = cancellationToken.Register(command.Cancel);
        return command.ExecuteNonQuery();
    }

    public static List<CaptureInterval> Intervals(string store, DuckDBConnection connection, TrafficFilter filter, CancellationToken cancellationToken)
    {
        FlowFilter condition = FlowFilter.Create(Narrow(filter), connection);
        List<Segment> segments = SegmentCatalog.List(store, Datasets.Captures.Name, condition.SinceUs, condition.UntilUs);
        List<CaptureInterval> found = [];
        if (segments.Count == 0)
        {
            return found;
        }

        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT capture_id, sensor, interface, epoch_us(time), epoch_us(end_time), packets, bytes, kernel_drops, interface_drops, decode_failures, flows,
              active_flows, evicted_flows, lost_rows, memory_bytes
            FROM {Database.Read(segments)} WHERE {condition.Condition} ORDER BY time, capture_id, interface
            """;
        using CancellationTokenRegistration registration = cancellationToken.Register(command.Cancel);
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            found.Add(new CaptureInterval
            {
                CaptureId = reader.GetString(0),
                Sensor = reader.GetString(1),
                Interface = reader.GetString(2),
                Time = Database.FromMicroseconds(reader.GetInt64(3)),
                EndTime = Database.FromMicroseconds(reader.GetInt64(4)),
                Packets = reader.GetInt64(5),
                Bytes = reader.GetInt64(6),
                KernelDrops = reader.GetInt64(7),
                InterfaceDrops = reader.GetInt64(8),
                DecodeFailures = reader.GetInt64(9),
                Flows = reader.GetInt64(10),
                ActiveFlows = reader.GetInt64(11),
                EvictedFlows = reader.GetInt64(12),
                LostRows = reader.GetInt64(13),
                MemoryBytes = reader.GetInt64(14),
            });
        }

        return found;
    }

    /// <summary>Distinct values among the newest segments: completion must answer at once, also on a huge store.</summary>
    public static List<string> Names(string store, DuckDBConnection connection, SummaryKey key, string prefix, int limit)
    {
        const int newest = 16;
        List<Segment> segments = SegmentCatalog.List(store, Datasets.Flows.Name);
        segments.Sort((left, right) => right.LastUs.CompareTo(left.LastUs));
        segments = segments[..Math.Min(newest, segments.Count)];
        if (segments.Count == 0)
        {
            return [];
        }

        string[] columns = key switch
        {
            SummaryKey.Protocol => ["transport"],
            SummaryKey.Application => ["application"],
            SummaryKey.SourceAddress => ["source_address"],
            SummaryKey.DestinationAddress => ["destination_address"],
            SummaryKey.Address => ["source_address", "destination_address"],
            SummaryKey.Interface => ["interface"],
            SummaryKey.Sensor => ["sensor"],
            SummaryKey.Capture => ["capture_id"],
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "No names are kept for this key."),
        };
        string start = Database.Text(prefix.ToLowerInvariant());
        string rows = string.Join(" UNION ALL ", columns.Select(column =>
            $"SELECT {column} AS name, source_bytes + destination_bytes AS bytes FROM {Database.Read(segments)} WHERE starts_with(lower({column}), {start})"));
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"SELECT name FROM ({rows}) GROUP BY name ORDER BY sum(bytes) DESC, name LIMIT {limit}");
        using DuckDBDataReader reader = command.ExecuteReader();
        List<string> found = [];
        while (reader.Read())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    /// <summary>What of a filter applies to the captures dataset: times and captures.</summary>
    private static TrafficFilter Narrow(TrafficFilter filter) => new() { Since = filter.Since, Until = filter.Until, CaptureId = filter.CaptureId };

    private static string Empty(Dataset dataset) =>
        "(SELECT " + string.Join(", ", dataset.Columns.Select(column => $"NULL::{Database.SqlType(column.Type)} AS {column.Name}")) + " WHERE false)";
}
