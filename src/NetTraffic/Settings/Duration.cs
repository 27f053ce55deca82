using System.Globalization;

namespace NetTraffic;

/// <summary>
/// Lengths of time as people write them: <c>500ms</c>, <c>90s</c>, <c>5m</c>, <c>2h</c>, <c>7d</c>, <c>1h30m</c>, or a TimeSpan such as
/// <c>00:05:00</c>.
/// </summary>
public static class Duration
{
    /// <summary>What a valid text looks like, for error messages.</summary>
    public const string Examples = "90s, 5m, 2h, 7d, 1h30m or a TimeSpan such as 00:05:00";

    /// <summary>Reads a length of time; negative ones are refused.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        string trimmed = (text ?? "").Trim();
        if (trimmed.Length == 0)
        {
            return false;
        }

        if (trimmed.Contains(':', StringComparison.Ordinal))
        {
            bool understood = TimeSpan.TryParse(trimmed, CultureInfo.InvariantCulture, out TimeSpan span) && span >= TimeSpan.Zero;
            value = understood ? span : TimeSpan.Zero;
            return understood;
        }

        double seconds = 0;
        int at = 0;
        while (at < trimmed.Length)
        {
            int number = at;
            while (at < trimmed.Length && (char.IsAsciiDigit(trimmed[at]) || trimmed[at] == '.'))
            {
                at++;
            }

            int unit = at;
            while (at < trimmed.Length && char.IsAsciiLetter(trimmed[at]))
            {
                at++;
            }

            double factor = Factor(trimmed[unit..at]);
            ReadOnlySpan<char> digits = trimmed.AsSpan(number, unit - number);
            if (digits.IsEmpty || factor == 0
                || !double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount))
            {
                return false;
            }

            seconds += amount * factor;
        }

        if (seconds > TimeSpan.MaxValue.TotalSeconds / 2)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <summary>Reads a length of time.</summary>
    /// <exception cref="FormatException">It is none; the message says what one looks like.</exception>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out TimeSpan value)
            ? value
            : throw new FormatException($"'{text}' is not a length of time. Give for example {Examples}.");

    private static double Factor(string unit) => unit.ToUpperInvariant() switch
    {
        "MS" => 0.001,
        "S" or "SEC" => 1,
        "M" or "MIN" => 60,
        "H" => 3600,
        "D" => 86400,
        "W" => 7 * 86400,
        _ => 0,
    };
}
