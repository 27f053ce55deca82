using System.Globalization;

namespace NetTraffic.Influx;

/// <summary>
/// The form in which a <see cref="SeriesSelector"/>'s hours are kept in a cursor file, fields separated by tabs:
/// <code>
/// h SENSOR NUMBER NEWCOMERS LATEST   an hour
/// i INTERVAL NEWCOMERS               of that hour: newcomers of an interval
/// p NAME STRENGTH                    of that hour: who holds a place
/// </code>
/// Names are escaped as in addresses: they come from stores, and those from files that anybody may have written.
/// </summary>
internal static class SelectorState
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static IEnumerable<string> Write(string sensor, SelectorHour hour)
    {
        yield return string.Create(
            Invariant, $"h\t{Uri.EscapeDataString(sensor)}\t{hour.Number}\t{hour.Newcomers}\t{hour.LatestInterval}");
        foreach ((long interval, int count) in hour.NewcomersByInterval)
        {
            yield return string.Create(Invariant, $"i\t{interval}\t{count}");
        }

        foreach ((string name, double strength) in hour.Holders)
        {
            yield return string.Create(Invariant, $"p\t{Uri.EscapeDataString(name)}\t{strength:R}");
        }
    }

    /// <summary>Reads hours; lines of another form are left out.</summary>
    public static List<(string Sensor, SelectorHour Hour)> Read(IEnumerable<string> lines)
    {
        List<(string Sensor, SelectorHour Hour)> hours = [];
        foreach (string[] parts in lines.Select(line => line.Split('\t')))
        {
            if (ReadHour(parts) is { } hour)
            {
                hours.Add(hour);
            }
            else if (hours.Count > 0)
            {
                ReadPart(parts, hours[^1].Hour);
            }
        }

        return hours;
    }

    private static (string Sensor, SelectorHour Hour)? ReadHour(string[] parts) =>
        parts is ["h", var sensor, var number, var newcomers, var latest]
        && long.TryParse(number, Invariant, out long hour)
        && int.TryParse(newcomers, Invariant, out int count)
        && long.TryParse(latest, Invariant, out long interval)
            ? (Uri.UnescapeDataString(sensor), new SelectorHour(hour) { Newcomers = count, LatestInterval = interval })
            : null;

    private static void ReadPart(string[] parts, SelectorHour hour)
    {
        if (parts is ["i", var number, var newcomers]
            && long.TryParse(number, Invariant, out long interval) && int.TryParse(newcomers, Invariant, out int count))
        {
            hour.NewcomersByInterval[interval] = count;
        }
        else if (parts is ["p", var name, var text] && double.TryParse(text, Invariant, out double strength))
        {
            hour.Holders[Uri.UnescapeDataString(name)] = strength;
        }
    }
}
