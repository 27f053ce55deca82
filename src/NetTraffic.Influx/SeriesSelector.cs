using System.Globalization;

namespace NetTraffic.Influx;

/// <summary>
/// Chooses which names (addresses, pairs of addresses) of an interval get series of their own; the rest is "other". The number of series
/// is bounded whatever is on the wire. A sensor has <c>room</c> places; who has one keeps it from interval to interval. A newcomer takes
/// a free place, or that of the weakest once it outgrows it: its bytes in an interval must be more than the most the weakest had lately
/// (halved every <see cref="HalfLife"/> intervals), times 2^(20 x^2), where x is the part of the hour's newcomers that there were. So a
/// flood of equals soon stays outside (an hour of it takes x to 0.77 where an hour admits 20 times the places), while a large one still
/// gets in. An interval brings at most <c>room</c> new series, and an hour (of the rows' time) at most <c>perHour</c>.
/// </summary>
internal sealed class SeriesSelector(int room, int perHour)
{
    /// <summary>Intervals after which what somebody once had counts half.</summary>
    public const int HalfLife = 6;

    // Live traffic needs one or two hours at a time; an import brings its own. What is forgotten starts with free places again.
    private const int HoursKept = 8;
    private const int SensorsKept = 64;
    private static readonly double Decay = Math.Pow(0.5, 1.0 / HalfLife);
    private readonly Dictionary<string, List<Hour>> sensors = new(StringComparer.Ordinal);

    /// <summary>Which of an interval's names get a series.</summary>
    /// <param name="sensor">Sensor.</param>
    /// <param name="time">Start of the interval.</param>
    /// <param name="interval">Width of the interval.</param>
    /// <param name="names">The names with their bytes, each once.</param>
    /// <returns>Those with a place.</returns>
    public HashSet<string> Select(string sensor, DateTime time, TimeSpan interval, IReadOnlyCollection<KeyValuePair<string, long>> names)
    {
        Hour hour = HourOf(sensor, time);
        long number = time.Ticks / interval.Ticks;
        hour.Age(number);
        HashSet<string> chosen = new(StringComparer.Ordinal);
        HashSet<string> admitted = new(StringComparer.Ordinal);
        List<KeyValuePair<string, long>> newcomers = [];
        foreach (KeyValuePair<string, long> name in names)
        {
            if (hour.Places.TryGetValue(name.Key, out double worth))
            {
                hour.Places[name.Key] = Math.Max(worth, name.Value);
                chosen.Add(name.Key);
            }
            else
            {
                newcomers.Add(name);
            }
        }

        newcomers.Sort((left, right) => left.Value != right.Value ? right.Value.CompareTo(left.Value) : string.CompareOrdinal(left.Key, right.Key));
        foreach ((string name, long bytes) in newcomers)
        {
            if (hour.Admitted >= perHour || hour.AdmittedAt(number) >= room || !MakePlace(hour, chosen, admitted, bytes))
            {
                break;
            }

            hour.Admit(number);
            admitted.Add(name);
            hour.Places[name] = bytes;
            chosen.Add(name);
        }

        return chosen;
    }

