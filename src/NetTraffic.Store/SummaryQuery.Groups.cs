using System.Globalization;

namespace NetTraffic.Store;

/// <content>The largest groups over the whole time.</content>
internal sealed partial class SummaryQuery
{
    /// <summary>
    /// The largest groups. Rows are summed by plain columns first, which DuckDB does a dictionary entry at a time; names and sides are made
    /// of the few sums. By address a row counts for both of its sides, and twice for a host that talks to itself: those rows, which
    /// would have to be looked for in all of the store, are taken off for the largest only.
    /// </summary>
    public List<TrafficSummaryItem> Groups(SummaryKey by, int top)
    {
        List<Segment> segments = List(Datasets.Flows);
        if (segments.Count == 0)
        {
            return [];
        }

        if (by != SummaryKey.Address)
        {
            return Finish(by, Sums(by, segments, top), segments, top);
        }

        for (long limit = (2L * top) + 16; ; limit *= 8)
        {
            List<Group> found = Sums(by, segments, limit);
            long least = found.Count < limit ? long.MinValue : found[^1].Item.Bytes;
            TakeOffOwnTraffic(found, segments);
            found.Sort((left, right) => right.Item.Bytes != left.Item.Bytes ? right.Item.Bytes.CompareTo(left.Item.Bytes) : string.CompareOrdinal(left.Item.Name, right.Item.Name));

            // What was left out has at most the least bytes that were found, before anything is taken off.
            if (least == long.MinValue || found[Math.Min(top, found.Count) - 1].Item.Bytes >= least)
            {
                return Finish(by, found, segments, top);
            }
        }
    }

    private List<Group> Sums(SummaryKey by, List<Segment> segments, long limit)
    {
        string first = FirstTime(segments);
        string parts = string.Join(" UNION ALL ", Arms(by).Select((arm, number) => $"""
            SELECT {arm.Name} AS name, source_packets + destination_packets AS packets, {arm.Sent} AS sent, {arm.Received} AS received,
              {(number == 0 ? "source_bytes + destination_bytes" : "0")} AS whole, began, older, first_us, last_us
            FROM (
              SELECT {arm.Columns}, sum(source_packets) AS source_packets, sum(destination_packets) AS destination_packets, sum(source_bytes) AS source_bytes,
                sum(destination_bytes) AS destination_bytes, count(*) FILTER (WHERE time = start_time) AS began, count(*) FILTER (WHERE start_time < {first}) AS older,
                epoch_us(min(time)) AS first_us, epoch_us(max(end_time)) AS last_us
              FROM {Database.Read(segments)} WHERE {filter.Condition}{(number == 0 ? "" : $" AND {arm.Columns} IS NOT NULL")} GROUP BY {arm.Columns})
            """));
        List<Group> found = [];
        Query(
            $"""
            SELECT name, sum(packets)::BIGINT, (sum(sent) + sum(received))::BIGINT AS bytes, sum(began)::BIGINT, sum(older)::BIGINT, sum(sent)::BIGINT, sum(received)::BIGINT,
              min(first_us), max(last_us), sum(sum(whole)) OVER ()::BIGINT
            FROM ({parts}) GROUP BY name ORDER BY bytes DESC, name LIMIT {limit.ToString(CultureInfo.InvariantCulture)}
            """,
            reader => found.Add(new Group(
                reader.IsDBNull(0) ? null : reader.GetString(0),
                reader.GetInt64(4),
                reader.GetInt64(9),
                new TrafficSummaryItem
                {
                    By = by,
                    Name = reader.IsDBNull(0) ? NoName : reader.GetString(0),
                    Packets = reader.GetInt64(1),
                    Bytes = reader.GetInt64(2),
                    Flows = reader.GetInt64(3),
                    SentBytes = reader.GetInt64(5),
                    ReceivedBytes = reader.GetInt64(6),
                    StartTime = Database.FromMicroseconds(reader.GetInt64(7)),
                    EndTime = Database.FromMicroseconds(reader.GetInt64(8)),
                })));
        return found;
    }

