using System.Globalization;
using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <content>The largest groups over the whole time.</content>
internal sealed partial class SummaryQuery
{
    // More names than this are not spelt out in a question; then everything is added up at once.
    private const int MostNamed = 1000;

    private const string RowBytes = "source_bytes + destination_bytes";

    /// <summary>The largest groups by bytes, largest first, then by name.</summary>
    public List<TrafficSummaryItem> Groups(SummaryKey by, int top) => [.. LargestGroups(by, top).Select(group => group.Item)];

    private List<Group> LargestGroups(SummaryKey by, int top)
    {
        List<Segment> segments = List(Datasets.Flows);
        if (segments.Count == 0)
        {
            return [];
        }

        if (MergedGroups(by, top, segments) is { } merged)
        {
            return merged;
        }

        Side[] sides = Sides(by);
        List<GroupKey>? largest = !HasManyGroups(by) || top > MostNamed ? null
            : sides.Length == 1 ? Largest(sides[0], segments, top)
            : LargestOfBoth(sides, segments, top);
        return Finish(by, largest is { Count: 0 } ? [] : Sums(by, sides, segments, top, largest), segments, FirstUs(segments));
    }

    /// <summary>
    /// Whether there can be millions of groups. Then a first pass finds the largest by nothing but their bytes, and a second one adds up
    /// the rest of what is asked for from their rows alone: nine sums a group cost three times as much as one.
    /// </summary>
    private static bool HasManyGroups(SummaryKey by) =>
        by is SummaryKey.Address or SummaryKey.SourceAddress or SummaryKey.DestinationAddress or SummaryKey.Conversation;

    private List<GroupKey> Largest(Side side, List<Segment> segments, int top)
    {
        List<GroupKey> found = [];
        string names = string.Join(", ", side.Keys.Select((_, number) => $"coalesce(k{number}, '{NoName}')"));
        Query(
            $"""
            SELECT {side.KeyNames}, sum({RowBytes})::BIGINT AS bytes FROM (SELECT {side.NamedKeys}, source_bytes, destination_bytes
            FROM {Flows(segments)} WHERE {filter.Condition}) GROUP BY {side.KeyNames} ORDER BY bytes DESC, {names} LIMIT {Text(top)}
            """,
            reader => found.Add(ReadKey(reader, 0, side.Keys.Length)));
        return found;
    }

    /// <summary>
    /// The addresses among which the largest are, from the largest of each side: one that is on neither list has at most what the last of
    /// both
    /// lists have together. Null where that does not rule out the others, as where all addresses have sent and received alike.
    /// </summary>
    private List<GroupKey>? LargestOfBoth(Side[] sides, List<Segment> segments, int top)
    {
        int listed = MostNamed + (4 * top);
        Dictionary<GroupKey, long[]> known = [];
        int[] counts = [0, 0];
        long[] last = [0, 0];
        string lists = string.Join(" UNION ALL ", sides.Select((side, number) =>
            $"(SELECT {number} AS side, {side.Keys[0]} AS k0, sum({RowBytes})::BIGINT AS bytes FROM {Flows(segments)} "
            + $"WHERE {filter.Condition} AND {side.Counts} GROUP BY k0 ORDER BY bytes DESC LIMIT {Text(listed)})"));
        Query(
            $"SELECT k0, side, bytes FROM ({lists}) ORDER BY bytes DESC",
            reader =>
            {
                GroupKey key = ReadKey(reader, 0, 1);
                int side = reader.GetInt32(1);
                if (!known.TryGetValue(key, out long[]? bytes))
                {
                    known.Add(key, bytes = [-1, -1]);
                }

                bytes[side] = last[side] = reader.GetInt64(2);
                counts[side]++;
            });

        // What is not on a whole list has nothing there.
        last = [counts[0] < listed ? 0 : last[0], counts[1] < listed ? 0 : last[1]];
        List<long> atLeast = [.. known.Values.Select(bytes => Math.Max(0, bytes[0]) + Math.Max(0, bytes[1])).OrderDescending()];
        long needed = atLeast.Count < top ? 0 : atLeast[top - 1];
        bool all = counts[0] < listed && counts[1] < listed;
        List<GroupKey> candidates =
            [.. known.Where(pair => Most(pair.Value[0], last[0]) + Most(pair.Value[1], last[1]) >= needed).Select(pair => pair.Key)];
        return (all || needed > last[0] + last[1]) && candidates.Count <= MostNamed ? candidates : null;

        static long Most(long bytes, long unlisted) => bytes < 0 ? unlisted : bytes;
    }

