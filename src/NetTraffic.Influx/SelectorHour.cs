namespace NetTraffic.Influx;

/// <summary>An hour of one sensor in a <see cref="SeriesSelector"/>: who holds a place, and how many newcomers there were.</summary>
/// <param name="number">Hours since the year 1.</param>
internal sealed class SelectorHour(long number)
{
    /// <summary>Intervals after which the bytes that a holder once had count half.</summary>
    public const int HalfLife = 6;

    // Several segments can have rows of one interval, so its newcomers are remembered for a while.
    private const int IntervalsKept = 64;
    private static readonly double Decay = Math.Pow(0.5, 1.0 / HalfLife);

    public long Number { get; } = number;

    /// <summary>Newcomers so far.</summary>
    public int Newcomers { get; set; }

    /// <summary>Newcomers of the newest intervals, by the interval's number.</summary>
    public SortedDictionary<long, int> NewcomersByInterval { get; } = [];

    /// <summary>Number of the newest interval that was looked at; 0: none.</summary>
    public long LatestInterval { get; set; }

    /// <summary>Names that hold a place, each with its strength: the most bytes it had in an interval lately.</summary>
    public Dictionary<string, double> Holders { get; } = new(StringComparer.Ordinal);

    /// <summary>The hour after this one, with the same holders.</summary>
    public SelectorHour Next()
    {
        SelectorHour next = new(Number + 1) { LatestInterval = LatestInterval };
        foreach ((string name, double strength) in Holders)
        {
            next.Holders.Add(name, strength);
        }

        return next;
    }

    public int NewcomersOf(long interval) => NewcomersByInterval.GetValueOrDefault(interval);

    /// <summary>Gives a newcomer a place.</summary>
    public void Admit(string name, long bytes, long interval)
    {
        Holders[name] = bytes;
        Newcomers++;
        NewcomersByInterval[interval] = NewcomersOf(interval) + 1;
        if (NewcomersByInterval.Count > IntervalsKept)
        {
            NewcomersByInterval.Remove(NewcomersByInterval.Keys.First());
        }
    }

    /// <summary>The holder with the least strength, of equal ones the first by name; null: all are spared.</summary>
    public (string? Name, double Strength) Weakest(HashSet<string> spared)
    {
        (string? weakest, double least) = (null, double.MaxValue);
        foreach ((string name, double strength) in Holders)
        {
            bool weaker = strength < least || (strength == least && string.CompareOrdinal(name, weakest) < 0);
            if (weaker && !spared.Contains(name))
            {
                (weakest, least) = (name, strength);
            }
        }

        return (weakest, least);
    }

    /// <summary>
    /// Lets what holders once had count less, by the intervals that have passed. An interval before the newest changes nothing.
    /// </summary>
    public void FadeUntil(long interval)
    {
        if (interval <= LatestInterval)
        {
            return;
        }

        double factor = LatestInterval == 0 ? 1 : Math.Pow(Decay, Math.Min(interval - LatestInterval, 10_000));
        LatestInterval = interval;
        foreach (string name in Holders.Keys.ToList())
        {
            Holders[name] *= factor;
        }
    }
}
