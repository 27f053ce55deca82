using System.Globalization;

namespace NetTraffic.Store;

/// <content>Time series of the largest groups.</content>
internal sealed partial class SummaryQuery
{
    /// <summary>Name of the group of rows that have none.</summary>
    public const string NoName = "(none)";

    /// <summary>The largest groups over the whole time, bucket by bucket. A flow counts in each bucket it has traffic in.</summary>
    public List<TrafficSummaryItem> Series(SummaryKey by, int top, TimeSpan width)
    {
        List<Segment> segments = List(Datasets.Flows);
        if (segments.Count == 0)
        {
            return [];
        }

        if (MergedSeries(by, top, width, segments) is { } merged)
        {
            return merged;
        }

        string us = (width.Ticks / 10).ToString(CultureInfo.InvariantCulture);
        string bucket = $"floor(epoch_us(time) / {us}.0)::BIGINT * {us} AS bucket";
        string only = by == SummaryKey.None ? "true" : NamesCondition(LargestGroups(by, top).Select(group => group.Name));
        Side[] sides = by == SummaryKey.None
            ? [new([$"'{TrafficSummaryItem.AllTraffic}'"], "k0", "source_bytes", "destination_bytes", "true")]
            : Sides(by);
        string rows = string.Join(" UNION ALL ", sides.Select(side =>
            $"SELECT {bucket}, coalesce({side.Name}, '{NoName}') AS name, packets, bytes, sent, received, flow_id, time, end_time, "
                + $"start_time "
            + $"FROM (SELECT {side.NamedKeys}, source_packets + destination_packets AS packets, {RowBytes} AS bytes, {side.Sent} AS sent, "
            + $"{side.Received} AS received, flow_id, time, end_time, start_time FROM {Flows(segments)} WHERE {filter.Condition} "
                + $"AND {side.Counts})"));
        List<TrafficSummaryItem> items = [];
        Query(
            $"""
            WITH buckets AS (SELECT {bucket}, sum({RowBytes}) AS whole
              FROM {Flows(segments)} WHERE {filter.Condition} GROUP BY bucket)
            SELECT bucket, name, sum(packets)::BIGINT, sum(bytes)::BIGINT, {FlowCount("make_timestamptz(bucket)")}::BIGINT,
              100.0 * sum(bytes) / nullif(any_value(whole), 0), sum(sent)::BIGINT, sum(received)::BIGINT,
              epoch_us(min(time)), epoch_us(max(end_time))
            FROM ({rows}) JOIN buckets USING (bucket) WHERE {only} GROUP BY bucket, name ORDER BY bucket, sum(bytes) DESC, name
            """,
            reader => items.Add(new TrafficSummaryItem
            {
                Time = UnixTime.FromMicroseconds(reader.GetInt64(0)),
                Interval = width,
                By = by,
                Name = reader.GetString(1),
                Packets = reader.GetInt64(2),
                Bytes = reader.GetInt64(3),
                Flows = reader.GetInt64(4),
                Percent = reader.IsDBNull(5) ? 0 : Math.Round(reader.GetDouble(5), 4),
                SentBytes = reader.GetInt64(6),
                ReceivedBytes = reader.GetInt64(7),
                StartTime = UnixTime.FromMicroseconds(reader.GetInt64(8)),
                EndTime = UnixTime.FromMicroseconds(reader.GetInt64(9)),
            }));
        return items;
    }
}
