using System.Globalization;
using System.Text.Json;
using NetTraffic.Enrichment.Online;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Blocklists;

/// <summary>
/// Reads blocklists as they are published: an address or network a line, ranges (<c>first-last</c>), netsets with comments, Spamhaus DROP
/// (text and JSON lines), and CSV with a column of addresses. What begins with <c>#</c>, <c>;</c> or <c>//</c> is a comment.
/// </summary>
public static class BlocklistReader
{
    private const int LongestLine = 1 << 16;
    private const int MostEntries = 20_000_000;

    /// <summary>Characters that a list has at most; of one that is packed, bytes.</summary>
    public const long LargestList = 256L << 20;

    /// <summary>What came of reading a list.</summary>
    /// <param name="Table">Its ranges.</param>
    /// <param name="Entries">Lines with an address.</param>
    /// <param name="Skipped">Lines that are neither an address nor a comment.</param>
    /// <param name="FirstSkipped">The first of those, for a message.</param>
    public sealed record Result(RangeTable Table, int Entries, int Skipped, string? FirstSkipped);

    /// <summary>Reads a list.</summary>
    /// <param name="reader">Its text.</param>
    /// <param name="column">Of CSV: name of the column with the addresses, or its number from 1; null: the text is no CSV.</param>
    /// <param name="info">What it is, and from where.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FormatException">
    /// There is no address in it, every address there is, no such column, or more than any list has.
    /// </exception>
    public static Result Read(TextReader reader, string? column, RangeTableInfo info, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        RangeTableBuilder builder = new();
        int entry = builder.Entry(0, "");
        int at = -1;
        int skipped = 0;
        int entries = 0;
        string? firstSkipped = null;
        BoundedLines lines = new(reader, LongestLine, LargestList, cancellationToken);
        while (lines.Next(out ReadOnlyMemory<char> whole, out bool isCut))
        {
            ReadOnlySpan<char> line = whole.Span;
            if (column is not null && at < 0)
            {
                if (IsComment(line))
                {
                    continue;
                }

                (at, bool header) = ColumnOf(line, column);
                if (header)
                {
                    continue;
                }
            }

            // Half a line may be half an object, or end in the middle of a letter.
            ReadOnlySpan<char> text = isCut ? line : column is null ? Plain(whole) : Field(line, at);
            if (text.IsEmpty || (isCut && IsComment(line)))
            {
                continue;
            }

            if (isCut || !Add(builder, text, entry))
            {
                skipped++;
                firstSkipped ??= Begin(line).ToString();
            }
            else if (++entries > MostEntries)
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it has more than {MostEntries:N0} addresses"));
            }
        }

        if (entries == 0)
        {
            throw new FormatException(firstSkipped is null ? "it has no address"
                : $"it has no address; the first line that is none: {firstSkipped}");
        }

        // A default route among networks (0.0.0.0/0) would make the whole internet suspicious.
        RangeTable table = builder.Build(info);
        return table.HasAll(4) || table.HasAll(6)
            ? throw new FormatException($"it has every {(table.HasAll(4) ? "IPv4" : "IPv6")} address there is")
            : new Result(table, entries, skipped, firstSkipped);
    }

    /// <summary>What of a line is the address: before a comment or white space; of JSON the value of cidr or ip.</summary>
    private static ReadOnlySpan<char> Plain(ReadOnlyMemory<char> line)
    {
        ReadOnlySpan<char> text = line.Span.Trim();
        if (IsComment(text))
        {
            return default;
        }

        if (text[0] == '{')
        {
            return Json(line);
        }

        int end = EndOfWord(text);
        ReadOnlySpan<char> behind = text[end..].TrimStart();
        if (behind.StartsWith('-'))
        {
            // 192.0.2.1 - 192.0.2.9 is a range; what else stands behind a dash is a comment.
            ReadOnlySpan<char> last = behind[1..].TrimStart();
            last = last[..EndOfWord(last)];
            if (AddressText.TryParse(last, out _, out _))
            {
                return string.Concat(text[..end], "-", last);
            }
        }

        return text[..end];
    }

    private static int EndOfWord(ReadOnlySpan<char> text) => text.IndexOfAny(" \t#;,") is >= 0 and int end ? end : text.Length;

    private static ReadOnlySpan<char> Begin(ReadOnlySpan<char> line) => line.Length <= 100 ? line : line[..100];

    private static ReadOnlySpan<char> Json(ReadOnlyMemory<char> line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            foreach (string name in (string[])["cidr", "ip", "ipAddress"])
            {
                if (json.RootElement.Text(name) is { } address)
                {
                    return address;
                }
            }

            // Spamhaus ends its lists with a line about them.
            return json.RootElement.Text("type") == "metadata" ? default : line.Span;
        }
        catch (JsonException)
        {
            return line.Span;
        }
    }

    private static bool Add(RangeTableBuilder builder, ReadOnlySpan<char> text, int entry)
    {
        int dash = text.IndexOf('-');
        if (dash > 0)
        {
            if (!AddressText.TryParse(text[..dash].TrimEnd(), out IpAddress128 first, out byte version)
                || !AddressText.TryParse(text[(dash + 1)..].TrimStart(), out IpAddress128 last, out byte other) || version != other
                || first.CompareTo(last) > 0)
            {
                return false;
            }

            builder.Add(first, last, version, entry);
            return true;
        }

        int slash = text.IndexOf('/');
        if (!AddressText.TryParse(slash < 0 ? text : text[..slash], out IpAddress128 address, out byte ipVersion))
        {
            return false;
        }

        int bits = ipVersion == 4 ? 32 : 128;
        int prefix = bits;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out prefix)
            || prefix > bits))
        {
            return false;
        }

        UInt128 hosts = bits == prefix ? 0 : UInt128.MaxValue >> (128 - bits + prefix);
        UInt128 value = new(address.High, address.Low);
        UInt128 begin = value & ~hosts;
        UInt128 end = value | hosts;
        builder.Add(new((ulong)(begin >> 64), (ulong)begin), new((ulong)(end >> 64), (ulong)end), ipVersion, entry);
        return true;
    }

    private static bool IsComment(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = line.TrimStart();
        return text.IsEmpty || text[0] is '#' or ';' || text.StartsWith("//", StringComparison.Ordinal);
    }

    private static (int At, bool IsHeader) ColumnOf(ReadOnlySpan<char> line, string column)
    {
        if (int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
        {
            return (number - 1, false);
        }

        for (int i = 0; i <= line.Count(','); i++)
        {
            if (Field(line, i).Equals(column, StringComparison.OrdinalIgnoreCase))
            {
                return (i, true);
            }
        }

        throw new FormatException($"it has no column '{column}'; its first line: {Begin(line)}");
    }

    /// <summary>A field of a line of CSV, without its quotes. An address has none in it.</summary>
    private static ReadOnlySpan<char> Field(ReadOnlySpan<char> line, int at)
    {
        bool quoted = false;
        int begin = 0;
        int field = 0;
        for (int i = 0; i <= line.Length; i++)
        {
            if (i < line.Length && line[i] == '"')
            {
                quoted = !quoted;
            }
            else if (i == line.Length || (line[i] == ',' && !quoted))
            {
                if (field++ == at)
                {
                    return line[begin..i].Trim().Trim('"');
                }

                begin = i + 1;
            }
        }

        return default;
    }
}