    /// <summary>Adds up groups: rows by plain columns first, then names and sides are made of the fewer sums.</summary>
    private List<Group> Sums(SummaryKey by, Side[] sides, List<Segment> segments, int top, List<GroupKey>? only)
    {
        long whole = 0;
        Query(
            $"SELECT coalesce(sum({RowBytes}), 0)::BIGINT FROM {Flows(segments)} WHERE {filter.Condition}",
            reader => whole = reader.GetInt64(0));
        string sums = AddressFacts.Of(by) is { } fact ? SumsOfFacts(fact, segments) : string.Join(" UNION ALL ", sides.Select(side =>
            $"""
            SELECT {side.Name} AS name, packets, bytes, began, older, sent, received, first_us, last_us FROM (
              SELECT {side.NamedKeys}, sum(source_packets + destination_packets) AS packets, sum({RowBytes}) AS bytes,
                count(*) FILTER (WHERE time = start_time) AS began, count(*) FILTER (WHERE start_time < {FirstTime(segments)}) AS older,
                sum({side.Sent}) AS sent, sum({side.Received}) AS received,
                epoch_us(min(time)) AS first_us, epoch_us(max(end_time)) AS last_us
              FROM {Flows(segments)} WHERE {filter.Condition} AND {side.Counts} AND {side.Only(only)} GROUP BY {side.KeyNames})
            """));
        List<Group> found = [];
        Query(
            $"""
            SELECT name, sum(packets)::BIGINT, sum(bytes)::BIGINT AS bytes, sum(began)::BIGINT, sum(older)::BIGINT, sum(sent)::BIGINT,
              sum(received)::BIGINT, min(first_us), max(last_us)
            FROM ({sums}) GROUP BY name ORDER BY bytes DESC, coalesce(name, '{NoName}') LIMIT {Text(top)}
            """,
            reader =>
            {
                string name = reader.IsDBNull(0) ? NoName : reader.GetString(0);
                found.Add(new Group(name, reader.GetInt64(4), new TrafficSummaryItem
                {
                    By = by,
                    Name = name,
                    Packets = reader.GetInt64(1),
                    Bytes = reader.GetInt64(2),
                    Flows = reader.GetInt64(3),
                    Percent = whole == 0 ? 0 : Math.Round(100.0 * reader.GetInt64(2) / whole, 4),
                    SentBytes = reader.GetInt64(5),
                    ReceivedBytes = reader.GetInt64(6),
                    StartTime = UnixTime.FromMicroseconds(reader.GetInt64(7)),
                    EndTime = UnixTime.FromMicroseconds(reader.GetInt64(8)),
                }));
            });
        return found;
    }

    /// <summary>
    /// Sums by what is known of both ends, made of one pass over the rows: finding out costs more than adding up, and there are few pairs.
    /// </summary>
    private string SumsOfFacts(AddressFact fact, List<Segment> segments)
    {
        string first = FirstTime(segments);
        string pairs = $"""
            SELECT s, d, sum(source_packets + destination_packets) AS packets, sum({RowBytes}) AS bytes,
              count(*) FILTER (WHERE time = start_time) AS began, count(*) FILTER (WHERE start_time < {first}) AS older,
              sum(source_bytes) AS source_sum, sum(destination_bytes) AS destination_sum,
              epoch_us(min(time)) AS first_us, epoch_us(max(end_time)) AS last_us
            FROM (SELECT {FactFunction.Sql("source_address", source, fact)} AS s,
                {FactFunction.Sql("destination_address", source, fact)} AS d, source_packets, destination_packets, source_bytes,
                destination_bytes, time, start_time, end_time
              FROM {Flows(segments)} WHERE {filter.Condition}) GROUP BY s, d
            """;
        return $"""
            WITH pairs AS MATERIALIZED ({pairs})
            SELECT s AS name, packets, bytes, began, older, CASE WHEN s IS NOT DISTINCT FROM d THEN bytes ELSE source_sum END AS sent,
              CASE WHEN s IS NOT DISTINCT FROM d THEN bytes ELSE destination_sum END AS received, first_us, last_us FROM pairs
            UNION ALL
            SELECT d, packets, bytes, began, older, destination_sum, source_sum, first_us, last_us FROM pairs WHERE s IS DISTINCT FROM d
            """;
    }

