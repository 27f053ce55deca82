using System.Globalization;

namespace NetTraffic.Store;

/// <content>
/// Answers that are put together of hours: those that nobody writes to any more are remembered (<see cref="SummaryParts"/>), the rest is
/// asked each time. All sums add up over hours; flows that began before the time asked for are told apart over all of it, as else.
/// </content>
internal sealed partial class SummaryQuery
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1), QuietFor = TimeSpan.FromMinutes(1);
    private const int FilesAtOnce = 24;
    private static readonly string[] Counted = ["source_address", "destination_address", "capture_id"];

    /// <summary>The sums of every group; null: the question is to be asked as a whole.</summary>
    private List<SummarySum>? Merged(SummaryKey by, TimeSpan? width, List<Segment> segments, Dictionary<long, long> whole)
    {
        if (Split(by, width, segments) is not { } split)
        {
            return null;
        }

        Dictionary<(long Bucket, string Name), SummarySum> all = [];
        foreach (SummaryPart part in Parts($"{by} {width?.Ticks}", split, some => SumsOf(by, width, some)))
        {
            if (part.TooMany)
            {
                return null;
            }

            foreach (SummarySum sum in part.Sums)
            {
                all[(sum.Bucket, sum.Name)] = all.TryGetValue((sum.Bucket, sum.Name), out SummarySum? other) ? other.With(sum) : sum;
            }

            foreach ((long bucket, long bytes) in part.Whole)
            {
                whole[bucket] = whole.GetValueOrDefault(bucket) + bytes;
            }
        }

        return [.. all.Values];
    }

    /// <summary>The hours that are remembered, and the segments that are not; null: nothing of the question can be.</summary>
    private (List<List<Segment>> Closed, List<Segment> Open)? Split(SummaryKey by, TimeSpan? width, List<Segment> segments)
    {
        // What is known of addresses changes; and a bucket must lie in one hour, since its flows are told apart there.
        if (parts is null || AddressFacts.Of(by) is not null || request.Conditions.Any(condition => condition.Kind.Fact is not null)
            || (width is { } step && Hour.Ticks % step.Ticks != 0))
        {
            return null;
        }

        DateTime quiet = DateTime.UtcNow - QuietFor;
        List<List<Segment>> closed = [];
        List<Segment> open = [];
        foreach (IGrouping<string?, Segment> folder in segments.GroupBy(segment => Path.GetDirectoryName(segment.Path)))
        {
            bool isDay = Path.GetFileName(folder.Key) == StorePaths.AllHours;
            if (isDay && width is not null)
            {
                return null;
            }

            List<Segment> all = [.. folder];
            List<Segment> settled = all.FindAll(segment => segment.FirstUs >= filter.SinceUs && segment.LastUs < filter.UntilUs
                && File.GetLastWriteTimeUtc(segment.Path) < quiet);
            if (settled.Count == all.Count && !isDay)
            {
                closed.Add(all);
                continue;
            }

            // An hour that is being written has a file every few seconds: those that are written go by the dozen, where no bucket has
            // to lie in one part.
            Segment[][] full = width is null ? [.. settled.Chunk(FilesAtOnce).Where(some => some.Length == FilesAtOnce)] : [];
            closed.AddRange(full.Select(some => some.ToList()));
            open.AddRange(all.Except(full.SelectMany(some => some)));
        }

        return closed.Count > 1 ? (closed, open) : null;
    }

    private IEnumerable<SummaryPart> Parts(
        string question, (List<List<Segment>> Closed, List<Segment> Open) split, Func<List<Segment>, SummaryPart> ask)
    {
        string whole = $"{question} {Untimed}";
        foreach (List<Segment> hour in split.Closed)
        {
            string names = string.Join('\n', hour.Select(segment => segment.Path).Order(StringComparer.Ordinal));
            yield return parts!.Get(whole, names, () => ask(hour));
        }

        if (split.Open.Count > 0)
        {
            yield return ask(split.Open);
        }
    }

    // An hour that is closed lies in the time asked for; of others the time is asked too.
    private string Untimed => FilterSql.Create(
        request.Only(kind => kind != TrafficFilters.Since && kind != TrafficFilters.Until), Datasets.Flows, source).Condition;

    private SummaryPart SumsOf(SummaryKey by, TimeSpan? width, List<Segment> segments)
    {
        SummaryPart part = new();
        string us = ((width?.Ticks ?? 0) / 10).ToString(CultureInfo.InvariantCulture);
        string bucket = width is null ? "0::BIGINT" : $"floor(epoch_us(time) / {us}.0)::BIGINT * {us}";
        string older = width is null ? "0::BIGINT" : $"count(DISTINCT flow_id) FILTER (WHERE start_time < make_timestamptz({bucket}))";
        Side[] sides = by == SummaryKey.None
            ? [new([$"'{TrafficSummaryItem.AllTraffic}'"], "k0", "source_bytes", "destination_bytes", "true")]
            : Sides(by);
        string sums = string.Join(" UNION ALL ", sides.Select(side =>
            $"""
            SELECT bucket, coalesce({side.Name}, '{NoName}') AS name, packets, bytes, began, older, sent, received, first_us, last_us,
              start_us
            FROM (SELECT {bucket} AS bucket, {side.NamedKeys}, sum(source_packets + destination_packets) AS packets,
                sum({RowBytes}) AS bytes, count(*) FILTER (WHERE time = start_time) AS began, {older} AS older,
                sum({side.Sent}) AS sent, sum({side.Received}) AS received, epoch_us(min(time)) AS first_us,
                epoch_us(max(end_time)) AS last_us, epoch_us(min(start_time)) AS start_us
              FROM {Flows(segments)} WHERE {filter.Condition} AND {side.Counts} GROUP BY bucket, {side.KeyNames})
            """));
        Query(
            $"""
            SELECT bucket, name, sum(packets)::BIGINT, sum(bytes)::BIGINT, sum(began)::BIGINT, sum(older)::BIGINT, sum(sent)::BIGINT,
              sum(received)::BIGINT, min(first_us), max(last_us), min(start_us)
            FROM ({sums}) GROUP BY bucket, name LIMIT {Text(SummaryParts.MostOfOne + 1)}
            """,
            reader => part.Sums.Add(new SummarySum(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3),
                reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9),
                reader.GetInt64(10))));
        if (part.Sums.Count > SummaryParts.MostOfOne)
        {
            part.Sums.Clear();
            part.TooMany = true;
            return part;
        }

        Query(
            $"SELECT {bucket} AS bucket, sum({RowBytes})::BIGINT FROM {Flows(segments)} WHERE {filter.Condition} GROUP BY bucket",
            reader => part.Whole.Add((reader.GetInt64(0), reader.GetInt64(1))));
        return part;
    }

    /// <summary>The largest groups of what was put together; null: it is to be asked as a whole.</summary>
    private List<Group>? MergedGroups(SummaryKey by, int top, List<Segment> segments)
    {
        Dictionary<long, long> whole = [];
        if (Merged(by, null, segments, whole) is not { } sums)
        {
            return null;
        }

        long all = whole.GetValueOrDefault(0), from = FirstUs(segments);
        return
        [
            .. sums.OrderByDescending(sum => sum.Bytes).ThenBy(sum => sum.Name, StringComparer.Ordinal).Take(top)
                .Select(sum => new Group(sum.Name, sum.StartUs < from ? 1 : 0, Item(by, sum, all))),
        ];
    }

    /// <summary>A series of what was put together; null: it is to be asked as a whole.</summary>
    private List<TrafficSummaryItem>? MergedSeries(SummaryKey by, int top, TimeSpan width, List<Segment> segments)
    {
        Dictionary<long, long> whole = [];
        if (Merged(by, width, segments, whole) is not { } sums)
        {
            return null;
        }

        HashSet<string> largest =
        [
            .. sums.GroupBy(sum => sum.Name, StringComparer.Ordinal).OrderByDescending(group => group.Sum(sum => sum.Bytes))
                .ThenBy(group => group.Key, StringComparer.Ordinal).Take(top).Select(group => group.Key),
        ];
        List<TrafficSummaryItem> items = [];
        foreach (SummarySum sum in sums.Where(sum => largest.Contains(sum.Name)).OrderBy(sum => sum.Bucket)
            .ThenByDescending(sum => sum.Bytes).ThenBy(sum => sum.Name, StringComparer.Ordinal))
        {
            TrafficSummaryItem item = Item(by, sum, whole[sum.Bucket]);
            item.Time = UnixTime.FromMicroseconds(sum.Bucket);
            item.Interval = width;
            items.Add(item);
        }

        return items;
    }

    private static TrafficSummaryItem Item(SummaryKey by, SummarySum sum, long whole) => new()
    {
        By = by,
        Name = sum.Name,
        Packets = sum.Packets,
        Bytes = sum.Bytes,
        Flows = sum.Began + sum.Older,
        Percent = whole == 0 ? 0 : Math.Round(100.0 * sum.Bytes / whole, 4),
        SentBytes = sum.Sent,
        ReceivedBytes = sum.Received,
        StartTime = UnixTime.FromMicroseconds(sum.FirstUs),
        EndTime = UnixTime.FromMicroseconds(sum.LastUs),
    };

    /// <summary>Fills in a total of what was put together; false: it is to be asked as a whole.</summary>
    private bool MergeTotal(TrafficSummary summary, List<Segment> segments)
    {
        if (Split(SummaryKey.None, null, segments) is not { } split)
        {
            return false;
        }

        SummarySum? sum = null;
        HashSet<string>[] distinct = [.. Counted.Select(_ => new HashSet<string>(StringComparer.Ordinal))];
        foreach (SummaryPart part in Parts("total", split, TotalOf))
        {
            if (part.TooMany)
            {
                return false;
            }

            foreach (SummarySum one in part.Sums)
            {
                sum = sum?.With(one) ?? one;
            }

            for (int i = 0; i < distinct.Length; i++)
            {
                distinct[i].UnionWith(part.Distinct[i]);
            }
        }

        if (sum is null)
        {
            return true;
        }

        summary.StartTime = UnixTime.FromMicroseconds(sum.FirstUs);
        summary.EndTime = UnixTime.FromMicroseconds(sum.LastUs);
        (summary.Packets, summary.Bytes, summary.Flows, summary.Retransmissions) = (sum.Packets, sum.Bytes, sum.Began, sum.Retransmissions);
        (summary.SourceAddresses, summary.DestinationAddresses, summary.Captures) =
            (distinct[0].Count, distinct[1].Count, distinct[2].Count);
        if (sum.StartUs < FirstUs(segments))
        {
            Query(
                $"SELECT count(DISTINCT flow_id) FROM {Flows(segments)} WHERE {filter.Condition} AND start_time < {FirstTime(segments)}",
                reader => summary.Flows += reader.GetInt64(0));
        }

        return true;
    }

    private SummaryPart TotalOf(List<Segment> segments)
    {
        SummaryPart part = new();
        Query(
            $"""
            SELECT sum(source_packets + destination_packets)::BIGINT, sum({RowBytes})::BIGINT, count(*) FILTER (WHERE time = start_time),
              sum(source_retransmissions::BIGINT + destination_retransmissions)::BIGINT, epoch_us(min(time)), epoch_us(max(end_time)),
              epoch_us(min(start_time))
            FROM {Flows(segments)} WHERE {filter.Condition}
            """,
            reader =>
            {
                if (!reader.IsDBNull(0))
                {
                    part.Sums.Add(new SummarySum(0, "", reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), 0, 0, 0,
                        reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(3)));
                }
            });
        for (int i = 0; i < Counted.Length && part.Sums.Count > 0 && !part.TooMany; i++)
        {
            Query(
                $"SELECT DISTINCT {Counted[i]} FROM {Flows(segments)} WHERE {filter.Condition} AND {Counted[i]} IS NOT NULL "
                    + $"LIMIT {Text(SummaryParts.MostOfOne + 1)}",
                reader => part.Distinct[i].Add(reader.GetString(0)));
            if (part.Distinct[i].Count > SummaryParts.MostOfOne)
            {
                Array.ForEach(part.Distinct, values => values.Clear());
                part.TooMany = true;
            }
        }

        return part;
    }
}
