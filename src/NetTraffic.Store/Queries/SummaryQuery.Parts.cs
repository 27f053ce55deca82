using System.Globalization;
using System.Runtime.InteropServices;

namespace NetTraffic.Store;

/// <content>
/// Answers that are put together of parts: what files that lie in the time asked for came to is remembered (<see cref="SummaryParts"/>),
/// and the rest is asked each time. All sums add up over files. Flows do where a file has their first row; those that began before a
/// bucket of a series, or before the time asked for, are told apart over all files.
/// </content>
internal sealed partial class SummaryQuery
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly string[] Counted = ["source_address", "destination_address", "capture_id"];

    /// <summary>Nobody writes to the hour of such files any more; to a shorter time, of those that are a minute old.</summary>
    private static readonly TimeSpan QuietHour = TimeSpan.FromMinutes(15), Quiet = TimeSpan.FromMinutes(1);

    /// <summary>Of the hour that is written, a file every few seconds, the files of such times are one part each.</summary>
    private static readonly TimeSpan[] Slots = [TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(30)];

    /// <summary>Rows that are asked together.</summary>
    /// <param name="Segments">Their segments.</param>
    /// <param name="Condition">Which of the segments' rows.</param>
    /// <param name="IsHour">Whether no other part has rows of their hour.</param>
    /// <param name="IsRemembered">Whether the same rows will be asked again.</param>
    private sealed record Part(List<Segment> Segments, string Condition, bool IsHour = false, bool IsRemembered = true)
    {
        /// <summary>The rows of a dataset, as SQL.</summary>
        public string Rows(Dataset dataset) => $"{Database.Read(dataset, Segments)} WHERE {Condition}";
    }

    /// <summary>
    /// The sums of every group, and the segments with flows that began before; null: the question is to be asked as a whole.
    /// </summary>
    private (List<SummarySum> Sums, HashSet<Segment> Older)? Merged(
        SummaryKey by, TimeSpan? width, List<Segment> segments, Dictionary<long, long> whole)
    {
        if (Split(by, width, segments) is not { } split)
        {
            return null;
        }

        long from = FirstUs(segments);
        Dictionary<(long Bucket, string Name), SummarySum> all = [];
        HashSet<(long Bucket, string Name, ulong FlowId)> olderFlows = [];
        HashSet<Segment> older = [];
        foreach (Part some in split)
        {
            SummaryPart part = Ask($"{by} {width?.Ticks} {some.IsHour}", some, () => SumsOf(by, width, some));
            if (part.TooMany)
            {
                return null;
            }

            foreach (SummarySum sum in part.Sums)
            {
                Add(all, sum);
            }

            foreach ((long bucket, long bytes) in part.Whole)
            {
                whole[bucket] = whole.GetValueOrDefault(bucket) + bytes;
            }

            olderFlows.UnionWith(part.OlderFlows);
            if (part.StartUs < from)
            {
                older.UnionWith(some.Segments);
            }
        }

        foreach (IGrouping<(long, string), (long, string, ulong)> flows in olderFlows.GroupBy(flow => (flow.Bucket, flow.Name)))
        {
            all[flows.Key] = all[flows.Key] with { Older = all[flows.Key].Older + flows.Count() };
        }

        return ([.. all.Values], older);
    }

    /// <summary>The parts that a question about flows is put together of; null: it is to be asked as a whole.</summary>
    private List<Part>? Split(SummaryKey by, TimeSpan? width, List<Segment> segments)
    {
        // What is known of addresses changes; and a bucket must lie in one hour, since its flows are told apart there.
        if (AddressFacts.Of(by) is not null || request.Conditions.Any(condition => condition.Kind.Fact is not null)
            || (width is { } step && Hour.Ticks % step.Ticks != 0))
        {
            return null;
        }

        string untimed = FilterSql.Create(
            request.Only(kind => kind != TrafficFilters.Since && kind != TrafficFilters.Until), Datasets.Flows, source).Condition;
        return Split(segments, filter.Condition, untimed, width is not null);
    }

    /// <summary>The same about segments of any dataset.</summary>
    /// <param name="segments">The segments of the time asked for.</param>
    /// <param name="condition">Which of their rows are asked for.</param>
    /// <param name="untimed">The same without the time: of segments that lie in it, all of it.</param>
    /// <param name="isSeries">Whether they are told apart by time.</param>
    private List<Part>? Split(List<Segment> segments, string condition, string untimed, bool isSeries)
    {
        if (parts is null)
        {
            return null;
        }

        DateTime now = DateTime.UtcNow;
        List<Part> found = [];
        List<Segment> cut = [];
        foreach (IGrouping<string?, Segment> folder in segments.GroupBy(segment => Path.GetDirectoryName(segment.Path)))
        {
            bool isDay = Path.GetFileName(folder.Key) == StorePaths.AllHours;
            if (isDay && isSeries)
            {
                return null;
            }

            List<Segment> all = [.. folder];
            List<Segment> within = all.FindAll(segment => segment.FirstUs >= filter.SinceUs && segment.LastUs < filter.UntilUs);
            if (!isDay && within.Count == all.Count
                && all.TrueForAll(segment => Segment.IsMerged(segment.Path) || IsQuiet(segment, now, QuietHour)))
            {
                found.Add(new Part(all, untimed, IsHour: true));
            }
            else
            {
                found.AddRange(BySlot(within, now).Select(some => new Part(some, untimed)));
                cut.AddRange(all.Except(within));
            }
        }

        if (found.Count == 0)
        {
            return null;
        }

        // The begin of a time that ends now moves on; what comes after the next slot's begin stays the same until then.
        long slot = Slots[0].Ticks / TimeSpan.TicksPerMicrosecond, next = (Math.DivRem(filter.SinceUs, slot).Quotient + 1) * slot;
        List<Segment> begins = cut.FindAll(segment => segment.FirstUs < filter.SinceUs && segment.LastUs < filter.UntilUs);
        if (begins.Count > 0)
        {
            found.Add(new Part(begins, $"{condition} AND time < {Database.Time(next)}", IsRemembered: false));
            found.Add(new Part(begins, $"{untimed} AND time >= {Database.Time(next)}"));
        }

        List<Segment> others = [.. cut.Except(begins)];
        if (others.Count > 0)
        {
            found.Add(new Part(others, condition, IsRemembered: false));
        }

        return found;
    }

    /// <summary>
    /// The files of a slot together where it is over, lies in the time asked for and so stays as it is; else each by itself.
    /// </summary>
    private IEnumerable<List<Segment>> BySlot(List<Segment> segments, DateTime now, int level = 0)
    {
        if (level == Slots.Length)
        {
            return segments.Select(segment => new List<Segment> { segment });
        }

        long us = Slots[level].Ticks / TimeSpan.TicksPerMicrosecond;
        return segments.GroupBy(segment => Math.DivRem(segment.FirstUs, us).Quotient).SelectMany(slot => slot.Key * us >= filter.SinceUs
            && slot.All(segment => IsQuiet(segment, now, Quiet)) ? [[.. slot]] : BySlot([.. slot], now, level + 1));
    }

    private static bool IsQuiet(Segment segment, DateTime now, TimeSpan time) => File.GetLastWriteTimeUtc(segment.Path) < now - time;

    private SummaryPart Ask(string question, Part part, Func<SummaryPart> ask) => !part.IsRemembered ? ask() : parts!.Get(
        $"{question} {part.Condition}",
        string.Join('\n', part.Segments.Select(segment => segment.Path).Order(StringComparer.Ordinal)),
        ask);

    private SummaryPart SumsOf(SummaryKey by, TimeSpan? width, Part some)
    {
        string us = ((width?.Ticks ?? 0) / 10).ToString(CultureInfo.InvariantCulture), most = Text(SummaryParts.MostOfOne + 1);
        string bucket = width is null ? "0::BIGINT" : $"floor(epoch_us(time) / {us}.0)::BIGINT * {us}";

        // Other parts may have rows of the same flow in a bucket, but those of its hour.
        string older = width is null || !some.IsHour ? "0::BIGINT"
            : $"count(DISTINCT flow_id) FILTER (WHERE start_time < make_timestamptz({bucket}))";
        Side[] sides = by == SummaryKey.None
            ? [new([$"'{TrafficSummaryItem.AllTraffic}'"], "k0", "source_bytes", "destination_bytes", "true")]
            : Sides(by);
        string rows = some.Rows(Datasets.Flows);
        Dictionary<(long, string), SummarySum> sums = [];
        Dictionary<long, long> whole = [];
        Query(
            string.Join(" UNION ALL ", sides.Select((side, number) =>
                $"""
                (SELECT {Text(number)}, {bucket} AS bucket, coalesce({side.Name}, '{NoName}'), sum(packets)::BIGINT, sum(bytes)::BIGINT,
                  count(*) FILTER (WHERE time = start_time), {older}, sum(sent)::BIGINT, sum(received)::BIGINT,
                  epoch_us(min(time)), epoch_us(max(end_time)), epoch_us(min(start_time))
                FROM (SELECT {side.NamedKeys}, source_packets + destination_packets AS packets, {RowBytes} AS bytes, {side.Sent} AS sent,
                  {side.Received} AS received, time, end_time, start_time, flow_id FROM {rows} AND {side.Counts})
                GROUP BY bucket, {side.KeyNames} LIMIT {most})
                """)),
            reader =>
            {
                Add(sums, new SummarySum(reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4),
                    reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9),
                    reader.GetInt64(10), reader.GetInt64(11)));
                if (reader.GetInt32(0) == 0)
                {
                    // Every row counts on the first side.
                    whole[reader.GetInt64(1)] = whole.GetValueOrDefault(reader.GetInt64(1)) + reader.GetInt64(4);
                }
            });
        HashSet<(long, string, ulong)> olderFlows = [];
        if (width is not null && !some.IsHour && sums.Values.Any(sum => sum.StartUs < sum.Bucket))
        {
            Query(
                string.Join(" UNION ALL ", sides.Select(side =>
                    $"""
                    (SELECT DISTINCT bucket, coalesce({side.Name}, '{NoName}'), flow_id
                    FROM (SELECT {bucket} AS bucket, {side.NamedKeys}, flow_id
                      FROM {rows} AND {side.Counts} AND start_time < make_timestamptz({bucket})) LIMIT {most})
                    """)),
                reader => olderFlows.Add((reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<ulong>(2))));
        }

        return Math.Max(sums.Count, olderFlows.Count) > SummaryParts.MostOfOne ? SummaryPart.OfTooMany : new SummaryPart
        {
            Sums = [.. sums.Values],
            Whole = [.. whole.Select(pair => (pair.Key, pair.Value))],
            OlderFlows = [.. olderFlows],
        };
    }

    private static void Add(Dictionary<(long Bucket, string Name), SummarySum> sums, in SummarySum sum)
    {
        ref SummarySum known = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, (sum.Bucket, sum.Name), out bool isKnown);
        known = isKnown ? known.With(sum) : sum;
    }

    /// <summary>The largest groups of what was put together; null: it is to be asked as a whole.</summary>
    private List<Group>? MergedGroups(SummaryKey by, int top, List<Segment> segments)
    {
        Dictionary<long, long> whole = [];
        if (Merged(by, null, segments, whole) is not ({ } sums, { } older))
        {
            return null;
        }

        long all = whole.GetValueOrDefault(0), from = FirstUs(segments);
        List<Group> largest =
        [
            .. sums.OrderByDescending(sum => sum.Bytes).ThenBy(sum => sum.Name, StringComparer.Ordinal).Take(top)
                .Select(sum => new Group(sum.Name, sum.StartUs < from ? 1 : 0, Item(by, sum, all))),
        ];
        return Finish(by, largest, older, from);
    }

    /// <summary>A series of what was put together; null: it is to be asked as a whole.</summary>
    private List<TrafficSummaryItem>? MergedSeries(SummaryKey by, int top, TimeSpan width, List<Segment> segments)
    {
        Dictionary<long, long> whole = [];
        if (Merged(by, width, segments, whole) is not ({ } sums, _))
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

        long from = FirstUs(segments);
        SummarySum? sum = null;
        HashSet<string>[] distinct = [.. Counted.Select(_ => new HashSet<string>(StringComparer.Ordinal))];
        HashSet<Segment> older = [];
        foreach (Part some in split)
        {
            SummaryPart part = Ask("total", some, () => TotalOf(some.Rows(Datasets.Flows)));
            if (part.TooMany)
            {
                return false;
            }

            foreach (SummarySum one in part.Sums)
            {
                sum = sum?.With(one) ?? one;
            }

            if (part.StartUs < from)
            {
                older.UnionWith(some.Segments);
            }

            for (int i = 0; i < distinct.Length; i++)
            {
                distinct[i].UnionWith(part.Distinct[i]);
            }
        }

        if (sum is not { } total)
        {
            return true;
        }

        summary.StartTime = UnixTime.FromMicroseconds(total.FirstUs);
        summary.EndTime = UnixTime.FromMicroseconds(total.LastUs);
        (summary.Packets, summary.Bytes, summary.Flows, summary.Retransmissions) =
            (total.Packets, total.Bytes, total.Began, total.Retransmissions);
        (summary.SourceAddresses, summary.DestinationAddresses, summary.Captures) =
            (distinct[0].Count, distinct[1].Count, distinct[2].Count);
        if (older.Count > 0)
        {
            Query(
                $"SELECT count(DISTINCT flow_id) FROM {Flows(older)} WHERE {filter.Condition} AND start_time < {Database.Time(from)}",
                reader => summary.Flows += reader.GetInt64(0));
        }

        return true;
    }

    private SummaryPart TotalOf(string rows)
    {
        List<SummarySum> sums = [];
        List<string>[] distinct = [.. Counted.Select(_ => new List<string>())];
        Query(
            $"""
            SELECT sum(source_packets + destination_packets)::BIGINT, sum({RowBytes})::BIGINT, count(*) FILTER (WHERE time = start_time),
              sum(source_retransmissions::BIGINT + destination_retransmissions)::BIGINT, epoch_us(min(time)), epoch_us(max(end_time)),
              epoch_us(min(start_time))
            FROM {rows}
            """,
            reader =>
            {
                if (!reader.IsDBNull(0))
                {
                    sums.Add(new SummarySum(0, "", reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), 0, 0, 0,
                        reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(3)));
                }
            });
        if (sums.Count > 0)
        {
            string most = Text(SummaryParts.MostOfOne + 1);
            Query(
                string.Join(" UNION ALL ", Counted.Select((column, number) =>
                    $"(SELECT DISTINCT {Text(number)}, {column} FROM {rows} AND {column} IS NOT NULL LIMIT {most})")),
                reader => distinct[reader.GetInt32(0)].Add(reader.GetString(1)));
        }

        return distinct.Any(values => values.Count > SummaryParts.MostOfOne) ? SummaryPart.OfTooMany
            : new SummaryPart { Sums = sums, Distinct = distinct };
    }
}