    /// <summary>
    /// Adds the flows that began before the time asked for: told apart by their identifiers, which are read only where there are some.
    /// </summary>
    /// <param name="by">What is grouped by.</param>
    /// <param name="largest">The groups.</param>
    /// <param name="segments">Those that may have such flows.</param>
    /// <param name="fromUs">Begin of the time that the rows cover.</param>
    private List<Group> Finish(SummaryKey by, List<Group> largest, IReadOnlyCollection<Segment> segments, long fromUs)
    {
        if (largest.Exists(group => group.Older > 0))
        {
            Dictionary<string, TrafficSummaryItem> items =
                largest.ToDictionary(group => group.Name, group => group.Item, StringComparer.Ordinal);
            string only = items.Count > MostNamed ? "true" : NamesCondition(items.Keys);
            string rows = string.Join(" UNION ALL ", Sides(by).Select(side =>
                $"SELECT {side.Name} AS name, flow_id FROM (SELECT {side.NamedKeys}, flow_id "
                + $"FROM {Flows(segments)} WHERE {filter.Condition} AND start_time < {Database.Time(fromUs)})"));
            Query(
                $"SELECT name, count(DISTINCT flow_id) FROM (SELECT coalesce(name, '{NoName}') AS name, flow_id FROM ({rows})) WHERE "
                    + $"{only} GROUP BY name",
                reader =>
                {
                    if (items.TryGetValue(reader.GetString(0), out TrafficSummaryItem? item))
                    {
                        item.Flows += reader.GetInt64(1);
                    }
                });
        }

        return largest;
    }

    // SQL has no empty list: where nothing matched there are no names.
    private static string NamesCondition(IEnumerable<string> names) =>
        names.Select(Database.Text).ToList() is { Count: > 0 } texts ? $"name IN ({string.Join(", ", texts)})" : "false";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static GroupKey ReadKey(DuckDBDataReader reader, int column, int keys) =>
        new(KeyPart(reader, column), keys > 1 ? KeyPart(reader, column + 1) : null);

