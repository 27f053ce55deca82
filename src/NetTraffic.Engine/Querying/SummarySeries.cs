namespace NetTraffic.Engine;

/// <summary>Time series without gaps.</summary>
public static class SummarySeries
{
    /// <summary>Intervals that are filled at most: a store can hold a day of this year and one of 1970.</summary>
    public const long MostFilled = 100_000;

    /// <summary>
    /// The points of a series in their order, with a point of nothing for each key in each interval between the first and the last that has
    /// no traffic of it.
    /// </summary>
    /// <param name="points">Points by time.</param>
    /// <param name="width">Length of an interval.</param>
    /// <param name="by">What they are grouped by.</param>
    /// <param name="tooMany">Told where there are more intervals than <see cref="MostFilled"/>; nothing is filled then.</param>
    public static IEnumerable<TrafficSummaryItem> Filled(IReadOnlyList<TrafficSummaryItem> points, TimeSpan width, SummaryKey by,
        Action tooMany)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(tooMany);
        if (points.Count == 0)
        {
            return points;
        }

        DateTime first = points[0].Time!.Value.ToUniversalTime();
        if ((points[^1].Time!.Value.ToUniversalTime() - first) / width >= MostFilled)
        {
            tooMany();
            return points;
        }

        return Fill(points, first, width, by);
    }

    private static IEnumerable<TrafficSummaryItem> Fill(IReadOnlyList<TrafficSummaryItem> points, DateTime first, TimeSpan width,
        SummaryKey by)
    {
        string[] names = [.. points.Select(point => point.Name).Distinct(StringComparer.Ordinal)];
        HashSet<string> seen = new(StringComparer.Ordinal);
        int at = 0;
        for (DateTime time = first; at < points.Count; time += width)
        {
            seen.Clear();
            for (; at < points.Count && points[at].Time!.Value.ToUniversalTime() <= time; at++)
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
}
