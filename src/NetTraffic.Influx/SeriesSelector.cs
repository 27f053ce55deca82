namespace NetTraffic.Influx;

/// <summary>
/// Chooses which names (addresses, pairs of addresses) of an interval get a series of their own; the caller adds the rest up as "other".
/// So the number of series is bounded, whatever is on the wire.
/// <para>A sensor has a fixed number of places. A name that has one keeps it from interval to interval. A newcomer gets a free place, or
/// that of the weakest holder, if it has more bytes in this interval than <see cref="PriceOfPlace"/>.</para>
/// <para>The price rises with the newcomers that the hour has had. So a flood of names of one size is soon kept outside, and one large
/// name still gets in. An interval admits at most as many newcomers as there are places, and an hour at most so many times that.</para>
/// </summary>
/// <param name="places">Places of a sensor.</param>
/// <param name="newcomersPerHour">Newcomers of a sensor at most, in an hour of the rows' time.</param>
internal sealed class SeriesSelector(int places, int newcomersPerHour)
{
    /// <summary>Intervals after which the bytes that a holder once had count half.</summary>
    public const int HalfLife = SelectorHour.HalfLife;

    // Live traffic needs one hour or two at a time; an import brings its own. An hour that is forgotten begins with free places again.
    private const int HoursKept = 8, SensorsKept = 64;
    private readonly Dictionary<string, List<SelectorHour>> sensors = new(StringComparer.Ordinal);

    /// <summary>Which of an interval's names get a series.</summary>
    /// <param name="sensor">Sensor.</param>
    /// <param name="time">Start of the interval.</param>
    /// <param name="interval">Width of the interval.</param>
    /// <param name="names">The names with their bytes, each once.</param>
    /// <returns>Those with a place.</returns>
    public HashSet<string> Select(string sensor, DateTime time, TimeSpan interval, IReadOnlyCollection<KeyValuePair<string, long>> names)
    {
        SelectorHour hour = HourOf(sensor, time);
        long number = time.Ticks / interval.Ticks;
        hour.FadeUntil(number);
        HashSet<string> chosen = new(StringComparer.Ordinal);
        List<KeyValuePair<string, long>> newcomers = [];
        foreach (KeyValuePair<string, long> name in names)
        {
            if (hour.Holders.TryGetValue(name.Key, out double strength))
            {
                hour.Holders[name.Key] = Math.Max(strength, name.Value);
                chosen.Add(name.Key);
            }
            else
            {
                newcomers.Add(name);
            }
        }

        AdmitLargest(hour, number, newcomers, chosen);
        return chosen;
    }

    /// <summary>The state as lines, for <see cref="Restore"/>.</summary>
    public IEnumerable<string> Save() => sensors.SelectMany(pair => pair.Value.SelectMany(hour => SelectorState.Write(pair.Key, hour)));

    /// <summary>Takes back what <see cref="Save"/> gave; lines it does not know are left out.</summary>
    public void Restore(IEnumerable<string> lines)
    {
        sensors.Clear();
        foreach ((string sensor, SelectorHour hour) in SelectorState.Read(lines))
        {
            HoursOf(sensor).Add(hour);
        }
    }

    /// <summary>Gives places to newcomers, largest first, until an interval's or the hour's share is used up or one is too small.</summary>
    private void AdmitLargest(SelectorHour hour, long interval, List<KeyValuePair<string, long>> newcomers, HashSet<string> chosen)
    {
        HashSet<string> admitted = new(StringComparer.Ordinal);
        newcomers.Sort(static (left, right) =>
            left.Value != right.Value ? right.Value.CompareTo(left.Value) : string.CompareOrdinal(left.Key, right.Key));
        foreach ((string name, long bytes) in newcomers)
        {
            if (hour.Newcomers >= newcomersPerHour || hour.NewcomersOf(interval) >= places)
            {
                return;
            }

            if (hour.Holders.Count >= places)
            {
                // Who came in this interval is not put out in it.
                (string? weakest, double strength) = hour.Weakest(admitted);
                if (weakest is null || bytes <= PriceOfPlace(strength, hour))
                {
                    return;
                }

                hour.Holders.Remove(weakest);
                chosen.Remove(weakest);
            }

            hour.Admit(name, bytes, interval);
            admitted.Add(name);
            chosen.Add(name);
        }
    }

    /// <summary>
    /// Bytes that a newcomer must exceed: the weakest holder's, times 2^(20 x^2), where x is the part of the hour's newcomers that there
    /// were. An hour's flood of equals takes x to 0.77 where an hour admits 20 times the places: docs/influxdb.md has the sum.
    /// </summary>
    private double PriceOfPlace(double weakest, SelectorHour hour)
    {
        double used = (double)hour.Newcomers / newcomersPerHour;
        return weakest * Math.Pow(2, 20 * used * used);
    }

    private List<SelectorHour> HoursOf(string sensor)
    {
        if (!sensors.TryGetValue(sensor, out List<SelectorHour>? hours))
        {
            if (sensors.Count >= SensorsKept)
            {
                sensors.Remove(sensors.MinBy(pair => pair.Value.Max(hour => hour.Number)).Key);
            }

            sensors.Add(sensor, hours = []);
        }

        return hours;
    }

    /// <summary>The hour of a time; a new one begins with the holders of the hour before it.</summary>
    private SelectorHour HourOf(string sensor, DateTime time)
    {
        long number = time.Ticks / TimeSpan.TicksPerHour;
        List<SelectorHour> hours = HoursOf(sensor);
        if (hours.Find(known => known.Number == number) is { } found)
        {
            return found;
        }

        SelectorHour begun = hours.Find(known => known.Number == number - 1) is { } before ? before.Next() : new SelectorHour(number);
        if (hours.Count >= HoursKept)
        {
            hours.RemoveAt(0);
        }

        hours.Add(begun);
        return begun;
    }
}
