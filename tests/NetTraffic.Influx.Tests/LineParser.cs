using System.Text;

namespace NetTraffic.Influx.Tests;

/// <summary>A point as a server reads it.</summary>
internal sealed record Point(string Measurement, List<KeyValuePair<string, string>> Tags, List<KeyValuePair<string, string>> Fields,
    long Time);

/// <summary>
/// Reads line protocol in two ways that servers do: InfluxDB 1.x and 2.x (the byte before a separator decides whether it is escaped, a
/// backslash before
/// anything else is itself) and VictoriaMetrics (an even number of backslashes escapes nothing, two are one). Text has to mean the same
/// to both.
/// </summary>
internal static class LineParser
{
    public static List<Point> Read(ReadOnlyMemory<byte> text, bool countBackslashes)
    {
        string all = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.Span);
        Assert.True(all.Length == 0 || all.EndsWith('\n'));
        return [.. all.Split('\n').SkipLast(1).Select(line => ReadLine(line, countBackslashes))];
    }

    private static Point ReadLine(string line, bool count)
    {
        Assert.False(line.Any(char.IsControl), line);
        Assert.False(line.StartsWith('#'));
        List<string> sections = Split(line, ' ', count);
        Assert.Equal(3, sections.Count);
        List<string> key = Split(sections[0], ',', count);
        return new Point(
            Unescape(key[0], count, measurement: true),
            [.. key.Skip(1).Select(tag => Pair(tag, count))],
            [.. Split(sections[1], ',', count).Select(field => Pair(field, count))],
            long.Parse(sections[2]));
    }

    private static KeyValuePair<string, string> Pair(string text, bool count)
    {
        List<string> parts = Split(text, '=', count);
        Assert.Equal(2, parts.Count);
        Assert.All(parts, Assert.NotEmpty);
        return new(Unescape(parts[0], count, false), Unescape(parts[1], count, false));
    }

    private static List<string> Split(string text, char separator, bool count)
    {
        List<string> parts = [];
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == separator && !Escaped(text, i, count))
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static bool Escaped(string text, int at, bool count)
    {
        int backslashes = 0;
        while (at - backslashes > 0 && text[at - backslashes - 1] == '\\')
        {
            backslashes++;
        }

        return count ? backslashes % 2 == 1 : backslashes > 0;
    }

    private static string Unescape(string text, bool count, bool measurement)
    {
        StringBuilder result = new();
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = text[i] == '\\' && i + 1 < text.Length
                && (text[i + 1] is ',' or ' ' || (text[i + 1] == '=' && (!measurement || count)) || (count && text[i + 1] == '\\'));
            result.Append(text[pair ? ++i : i]);
        }

        return result.ToString();
    }
}