    private void TakeOffOwnTraffic(List<Group> groups, List<Segment> segments)
    {
        Dictionary<string, TrafficSummaryItem> items = groups.Where(group => group.Key is not null).ToDictionary(group => group.Key!, group => group.Item, StringComparer.Ordinal);
        if (items.Count == 0)
        {
            return;
        }

        Query(
            $"""
            SELECT source_address, sum(source_packets + destination_packets)::BIGINT, sum(source_bytes + destination_bytes)::BIGINT, count(*) FILTER (WHERE time = start_time)
            FROM {Database.Read(segments)}
            WHERE source_address IN ({string.Join(", ", items.Keys.Select(Database.Text))}) AND {filter.Condition} AND source_address = destination_address GROUP BY source_address
            """,
            reader =>
            {
                TrafficSummaryItem item = items[reader.GetString(0)];
                item.Packets -= reader.GetInt64(1);
                item.Bytes -= reader.GetInt64(2);
                item.Flows -= reader.GetInt64(3);
            });
    }

    /// <summary>Shares, and the flows that began before the time asked for.</summary>
    private List<TrafficSummaryItem> Finish(SummaryKey by, List<Group> groups, List<Segment> segments, int top)
    {
        List<Group> largest = groups[..Math.Min(top, groups.Count)];
        foreach (Group group in largest)
        {
            group.Item.Percent = group.Whole == 0 ? 0 : Math.Round(100.0 * group.Item.Bytes / group.Whole, 4);
        }

        if (largest.Exists(group => group.Older > 0))
        {
            Dictionary<string, TrafficSummaryItem> items = largest.ToDictionary(group => group.Item.Name, group => group.Item, StringComparer.Ordinal);
            string older = $"{filter.Condition} AND start_time < {FirstTime(segments)}";
            string rows = string.Join(" UNION ALL ", Arms(by).Select(arm => $"SELECT {arm.Name} AS name, flow_id FROM {Database.Read(segments)} WHERE {older}"));
            Query(
                $"SELECT name, count(DISTINCT flow_id) FROM (SELECT coalesce(name, '{NoName}') AS name, flow_id FROM ({rows})) WHERE {NamesCondition(items.Keys)} GROUP BY name",
                reader => items[reader.GetString(0)].Flows += reader.GetInt64(1));
        }

        return [.. largest.Select(group => group.Item)];
    }

    private static string NamesCondition(IEnumerable<string> names) => $"name IN ({string.Join(", ", names.Select(Database.Text))})";

    /// <summary>What rows are summed by, and how the sums become names and sides.</summary>
    private static Arm[] Arms(SummaryKey by)
    {
        static Arm Source(string columns, string? name = null) => new(columns, name ?? columns, "source_bytes", "destination_bytes");
        static Arm Destination(string columns, string? name = null) => new(columns, name ?? columns, "destination_bytes", "source_bytes");
        return by switch
        {
            SummaryKey.Protocol => [Source("transport")],
            SummaryKey.Application => [Source("application")],
            SummaryKey.SourceAddress => [Source("source_address")],
            SummaryKey.DestinationAddress => [Destination("destination_address")],
            SummaryKey.Address => [Source("source_address"), Destination("destination_address")],
            SummaryKey.DestinationPort => [Destination("destination_port, transport", "destination_port || '/' || lower(transport)")],
            SummaryKey.Interface => [Source("interface")],
            SummaryKey.Sensor => [Source("sensor")],
            SummaryKey.Capture => [Source("capture_id")],
            SummaryKey.Conversation =>
            [
                new(
                    "source_address, destination_address",
                    "least(source_address, destination_address) || ' <-> ' || greatest(source_address, destination_address)",
                    "CASE WHEN source_address <= destination_address THEN source_bytes ELSE destination_bytes END",
                    "CASE WHEN source_address <= destination_address THEN destination_bytes ELSE source_bytes END"),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(by), by, "There is no such key."),
        };
    }

    private sealed record Arm(string Columns, string Name, string Sent, string Received);

    /// <summary>A group on its way: its key as stored, rows of flows that began before the time asked for, and the bytes of all groups.</summary>
    private sealed record Group(string? Key, long Older, long Whole, TrafficSummaryItem Item);
}
