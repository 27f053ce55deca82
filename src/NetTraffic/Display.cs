using System.Globalization;
using System.Text;

namespace NetTraffic;

/// <summary>
/// Values as people read them in tables and progress bars. Objects keep their numbers; only views use these texts. Numbers are written as
/// the user's culture has them; times in the form of ISO 8601, which means the same day in every culture.
/// </summary>
public static class Display
{
    private static readonly string[] Prefixes = ["", "k", "M", "G", "T", "P", "E"];

    /// <summary>A size such as <c>812 B</c> or <c>1.53 MB</c>; powers of 1000, as links are measured.</summary>
    public static string Bytes(long bytes) => Scaled(bytes, "B");

    /// <summary>A rate such as <c>14.2 Mb/s</c>.</summary>
    public static string BitRate(double bitsPerSecond) => Scaled(bitsPerSecond, "b/s");

    /// <summary>A rate such as <c>1.25 kp/s</c>.</summary>
    public static string PacketRate(double packetsPerSecond) => Scaled(packetsPerSecond, "p/s");

    /// <summary>A number with separators between thousands.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.CurrentCulture);

    /// <summary>A share such as <c>78.8 %</c>.</summary>
    public static string Percent(double percent) => percent.ToString("0.0", CultureInfo.CurrentCulture) + " %";

    /// <summary>A length of time such as <c>12 ms</c>, <c>4.31 s</c> or <c>2:07:45</c>.</summary>
    public static string Span(TimeSpan time)
    {
        double seconds = time.TotalSeconds;
        return seconds < 0.001 ? seconds.ToString("0.######", CultureInfo.CurrentCulture) + " s"
            : seconds < 1 ? (seconds * 1000).ToString("0.##", CultureInfo.CurrentCulture) + " ms"
            : seconds < 60 ? seconds.ToString("0.00", CultureInfo.CurrentCulture) + " s"
            : time.Days > 0 ? time.ToString(@"d\d\ hh\:mm\:ss", CultureInfo.CurrentCulture)
            : time.ToString(@"h\:mm\:ss", CultureInfo.CurrentCulture);
    }

    /// <summary>A length of time that may be absent; empty then.</summary>
    public static string OptionalSpan(TimeSpan? time) => time is { } known ? Span(known) : "";

    /// <summary>A time to the millisecond, in the reader's time zone; empty where absent.</summary>
    public static string Time(DateTime? time) => Local(time, "yyyy-MM-dd HH:mm:ss.fff");

    /// <summary>A time of day to the millisecond, in the reader's time zone; empty where absent.</summary>
    public static string TimeOfDay(DateTime? time) => Local(time, "HH:mm:ss.fff");

    /// <summary>A time to 100 ns, in the reader's time zone; empty where absent.</summary>
    public static string ExactTime(DateTime? time) => Local(time, "yyyy-MM-dd HH:mm:ss.fffffff");

    /// <summary>A time to the second, in the reader's time zone; empty where absent.</summary>
    public static string ShortTime(DateTime? time) => Local(time, "yyyy-MM-dd HH:mm:ss");

    /// <summary>Start of an interval in 19 characters: to the second, or for one that is no whole seconds to the millisecond.</summary>
    public static string IntervalTime(DateTime? time, TimeSpan? interval) =>
        interval is { } width && width.Ticks % TimeSpan.TicksPerSecond != 0 ? Local(time, "MM-dd HH:mm:ss.fff") : ShortTime(time);

    /// <summary>
    /// An address with its port: <c>192.0.2.1:443</c>, <c>[2001:db8::1]:443</c>; for frames without IP the link-layer address.
    /// </summary>
    public static string Endpoint(string? address, int? port, string? mac)
    {
        // PowerShell hands a null over as the empty text.
        string name = Text(string.IsNullOrEmpty(address) ? mac : address);
        return string.IsNullOrEmpty(address) || port is null ? name
            : address.Contains(':', StringComparison.Ordinal) ? $"[{name}]:{port}"
            : $"{name}:{port}";
    }

    /// <summary>The same with a name in place of the address, where there is one.</summary>
    public static string NamedEndpoint(string? name, string? address, int? port, string? mac) => string.IsNullOrEmpty(name)
        ? Endpoint(address, port, mac)
        : port is null ? Text(name) : string.Create(CultureInfo.InvariantCulture, $"{Text(name)}:{port}");

