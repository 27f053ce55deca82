using System.Globalization;
using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <content>The largest groups over the whole time.</content>
internal sealed partial class SummaryQuery
{
    /// <summary>The largest groups.</summary>
    public List<TrafficSummaryItem> Groups(SummaryKey by, int top)
    {
        List<Segment> segments = List(Datasets.Flows);
        return segments.Count == 0 ? []
            : by is SummaryKey.Address or SummaryKey.SourceAddress or SummaryKey.DestinationAddress ? Addresses(by, segments, top)
            : Finish(by, Sums(by, segments, top), segments);
    }

    /// <summary>
    /// Addresses are many. One sum by each side's column, which DuckDB does a dictionary entry at a time, finds the largest, and
    /// only their rows are asked for the rest. The sums count twice what a host says to itself, so more are looked at than were asked for.
    /// </summary>
    private List<TrafficSummaryItem> Addresses(SummaryKey by, List<Segment> segments, int top)
    {
        for (long limit = (2L * top) + 16; ; limit *= 8)
        {
            List<string> names = [];
            bool withNull = false;
            long least = long.MinValue;
            long whole = 0;
            string sums = string.Join(" UNION ALL ", Arms(by).Select((arm, number) =>
                $"SELECT {arm.Columns} AS name, sum(source_bytes)::BIGINT + sum(destination_bytes)::BIGINT AS bytes, {(number == 0 ? 1 : 0)} AS side FROM {Database.Read(segments)} "
                + $"WHERE {filter.Condition}{(number == 0 ? "" : $" AND {arm.Columns} IS NOT NULL")} GROUP BY {arm.Columns}"));
            Query(
                $"SELECT name, sum(bytes)::BIGINT AS b, sum(sum(bytes * side)) OVER ()::BIGINT FROM ({sums}) GROUP BY name ORDER BY b DESC, name LIMIT {limit.ToString(CultureInfo.InvariantCulture)}",
                reader =>
                {
                    withNull |= reader.IsDBNull(0);
                    names.AddRange(reader.IsDBNull(0) ? [] : [reader.GetString(0)]);
                    least = reader.GetInt64(1);
                    whole = reader.GetInt64(2);
                });
            bool all = names.Count + (withNull ? 1 : 0) < limit;
            List<Group> found = Details(by, segments, names, withNull, whole);
            found.Sort((left, right) => right.Item.Bytes != left.Item.Bytes ? right.Item.Bytes.CompareTo(left.Item.Bytes) : string.CompareOrdinal(left.Item.Name, right.Item.Name));
            if (all || (found.Count >= top && found[top - 1].Item.Bytes >= least))
            {
                return Finish(by, found[..Math.Min(top, found.Count)], segments);
            }
        }
    }

    private List<Group> Details(SummaryKey by, List<Segment> segments, List<string> names, bool withNull, long whole)
    {
        // Two questions instead of an OR: each alone is answered by the reader's own filter.
        Arm[] arms = Arms(by);
        List<string> parts = [];
        if (names.Count > 0)
        {
            string list = string.Join(", ", names.Select(Database.Text));
            parts.Add(Rows(arms, segments, arm => $"{arm.Columns} IN ({list})"));
        }

        if (withNull)
        {
            parts.Add(Rows(arms[..1], segments, arm => $"{arm.Columns} IS NULL"));
        }

        List<Group> found = [];
        if (parts.Count == 0)
        {
            // A segment can have its rows on both sides of the time asked for.
            return found;
        }

        Query(
            $"""
            SELECT name, sum(packets)::BIGINT, sum(bytes)::BIGINT, count(*) FILTER (WHERE time = start_time), count(*) FILTER (WHERE start_time < {FirstTime(segments)}),
              sum(sent)::BIGINT, sum(received)::BIGINT, epoch_us(min(time)), epoch_us(max(end_time)), {whole.ToString(CultureInfo.InvariantCulture)}::BIGINT
            FROM ({string.Join(" UNION ALL ", parts)}) GROUP BY name
            """,
            reader => found.Add(ReadGroup(by, reader)));
        return found;
    }

    /// <summary>Rows under their names, with their sides. By address a host's traffic with itself counts once: on the source's side.</summary>
    private string Rows(Arm[] arms, List<Segment> segments, Func<Arm, string> only)
    {
        string Side(string bytes) => arms.Length == 1 ? bytes : $"CASE WHEN source_address = destination_address THEN source_bytes + destination_bytes ELSE {bytes} END";
        return string.Join(" UNION ALL ", arms.Select((arm, number) =>
            $"SELECT {arm.Name} AS name, source_packets + destination_packets AS packets, source_bytes + destination_bytes AS bytes, {Side(arm.Sent)} AS sent, {Side(arm.Received)} AS received, "
            + $"flow_id, time, end_time, start_time FROM {Database.Read(segments)} WHERE {only(arm)} AND {filter.Condition}{(number == 0 ? "" : " AND source_address <> destination_address")}"));
    }

    /// <summary>Keys of which there are few: rows are summed by plain columns, then names and sides are made of the few sums.</summary>
    private List<Group> Sums(SummaryKey by, List<Segment> segments, int top)
    {
        Arm arm = Arms(by).Single();
        List<Group> found = [];
        Query(
            $"""
            SELECT {arm.Name} AS name, sum(source_packets + destination_packets)::BIGINT, sum(source_bytes + destination_bytes)::BIGINT AS bytes, sum(began)::BIGINT, sum(older)::BIGINT,
              sum({arm.Sent})::BIGINT, sum({arm.Received})::BIGINT, min(first_us), max(last_us), sum(sum(source_bytes + destination_bytes)) OVER ()::BIGINT
            FROM (
              SELECT {arm.Columns}, sum(source_packets)::BIGINT AS source_packets, sum(destination_packets)::BIGINT AS destination_packets,
                sum(source_bytes)::BIGINT AS source_bytes, sum(destination_bytes)::BIGINT AS destination_bytes, count(*) FILTER (WHERE time = start_time) AS began,
                count(*) FILTER (WHERE start_time < {FirstTime(segments)}) AS older, epoch_us(min(time)) AS first_us, epoch_us(max(end_time)) AS last_us
              FROM {Database.Read(segments)} WHERE {filter.Condition} GROUP BY {arm.Columns})
            GROUP BY name ORDER BY bytes DESC, name LIMIT {top.ToString(CultureInfo.InvariantCulture)}
            """,
            reader => found.Add(ReadGroup(by, reader)));
        return found;
    }

    private static Group ReadGroup(SummaryKey by, DuckDBDataReader reader) => new(
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
            StartTime = UnixTime.FromMicroseconds(reader.GetInt64(7)),
            EndTime = UnixTime.FromMicroseconds(reader.GetInt64(8)),
        });

    /// <summary>Shares, and the flows that began before the time asked for.</summary>
    private List<TrafficSummaryItem> Finish(SummaryKey by, List<Group> largest, List<Segment> segments)
    {
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

    /// <summary>A group on its way: rows of flows that began before the time asked for, and the bytes of all groups.</summary>
    private sealed record Group(long Older, long Whole, TrafficSummaryItem Item);
}