    /// <summary>The state as lines, for <see cref="Restore"/>.</summary>
    public IEnumerable<string> Save()
    {
        foreach ((string sensor, List<Hour> hours) in sensors)
        {
            foreach (Hour hour in hours)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"h\t{Escape(sensor)}\t{hour.Number}\t{hour.Admitted}\t{hour.Latest}");
                foreach ((long interval, int count) in hour.Intervals)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"i\t{interval}\t{count}");
                }

                foreach ((string name, double worth) in hour.Places)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"p\t{Escape(name)}\t{worth:R}");
                }
            }
        }
    }

    /// <summary>Takes back what <see cref="Save"/> gave; lines it does not know are left out.</summary>
    public void Restore(IEnumerable<string> lines)
    {
        sensors.Clear();
        Hour? hour = null;
        foreach (string[] parts in lines.Select(line => line.Split('\t')))
        {
            if (parts is ["h", var sensor, var number, var admitted, var latest]
                && long.TryParse(number, CultureInfo.InvariantCulture, out long parsed) && int.TryParse(admitted, CultureInfo.InvariantCulture, out int count)
                && long.TryParse(latest, CultureInfo.InvariantCulture, out long last))
            {
                hour = new Hour(parsed) { Admitted = count, Latest = last };
                HoursOf(Unescape(sensor)).Add(hour);
            }
            else if (hour is not null && parts is ["i", var interval, var times]
                && long.TryParse(interval, CultureInfo.InvariantCulture, out long at) && int.TryParse(times, CultureInfo.InvariantCulture, out int newcomers))
            {
                hour.Intervals[at] = newcomers;
            }
            else if (hour is not null && parts is ["p", var name, var worth] && double.TryParse(worth, CultureInfo.InvariantCulture, out double value))
            {
                hour.Places[Unescape(name)] = value;
            }
        }
    }

    private bool MakePlace(Hour hour, HashSet<string> chosen, HashSet<string> admitted, long bytes)
    {
        if (hour.Places.Count < room)
        {
            return true;
        }

        string? weakest = null;
        double least = double.MaxValue;
        foreach ((string name, double worth) in hour.Places)
        {
            if (!admitted.Contains(name) && (worth < least || (worth == least && string.CompareOrdinal(name, weakest) < 0)))
            {
                (weakest, least) = (name, worth);
            }
        }

        double part = (double)hour.Admitted / perHour;
        double times = Math.Pow(2, 20 * part * part);
        if (weakest is null || bytes <= least * times)
        {
            return false;
        }

        hour.Places.Remove(weakest);
        chosen.Remove(weakest);
        return true;
    }

    private List<Hour> HoursOf(string sensor)
    {
        if (!sensors.TryGetValue(sensor, out List<Hour>? hours))
        {
            if (sensors.Count >= SensorsKept)
            {
                sensors.Remove(sensors.MinBy(pair => pair.Value.Max(hour => hour.Number)).Key);
            }

            sensors.Add(sensor, hours = []);
        }

        return hours;
    }

    private Hour HourOf(string sensor, DateTime time)
    {
        long number = time.Ticks / TimeSpan.TicksPerHour;
        List<Hour> hours = HoursOf(sensor);
        if (hours.Find(known => known.Number == number) is { } found)
        {
            return found;
        }

        Hour made = new(number);
        if (hours.Find(known => known.Number == number - 1) is { } before)
        {
            made.Latest = before.Latest;
            foreach ((string name, double worth) in before.Places)
            {
                made.Places.Add(name, worth);
            }
        }

        if (hours.Count >= HoursKept)
        {
            hours.RemoveAt(0);
        }

        hours.Add(made);
        return made;
    }

    // Names come from stores, and those from files that anybody may have written.
    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static string Unescape(string text) => Uri.UnescapeDataString(text);

    private sealed class Hour(long number)
    {
        public long Number { get; } = number;

        /// <summary>Newcomers so far.</summary>
        public int Admitted { get; set; }

        /// <summary>Newcomers of the newest intervals: several segments can have rows of one.</summary>
        public SortedDictionary<long, int> Intervals { get; } = [];

        /// <summary>Number of the newest interval that was looked at.</summary>
        public long Latest { get; set; }

        public Dictionary<string, double> Places { get; } = new(StringComparer.Ordinal);

        public int AdmittedAt(long interval) => Intervals.GetValueOrDefault(interval);

        public void Admit(long interval)
        {
            const int most = 64;
            Admitted++;
            Intervals[interval] = AdmittedAt(interval) + 1;
            if (Intervals.Count > most)
            {
                Intervals.Remove(Intervals.Keys.First());
            }
        }

        public void Age(long interval)
        {
            if (interval <= Latest)
            {
                return;
            }

            double factor = Latest == 0 ? 1 : Math.Pow(Decay, Math.Min(interval - Latest, 10_000));
            Latest = interval;
            foreach (string name in Places.Keys.ToList())
            {
                Places[name] *= factor;
            }
        }
    }
}