    /// <summary>The key of a summary's row with names in place of its addresses, where there are some.</summary>
    public static string NamedKey(string key, string? hostName, string? peerHostName)
    {
        ArgumentNullException.ThrowIfNull(key);
        static string Named(string? name, string address) => Text(string.IsNullOrEmpty(name) ? address : name);
        return key.Split(" <-> ") is [var one, var other] ? $"{Named(hostName, one)} <-> {Named(peerHostName, other)}"
            : Named(hostName, key);
    }

    /// <summary>
    /// Text that may come from the wire or a capture file, safe for a terminal: control characters, line and paragraph separators, and the
    /// invisible characters that reorder text are shown as <c>\u001b</c>.
    /// </summary>
    public static string Text(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        int first = 0;
        while (first < text.Length && !IsUnsafe(text, first))
        {
            first++;
        }

        if (first == text.Length)
        {
            return text;
        }

        StringBuilder safe = new(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            _ = IsUnsafe(text, i)
                ? safe.Append("\\u").Append(((int)text[i]).ToString("x4", CultureInfo.InvariantCulture))
                : safe.Append(text[i]);
        }

        return safe.ToString();
    }

    /// <summary><see cref="Text"/>; null stays null.</summary>
    public static string? OptionalText(string? text) => text is null ? null : Text(text);

    /// <summary>
    /// A time in 11 characters, in the reader's time zone: of this day to the second, of this year to the minute, else the day; empty where
    /// absent.
    /// </summary>
    public static string Moment(DateTime? time) => Local(time, time?.ToLocalTime() is not { } here ? ""
        : here.Date == DateTime.Now.Date ? "HH:mm:ss"
        : here.Year == DateTime.Now.Year ? "MM-dd HH:mm" : "yyyy-MM-dd");

    /// <summary>A number in 7 characters: exact below a million, then such as <c>1.53 M</c>.</summary>
    public static string ShortCount(long count) => Math.Abs(count) < 1_000_000 ? Count(count) : Scaled(count, "");

    /// <summary>Text, safe for a terminal, in at most so many characters: what is too long loses its middle.</summary>
    public static string Short(string? text, int most)
    {
        string safe = Text(text);
        if (safe.Length <= most)
        {
            return safe;
        }

        int tail = (most - 1) / 2;
        int head = most - 1 - tail;
        head -= char.IsHighSurrogate(safe[head - 1]) ? 1 : 0;
        tail -= char.IsLowSurrogate(safe[^tail]) ? 1 : 0;
        return $"{safe[..head]}…{safe[^tail..]}";
    }

    /// <summary>What is wrong with a file, as a sentence that says where.</summary>
    public static string Damage(string message, long? offset)
    {
        ArgumentNullException.ThrowIfNull(message);
        bool said = offset is not { } at
            || message.Contains(Count(at), StringComparison.Ordinal)
            || message.Contains(at.ToString("N0", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            || message.Contains(at.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return said ? message : string.Create(CultureInfo.InvariantCulture, $"{message.TrimEnd('.', ' ')} (at byte {offset}).");
    }

    /// <summary>Several texts, safe for a terminal, with commas between.</summary>
    public static string List(IEnumerable<string>? texts) => texts is null ? "" : string.Join(", ", texts.Select(Text));

    /// <summary>Counters by name, largest first: <c>Truncated 3, BadHeader 1</c>.</summary>
    public static string Counters(IReadOnlyDictionary<string, long>? counters) =>
        counters is null ? "" : string.Join(
            ", ", counters.OrderByDescending(pair => pair.Value).Select(pair => $"{Text(pair.Key)} {Count(pair.Value)}"));

    private static string Local(DateTime? time, string format) =>
        time is { } known ? known.ToLocalTime().ToString(format, CultureInfo.InvariantCulture) : "";

    private static bool IsUnsafe(string text, int index) => char.GetUnicodeCategory(text[index]) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Surrogate => !IsPaired(text, index),
        _ => false,
    };

    private static bool IsPaired(string text, int index) => char.IsHighSurrogate(text[index])
        ? index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
        : index > 0 && char.IsHighSurrogate(text[index - 1]);

    private static string Scaled(double value, string unit)
    {
        int prefix = 0;
        while (Math.Abs(value) >= 999.5 && prefix < Prefixes.Length - 1)
        {
            value /= 1000;
            prefix++;
        }

        // A rate may be far below one, and is not nothing then.
        string format = Math.Abs(value) is > 0 and < 0.995 ? "0.00" : prefix == 0 || Math.Abs(value) >= 99.95 ? "0"
            : Math.Abs(value) >= 9.995 ? "0.0" : "0.00";
        return $"{value.ToString(format, CultureInfo.CurrentCulture)} {Prefixes[prefix]}{unit}";
    }
}
