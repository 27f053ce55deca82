namespace NetTraffic.Engine;

/// <summary>Time series without gaps.</summary>
public static class SummarySeries
{
    /// <summary>Points at most in a series that is filled: a store can hold a day of this year and one of 1970.</summary>
    public const long MostPoints = 100_000;

    /// <summary>
    /// The points of a series in their order, with a point of nothing for each key in each interval that has no traffic of it: over the
    /// time that was asked for, and where that is open, from the first or to the last interval with traffic.
    /// </summary>
    /// <param name="points">Points by time.</param>
    /// <param name="width">Length of an interval; intervals begin at multiples of it since 1970 in UTC.</param>
    /// <param name="by">What they are grouped by.</param>
    /// <param name="since">Begin of the time that was asked for, UTC; null: open.</param>
    /// <param name="until">Its end, UTC, not included; null: open.</param>
    /// <param name="tooMany">Told where there were more points than <see cref="MostPoints"/>; nothing is filled then.</param>
    public static IEnumerable<TrafficSummaryItem> Filled(IReadOnlyList<TrafficSummaryItem> points, TimeSpan width, SummaryKey by,
        DateTime? since, DateTime? until, Action tooMany)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(tooMany);

        // Without a key there is one line, that of all traffic, also where there is none.
        string[] names = by == SummaryKey.None ? [TrafficSummaryItem.AllTraffic]
            : [.. points.Select(point => point.Name).Distinct(StringComparer.Ordinal)];
        DateTime? first = since is { } begin ? Floor(begin, width) : points.Count > 0 ? Utc(points[0]) : null;
        DateTime? last = until is { } end ? Floor(end.AddTicks(-1), width) : points.Count > 0 ? Utc(points[^1]) : null;
        if (first is null || last is null || names.Length == 0)
        {
            return points;
        }

        if (((last.Value - first.Value) / width + 1) * names.Length > MostPoints)
        {
            tooMany();
            return points;
        }

        return Fill(points, first.Value, last.Value, width, by, names);
    }

    private static IEnumerable<TrafficSummaryItem> Fill(IReadOnlyList<TrafficSummaryItem> points, DateTime first, DateTime last,
        TimeSpan width, SummaryKey by, string[] names)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        int at = 0;
        for (DateTime time = first; time <= last || at < points.Count; time += width)
        {
            seen.Clear();
            for (; at < points.Count && Utc(points[at]) <= time; at++)
            {
                seen.Add(points[at].Name);
                yield return points[at];
            }

            foreach (string name in names.Where(name => !seen.Contains(name)))
            {
                yield return new TrafficSummaryItem
                {
                    Time = time,
                    Interval = width,
                    By = by,
                    Name = name,
                    StartTime = time,
                    EndTime = time,
                };
            }
        }
    }

    private static DateTime Utc(TrafficSummaryItem point) => point.Time!.Value.ToUniversalTime();

    /// <summary>Begin of the interval that a time lies in.</summary>
    private static DateTime Floor(DateTime time, TimeSpan width)
    {
        long since = (time - DateTime.UnixEpoch).Ticks;
        return DateTime.UnixEpoch.AddTicks(since - (((since % width.Ticks) + width.Ticks) % width.Ticks));
    }
}
