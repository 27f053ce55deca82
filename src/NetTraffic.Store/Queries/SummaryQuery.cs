using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>Totals and largest groups, as SQL over the segments of the time asked for.</summary>
internal sealed partial class SummaryQuery(
    StoreSegments source, DuckDBConnection connection, TrafficFilter request, CancellationToken cancellationToken,
    SummaryParts? parts = null)
{
    private readonly FilterSql filter = FilterSql.Create(request, Datasets.Flows, source);

    public TrafficSummary Total()
    {
        List<Segment> segments = source.List(Datasets.Flows, filter.SinceUs, filter.UntilUs, out bool incomplete);
        TrafficSummary summary = new() { Incomplete = incomplete };
        if (segments.Count > 0 && !MergeTotal(summary, segments))
        {
            Query(
                $"""
                SELECT epoch_us(min(time)), epoch_us(max(end_time)),
                  sum(source_packets + destination_packets)::BIGINT, sum(source_bytes + destination_bytes)::BIGINT,
                  {FlowCount(FirstTime(segments))}::BIGINT,
                  count(DISTINCT source_address), count(DISTINCT destination_address), count(DISTINCT capture_id),
                  sum(source_retransmissions::BIGINT + destination_retransmissions)::BIGINT
                FROM {Flows(segments)} WHERE {filter.Condition}
                """,
                reader =>
                {
                    if (reader.IsDBNull(0))
                    {
                        return;
                    }

                    summary.StartTime = UnixTime.FromMicroseconds(reader.GetInt64(0));
                    summary.EndTime = UnixTime.FromMicroseconds(reader.GetInt64(1));
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

    /// <summary>
    /// Number of flows. Where a flow's first row counts it is the one whose time is its start time; only flows that began before
    /// have to be told apart by their identifiers.
    /// </summary>
    /// <param name="from">Begin of the time that the rows cover, as SQL.</param>
    private static string FlowCount(string from) =>
        $"(count(*) FILTER (WHERE time = start_time) + count(DISTINCT flow_id) FILTER (WHERE start_time < {from}))";

    private string FirstTime(List<Segment> segments) => Database.Time(FirstUs(segments));

    private long FirstUs(List<Segment> segments) => Math.Max(filter.SinceUs, segments.Min(segment => segment.FirstUs));

    private void AddLosses(TrafficSummary summary)
    {
        summary.DroppedPackets = summary.DecodeFailures = 0;
        List<Segment> segments = List(Datasets.Captures);
        if (segments.Count == 0)
        {
            return;
        }

        // Whole captures: what the dataset does not have is left out, and an interval counts that reaches into the time asked for.
        TrafficFilter whole = request.Only(kind =>
            kind.AppliesTo(Datasets.Captures) && !kind.Properties.Contains(nameof(CaptureInterval.Time)));
        string untimed = FilterSql.Create(whole, Datasets.Captures, source).Condition;
        string condition = string.Join(" AND ",
        [
            untimed,
            filter.SinceUs == long.MinValue ? "true" : $"end_time >= {Database.Time(filter.SinceUs)}",
            filter.UntilUs == long.MaxValue ? "true" : $"time < {Database.Time(filter.UntilUs)}",
        ]);
        foreach (Part some in Split(segments, condition, untimed, isSeries: false) ?? [new Part(segments, condition, IsRemembered: false)])
        {
            (long dropped, long undecoded) = Ask("losses", some, () => LossesOf(some.Rows(Datasets.Captures))).Losses;
            summary.DroppedPackets += dropped;
            summary.DecodeFailures += undecoded;
        }
    }

    private SummaryPart LossesOf(string rows)
    {
        SummaryPart part = new();
        Query(
            $"SELECT coalesce(sum(kernel_drops + interface_drops), 0)::BIGINT, coalesce(sum(decode_failures), 0)::BIGINT FROM {rows}",
            reader => part = new SummaryPart { Losses = (reader.GetInt64(0), reader.GetInt64(1)) });
        return part;
    }

    private List<Segment> List(Dataset dataset) => source.List(dataset, filter.SinceUs, filter.UntilUs);

    private static string Flows(IReadOnlyCollection<Segment> segments) => Database.Read(Datasets.Flows, segments);

    private void Query(string sql, Action<DuckDBDataReader> row) => Database.Query(connection, sql, row, cancellationToken);
}
