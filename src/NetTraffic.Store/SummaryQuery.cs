using System.Globalization;
using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>Totals and largest groups, as SQL over the segments of the time asked for.</summary>
internal sealed class SummaryQuery(string store, DuckDBConnection connection, TrafficFilter request, CancellationToken cancellationToken)
{
    private readonly FlowFilter filter = FlowFilter.Create(request, connection);

    public TrafficSummary Total()
    {
        TrafficSummary summary = new();
        List<Segment> segments = List(Datasets.Flows);
        if (segments.Count > 0)
        {
            Query(
                $"""
                SELECT epoch_us(min(time)), epoch_us(max(end_time)), sum(source_packets + destination_packets)::BIGINT, sum(source_bytes + destination_bytes)::BIGINT,
                  {FlowCount(FirstTime(segments))}::BIGINT, count(DISTINCT source_address), count(DISTINCT destination_address), count(DISTINCT capture_id),
                  sum(source_retransmissions::BIGINT + destination_retransmissions)::BIGINT
                FROM {Database.Read(segments)} WHERE {filter.Condition}
                """,
                reader =>
                {
                    if (reader.IsDBNull(0))
                    {
                        return;
                    }

                    summary.StartTime = Database.FromMicroseconds(reader.GetInt64(0));
                    summary.EndTime = Database.FromMicroseconds(reader.GetInt64(1));
                    summary.Packets = reader.GetInt64(2);
                    summary.Bytes = reader.GetInt64(3);
                    summary.Flows = reader.GetInt64(4);
                    summary.SourceAddresses = reader.GetInt64(5);
                    summary.DestinationAddresses = reader.GetInt64(6);
                    summary.Captures = reader.GetInt64(7);
                    summary.Retransmissions = reader.GetInt64(8);
                });
        }

        AddLosses(summary);
        return summary;
    }

    public IReadOnlyList<TrafficSummaryItem> Groups(SummaryKey by, int top, TimeSpan? interval)
    {
        List<Segment> segments = List(Datasets.Flows);
        if (segments.Count == 0)
        {
            return [];
        }

        string rows = $"WITH rows AS NOT MATERIALIZED ({Keyed(by, segments)})";
        string only = Largest(rows, top);
        const string numbers = "coalesce(name, '(none)'), sum(packets)::BIGINT, sum(bytes)::BIGINT, {0}::BIGINT, 100.0 * sum(bytes) / nullif(any_value(whole), 0), sum(sent)::BIGINT, sum(received)::BIGINT, epoch_us(min(time)), epoch_us(max(end_time))";
        string bytes = $"sum(source_bytes + destination_bytes) AS whole FROM {Database.Read(segments)} WHERE {filter.Condition}";
        string sql;
        if (interval is not { } width)
        {
            sql = rows + $", total AS (SELECT {bytes}) SELECT NULL::BIGINT, {string.Format(CultureInfo.InvariantCulture, numbers, FlowCount(FirstTime(segments)))} "
                + $"FROM (SELECT * FROM rows WHERE {only}) CROSS JOIN total GROUP BY name ORDER BY sum(bytes) DESC, name";
        }
        else
        {
            // A flow counts in each bucket it has traffic in.
            string us = (width.Ticks / 10).ToString(CultureInfo.InvariantCulture);
            string bucket = $"floor(epoch_us(time) / {us}.0)::BIGINT * {us} AS bucket";
            sql = rows + $", buckets AS (SELECT {bucket}, {bytes} GROUP BY bucket) "
                + $"SELECT bucket, {string.Format(CultureInfo.InvariantCulture, numbers, FlowCount("make_timestamptz(bucket)"))} "
                + $"FROM (SELECT *, {bucket} FROM rows WHERE {only}) JOIN buckets USING (bucket) GROUP BY bucket, name ORDER BY bucket, sum(bytes) DESC, name";
        }

        List<TrafficSummaryItem> items = [];
        Query(sql, reader => items.Add(new TrafficSummaryItem
        {
            Time = reader.IsDBNull(0) ? null : Database.FromMicroseconds(reader.GetInt64(0)),
            By = by,
            Name = reader.GetString(1),
            Packets = reader.GetInt64(2),
            Bytes = reader.GetInt64(3),
            Flows = reader.GetInt64(4),
            Percent = reader.IsDBNull(5) ? 0 : Math.Round(reader.GetDouble(5), 4),
            SentBytes = reader.GetInt64(6),
            ReceivedBytes = reader.GetInt64(7),
            StartTime = Database.FromMicroseconds(reader.GetInt64(8)),
            EndTime = Database.FromMicroseconds(reader.GetInt64(9)),
        }));
        return items;
    }

