using System.Globalization;
using System.Xml.Linq;

namespace NetTraffic.Engine;

/// <summary>
/// When a capture runs, in terms that systemd, cron and Windows all have: at times of the day, or over and over from midnight on; every day
/// or on days of the week. Local time.
/// </summary>
public sealed record TaskSchedule
{
    private static readonly DayOfWeek[] Week = [.. Enumerable.Range(1, 7).Select(day => (DayOfWeek)(day % 7))];

    private TaskSchedule(IReadOnlyList<TimeOnly> at, TimeSpan? every, IReadOnlyList<DayOfWeek> days)
    {
        At = at;
        Every = every;
        Days = days;
    }

    /// <summary>Times of the day, in order; empty where it runs over and over.</summary>
    public IReadOnlyList<TimeOnly> At { get; }

    /// <summary>From one run to the next, counted from midnight; null: at times of the day.</summary>
    public TimeSpan? Every { get; }

    /// <summary>Days of the week, Monday first; empty: every day.</summary>
    public IReadOnlyList<DayOfWeek> Days { get; }

    /// <summary>As people read it, and as <see cref="Parse"/> does.</summary>
    public string Text
    {
        get
        {
            string when = Every is { } every
                ? "every " + (every < TimeSpan.FromHours(1) ? $"{every.TotalMinutes:0}m" : $"{every.TotalHours:0}h")
                : "at " + string.Join(", ", At.Select(time => time.ToString("HH:mm", CultureInfo.InvariantCulture)));
            return Days.Count == 0 ? when : $"{when} on {string.Join(", ", Days)}";
        }
    }

    /// <summary>Makes a schedule.</summary>
    /// <param name="at">Times of the day, to the minute.</param>
    /// <param name="every">From one run to the next: what divides an hour into minutes, or a day into hours.</param>
    /// <param name="days">Days of the week; empty: every day.</param>
    /// <exception cref="TrafficException">Neither or both are given, or there is no such schedule.</exception>
    public static TaskSchedule Make(IReadOnlyCollection<TimeOnly> at, TimeSpan? every, IReadOnlyCollection<DayOfWeek> days)
    {
        ArgumentNullException.ThrowIfNull(at);
        ArgumentNullException.ThrowIfNull(days);
        if (at.Count > 0 == every is not null)
        {
            throw new TrafficException(TrafficErrors.BadSchedule,
                "When it is to run is said by times of the day, or by how often: one of them.");
        }

        if (every is { } span && !Divides(span))
        {
            throw new TrafficException(TrafficErrors.BadSchedule,
                $"No scheduler runs something every {Display.Span(span)} evenly.",
                "Give whole minutes that divide an hour (1m, 5m, 10m, 15m, 30m), or whole hours that divide a day (1h, 2h, 6h, 12h).");
        }

        TimeOnly[] times = [.. at.Select(time => new TimeOnly(time.Hour, time.Minute)).Distinct().Order()];
        DayOfWeek[] sorted = [.. Week.Where(days.Contains)];
        return every == TimeSpan.FromDays(1)
            ? new TaskSchedule([TimeOnly.MinValue], null, sorted.Length == 7 ? [] : sorted)
            : new TaskSchedule(times, every, sorted.Length == 7 ? [] : sorted);
    }

    /// <summary>Reads <see cref="Text"/> back; null: it is none.</summary>
    public static TaskSchedule? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(" on ");
        List<DayOfWeek> days = [];
        foreach (string name in parts.Length == 2 ? parts[1].Split(", ") : [])
        {
            // Not by Enum.TryParse alone, to which a number is a day too.
            if (!Enum.GetNames<DayOfWeek>().Contains(name))
            {
                return null;
            }

            days.Add(Enum.Parse<DayOfWeek>(name));
        }

        if (parts.Length > 2)
        {
            return null;
        }

        if (parts[0].StartsWith("every ", StringComparison.Ordinal))
        {
            return Duration.TryParse(parts[0]["every ".Length..], out TimeSpan every) && Divides(every) ? Make([], every, days) : null;
        }

