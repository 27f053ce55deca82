using System.Globalization;

namespace NetTraffic.Server;

/// <summary>
/// Times as requests write them: ISO 8601 with a zone, or milliseconds since 1970 in UTC, as Grafana's links have them. Without a zone
/// nobody could say whose it is.
/// </summary>
internal static class QueryTime
{
    private static readonly string[] Forms =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK"];

    /// <summary>The time, UTC.</summary>
    /// <exception cref="FilterValueException">It is none.</exception>
    public static DateTime Parse(string text)
    {
        // Of a query that was not escaped, the "+" of a zone has become a space.
        string whole = text.Length > 6 && text[^6] == ' ' && text[^3] == ':' ? $"{text[..^6]}+{text[^5..]}" : text;
        if (long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out long ms)
            && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime;
        }

        return DateTime.TryParseExact(whole, Forms, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime time)
            && time.Kind != DateTimeKind.Unspecified ? time.ToUniversalTime()
            : throw new FilterValueException($"'{text}' is not a time with a zone.",
                "Give for example 2026-03-01T12:00:00Z, 2026-03-01T13:00:00+01:00, or milliseconds since 1970.");
    }
}