    /// <summary>Rows of name, numbers and sides; a row stands under each of its keys.</summary>
    private string Keyed(SummaryKey by, List<Segment> segments)
    {
        const string both = "source_packets + destination_packets AS packets, source_bytes + destination_bytes AS bytes";
        const string rest = "flow_id, time, end_time, start_time";
        const string sourceSide = "source_bytes AS sent, destination_bytes AS received";
        const string destinationSide = "destination_bytes AS sent, source_bytes AS received";
        string from = $"FROM {Database.Read(segments)} WHERE {filter.Condition}";
        string Simple(string name, string sides) => $"SELECT {name} AS name, {both}, {sides}, {rest} {from}";
        return by switch
        {
            SummaryKey.None => Simple("'(all)'", sourceSide),
            SummaryKey.Protocol => Simple("transport", sourceSide),
            SummaryKey.Application => Simple("application", sourceSide),
            SummaryKey.SourceAddress => Simple("source_address", sourceSide),
            SummaryKey.DestinationAddress => Simple("destination_address", destinationSide),
            SummaryKey.DestinationPort => Simple("destination_port || '/' || lower(transport)", destinationSide),
            SummaryKey.Interface => Simple("interface", sourceSide),
            SummaryKey.Sensor => Simple("sensor", sourceSide),
            SummaryKey.Capture => Simple("capture_id", sourceSide),
            SummaryKey.Conversation => Simple(
                "least(source_address, destination_address) || ' <-> ' || greatest(source_address, destination_address)",
                "CASE WHEN source_address <= destination_address THEN source_bytes ELSE destination_bytes END AS sent, CASE WHEN source_address <= destination_address THEN destination_bytes ELSE source_bytes END AS received"),
            _ => $"""
                SELECT source_address AS name, {both},
                  CASE WHEN source_address = destination_address THEN source_bytes + destination_bytes ELSE source_bytes END AS sent,
                  CASE WHEN source_address = destination_address THEN source_bytes + destination_bytes ELSE destination_bytes END AS received, {rest} {from}
                UNION ALL
                SELECT destination_address AS name, {both}, {destinationSide}, {rest} {from} AND source_address <> destination_address
                """,
        };
    }

    /// <summary>
    /// The condition that picks the largest keys' rows. They are found first, by one sum over plain columns, which DuckDB does a
    /// dictionary entry at a time; the other numbers are then asked of few rows.
    /// </summary>
    private string Largest(string rows, int top)
    {
        const int mostLiterals = 256;
        string most = top.ToString(CultureInfo.InvariantCulture);
        Database.Execute(connection, $"CREATE OR REPLACE TEMP TABLE largest AS {rows} SELECT name FROM rows GROUP BY name ORDER BY sum(bytes) DESC, name LIMIT {most}");
        List<string> names = [];
        bool withNull = false;
        Query("SELECT name FROM largest", reader =>
        {
            if (reader.IsDBNull(0))
            {
                withNull = true;
            }
            else
            {
                names.Add(reader.GetString(0));
            }
        });
        string known = names.Count == 0 ? "false"
            : names.Count <= mostLiterals ? $"name IN ({string.Join(", ", names.Select(Database.Text))})"
            : "name IN (SELECT name FROM largest WHERE name IS NOT NULL)";
        return withNull ? $"({known} OR name IS NULL)" : known;
    }

    /// <summary>
    /// Number of flows. Where a flow's first row counts it is the one whose time is its start time; only flows that began before
    /// have to be told apart by their identifiers.
    /// </summary>
    /// <param name="from">Begin of the time that the rows cover, as SQL.</param>
    private static string FlowCount(string from) => $"(count(*) FILTER (WHERE time = start_time) + count(DISTINCT flow_id) FILTER (WHERE start_time < {from}))";

    private string FirstTime(List<Segment> segments) => Database.Time(Math.Max(filter.SinceUs, segments.Min(segment => segment.FirstUs)));

    private void AddLosses(TrafficSummary summary)
    {
        List<Segment> segments = List(Datasets.Captures);
        if (segments.Count > 0)
        {
            string captures = request.CaptureId.Count == 0 ? "true" : $"lower(capture_id) IN ({string.Join(", ", request.CaptureId.Select(id => Database.Text(id.ToLowerInvariant())))})";
            string since = filter.SinceUs == long.MinValue ? "true" : $"end_time >= {Database.Time(filter.SinceUs)}";
            string until = filter.UntilUs == long.MaxValue ? "true" : $"time < {Database.Time(filter.UntilUs)}";
            Query(
                $"SELECT coalesce(sum(kernel_drops + interface_drops), 0)::BIGINT, coalesce(sum(decode_failures), 0)::BIGINT FROM {Database.Read(segments)} WHERE {captures} AND {since} AND {until}",
                reader =>
                {
                    summary.DroppedPackets = reader.GetInt64(0);
                    summary.DecodeFailures = reader.GetInt64(1);
                });
        }
    }

    private List<Segment> List(Dataset dataset) => SegmentCatalog.List(store, dataset.Name, filter.SinceUs, filter.UntilUs);

    private void Query(string sql, Action<DuckDBDataReader> row)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using CancellationTokenRegistration registration = cancellationToken.Register(command.Cancel);
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            row(reader);
        }
    }
}