        List<TimeOnly> times = [];
        foreach (string time in parts[0].StartsWith("at ", StringComparison.Ordinal) ? parts[0]["at ".Length..].Split(", ") : [])
        {
            if (!TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly known))
            {
                return null;
            }

            times.Add(known);
        }

        return times.Count > 0 ? Make(times, null, days) : null;
    }

    /// <summary>The first run after a moment, local time.</summary>
    public DateTime Next(DateTime now)
    {
        TimeOnly[] times = Every is { } every
            ? [.. Enumerable.Range(0, (int)(TimeSpan.FromDays(1) / every)).Select(run => TimeOnly.FromTimeSpan(run * every))]
            : [.. At];
        return Enumerable.Range(0, 8).Select(days => DateOnly.FromDateTime(now).AddDays(days))
            .Where(day => Days.Count == 0 || Days.Contains(day.DayOfWeek))
            .SelectMany(day => times.Select(time => day.ToDateTime(time, DateTimeKind.Local)))
            .First(run => run > now);
    }

    /// <summary>For systemd's <c>OnCalendar=</c>, a line each (systemd.time(7)).</summary>
    public IEnumerable<string> Calendar()
    {
        string days = Days.Count == 0 ? "" : string.Join(',', Days.Select(day => day.ToString()[..3])) + " ";
        return Every is { } every
            ? [every < TimeSpan.FromHours(1) ? $"{days}*-*-* *:0/{every.TotalMinutes:0}:00" : $"{days}*-*-* 0/{every.TotalHours:0}:00:00"]
            : At.Select(time => string.Create(CultureInfo.InvariantCulture, $"{days}*-*-* {time:HH\\:mm}:00"));
    }

    /// <summary>The first five fields of a crontab's lines (crontab(5)).</summary>
    public IEnumerable<string> Cron()
    {
        string days = Days.Count == 0 ? "*" : string.Join(',', Days.Select(day => (int)day).Order());
        return Every is { } every
            ? [every < TimeSpan.FromHours(1) ? $"*/{every.TotalMinutes:0} * * * {days}" : $"0 */{every.TotalHours:0} * * {days}"]
            : At.Select(time => string.Create(CultureInfo.InvariantCulture, $"{time.Minute} {time.Hour} * * {days}"));
    }

    /// <summary>The triggers of a Windows task, in its namespace.</summary>
    public IEnumerable<XElement> Triggers(XNamespace name)
    {
        ArgumentNullException.ThrowIfNull(name);
        XElement When() => Days.Count == 0
            ? new XElement(name + "ScheduleByDay", new XElement(name + "DaysInterval", 1))
            : new XElement(name + "ScheduleByWeek", new XElement(name + "WeeksInterval", 1),
                new XElement(name + "DaysOfWeek", Days.Select(day => new XElement(name + day.ToString()))));
        XElement Trigger(TimeOnly time, XElement? repetition) => new(name + "CalendarTrigger", repetition,
            new XElement(name + "StartBoundary", string.Create(CultureInfo.InvariantCulture, $"2026-01-01T{time:HH\\:mm}:00")),
            new XElement(name + "Enabled", true), When());
        return Every is { } every
            ? [Trigger(TimeOnly.MinValue, new XElement(name + "Repetition",
                new XElement(name + "Interval", System.Xml.XmlConvert.ToString(every)), new XElement(name + "Duration", "P1D"),
                new XElement(name + "StopAtDurationEnd", false)))]
            : At.Select(time => Trigger(time, null));
    }

    // Each starts again at midnight, where a rest would make one shorter.
    private static bool Divides(TimeSpan every) => every >= TimeSpan.FromMinutes(1) && every <= TimeSpan.FromDays(1)
        && (every < TimeSpan.FromHours(1)
            ? every.Ticks % TimeSpan.TicksPerMinute == 0 && TimeSpan.TicksPerHour % every.Ticks == 0
            : every.Ticks % TimeSpan.TicksPerHour == 0 && TimeSpan.TicksPerDay % every.Ticks == 0);
}
