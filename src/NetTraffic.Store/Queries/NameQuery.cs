using System.Globalization;
using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>Names that completion offers.</summary>
internal static class NameQuery
{
    /// <summary>Distinct values among the newest segments: completion must answer at once, also on a huge store.</summary>
    public static List<string> Find(StoreSegments source, DuckDBConnection connection, SummaryKey key, string prefix, int limit)
    {
        if (AddressFacts.Of(key) is not null)
        {
            // Countries and systems are known without looking.
            return [];
        }

        const int newest = 16;
        List<Segment> segments = source.Names(Datasets.Flows, long.MinValue, long.MaxValue);
        segments.Sort((left, right) => right.LastUs.CompareTo(left.LastUs));
        segments = source.Whole(segments[..Math.Min(newest, segments.Count)]);
        if (segments.Count == 0)
        {
            return [];
        }

        string[] columns = key switch
        {
            SummaryKey.Protocol => ["protocol"],
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
            $"SELECT {column} AS name, source_bytes + destination_bytes AS bytes FROM {Database.Read(Datasets.Flows, segments)} "
            + $"WHERE starts_with(lower({column}), {start})"));
        List<string> found = [];
        Database.Query(
            connection,
            string.Create(
                CultureInfo.InvariantCulture, $"SELECT name FROM ({rows}) GROUP BY name ORDER BY sum(bytes) DESC, name LIMIT {limit}"),
            reader => found.Add(reader.GetString(0)),
            CancellationToken.None);
        return found;
    }
}