    private static string? KeyPart(DuckDBDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>
    /// What rows are summed by, and how the sums become names. By address there are two: what a row's source has of it, and its
    /// destination.
    /// </summary>
    private Side[] Sides(SummaryKey by)
    {
        static Side Of(string sent, string received, string name, params string[] keys) => new(keys, name, sent, received, "true");
        static Side Source(string column) => Of("source_bytes", "destination_bytes", "k0", column);

        // What a host says to itself counts once: on the source's side, as sent and as received.
        static string Own(string bytes) => $"CASE WHEN source_address = destination_address THEN {RowBytes} ELSE {bytes} END";
        if (AddressFacts.Of(by) is { } fact)
        {
            return OfFacts(FactFunction.Sql("source_address", source, fact), FactFunction.Sql("destination_address", source, fact));
        }

        return by switch
        {
            SummaryKey.Protocol => [Source("protocol")],
            SummaryKey.Application => [Source("application")],
            SummaryKey.Interface => [Source("interface")],
            SummaryKey.Sensor => [Source("sensor")],
            SummaryKey.Capture => [Source("capture_id")],
            SummaryKey.SourceAddress => [Source("source_address")],
            SummaryKey.DestinationAddress => [Of("destination_bytes", "source_bytes", "k0", "destination_address")],
            SummaryKey.DestinationPort =>
                [Of("destination_bytes", "source_bytes", "k0 || '/' || lower(k1)", "destination_port", "protocol")],
            SummaryKey.Address =>
            [
                Of(Own("source_bytes"), Own("destination_bytes"), "k0", "source_address"),
                Of("destination_bytes", "source_bytes", "k0",
                    "destination_address") with { Counts = "source_address <> destination_address" },
            ],
            SummaryKey.Conversation =>
            [
                Of(
                    "CASE WHEN source_address <= destination_address THEN source_bytes ELSE destination_bytes END",
                    "CASE WHEN source_address <= destination_address THEN destination_bytes ELSE source_bytes END",
                    $"k0 || '{Between}' || k1",
                    "least(source_address, destination_address)",
                    "greatest(source_address, destination_address)"),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(by), by, "There is no such key."),
        };
    }

    /// <summary>
    /// Both ends' facts, as an address's: what stays within a country counts once, as sent and as received. What is not known of an
    /// address is a group too.
    /// </summary>
    private static Side[] OfFacts(string sourceFact, string destinationFact)
    {
        string own = $"{sourceFact} IS NOT DISTINCT FROM {destinationFact}";
        return
        [
            new([sourceFact], "k0", $"CASE WHEN {own} THEN {RowBytes} ELSE source_bytes END",
                $"CASE WHEN {own} THEN {RowBytes} ELSE destination_bytes END", "true"),
            new([destinationFact], "k0", "destination_bytes", "source_bytes", $"NOT ({own})"),
        ];
    }

    private const string Between = " <-> ";

    /// <summary>What a group is told apart by: an address, or the two of a conversation.</summary>
    private sealed record GroupKey(string? First, string? Second);

    /// <summary>A group on its way.</summary>
    /// <param name="Name">Its name as it stands in files; the item's is safe for a terminal.</param>
    /// <param name="Older">Its rows of flows that began before the time asked for.</param>
    /// <param name="Item">What it adds up to.</param>
    private sealed record Group(string Name, long Older, TrafficSummaryItem Item);

    /// <summary>One way in which a row counts.</summary>
    /// <param name="Keys">What tells groups apart, over a row's columns; in sums they are k0 and k1.</param>
    /// <param name="Name">The group's name, over those.</param>
    /// <param name="Sent">A row's bytes that the group sent.</param>
    /// <param name="Received">A row's bytes that it received.</param>
    /// <param name="Counts">Which rows count in this way.</param>
    private sealed record Side(string[] Keys, string Name, string Sent, string Received, string Counts)
    {
        /// <summary>k0, k1.</summary>
        public string KeyNames => string.Join(", ", Keys.Select((_, number) => $"k{number}"));

        /// <summary>The keys under those names.</summary>
        public string NamedKeys => string.Join(", ", Keys.Select((key, number) => $"{key} AS k{number}"));

        /// <summary>A condition on rows: those of some groups, or all.</summary>
        public string Only(List<GroupKey>? groups)
        {
            if (groups is null)
            {
                return "true";
            }

            List<GroupKey> named = groups.FindAll(group => group.First is not null);
            string names = string.Join(", ",
                named.Select(group => Database.Text(Keys.Length == 1 ? group.First! : group.First + Between + group.Second)));
            string ends = string.Join(", ",
                named.SelectMany(group => new[] { group.First, group.Second }).OfType<string>().Distinct().Select(Database.Text));

            // Plain columns first: that is what the reader of the file itself can answer.
            string some = named.Count == 0 ? "false"
                : Keys.Length == 1 ? $"{Keys[0]} IN ({names})"
                : $"source_address IN ({ends}) AND destination_address IN ({ends}) AND {Keys[0]} || '{Between}' || {Keys[1]} IN ({names})";
            return named.Count == groups.Count ? $"({some})" : $"(({some}) OR {Keys[0]} IS NULL)";
        }
    }
}
