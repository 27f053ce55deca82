using System.Collections;
using CsvHelper;

namespace NetTraffic.Engine;

/// <summary>
/// RFC 4180. Names on the wire are chosen by attackers: text that a spreadsheet would run as a formula gets an apostrophe in front, and
/// control
/// characters are written as <c>\u001b</c>. The first row's names are the header; later rows are fitted to it.
/// </summary>
internal sealed class CsvRowWriter(Stream stream) : RowWriter
{
    private readonly CsvWriter csv =
        CsvWriter.Create(stream, new CsvWriterOptions { Injection = CsvInjection.Escape, NewLine = "\n" }, leaveOpen: true);
    private readonly SortedSet<string> leftOut = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? header;

    public override IReadOnlyCollection<string> LeftOut => leftOut;

    public override void Begin(IReadOnlyList<string> names)
    {
        header = [.. names];
        foreach (string name in header)
        {
            WriteText(name);
        }

        csv.EndRecord();
    }

    public override void Write(IReadOnlyList<string> names, IReadOnlyList<object?> values)
    {
        if (header is null)
        {
            Begin(names);
        }

        bool fits = ReferenceEquals(names, header) || names.SequenceEqual(header!, StringComparer.Ordinal);
        for (int i = 0; i < header!.Count; i++)
        {
            int at = fits ? i : IndexOf(names, header[i]);
            WriteField(at < 0 ? null : values[at]);
        }

        csv.EndRecord();
        if (!fits)
        {
            leftOut.UnionWith(names.Except(header, StringComparer.OrdinalIgnoreCase));
        }
    }

    public override void Complete() => csv.Flush();

    public override void Dispose() => csv.Dispose();

    private static int IndexOf(IReadOnlyList<string> names, string wanted)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i].Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private void WriteField(object? value)
    {
        switch (value)
        {
            case null: csv.WriteField((string?)null); break;
            case string text: WriteText(text); break;
            case bool yes: csv.WriteField(yes); break;
            case byte[] bytes: csv.WriteField(Convert.ToHexString(bytes)); break;
            case int number: csv.WriteField(number, default); break;
            case long number: csv.WriteField(number, default); break;
            case double number: csv.WriteField(number, default); break;
            case DateTime time: csv.WriteField(Text(time)); break;
            case DateTimeOffset time: csv.WriteField(Text(time.UtcDateTime)); break;
            case TimeSpan time: csv.WriteField(time.TotalSeconds, default); break;
            case Enum name: csv.WriteField(name.ToString()); break;
            case ulong number: csv.WriteField(number, default); break;
            case decimal number: csv.WriteField(number, default); break;
            case float number: csv.WriteField(number, default); break;
            case byte or sbyte or short or ushort or uint: csv.WriteField(Convert.ToInt64(value), default); break;
            case IFormattable formattable: csv.WriteField(Plain(formattable)); break;
            case IDictionary pairs:
                WriteText(Join(pairs.Keys.Cast<object>().Select(key => $"{Plain(key)}={Plain(pairs[key])}")));
                break;
            case IEnumerable several: WriteText(Join(several.Cast<object?>())); break;
            default: WriteText(value.ToString()); break;
        }
    }

    /// <summary>
    /// The writer sees to =, +, - and @ in front; spreadsheets also skip white space before them, and read their full-width forms.
    /// </summary>
    private void WriteText(string? text)
    {
        string safe = Display.Text(text);
        ReadOnlySpan<char> start = safe.AsSpan().TrimStart();
        bool hidden = !start.IsEmpty
            && (start[0] is '＝' or '＋' or '－' or '＠' || (start.Length < safe.Length && start[0] is '=' or '+' or '-' or '@'));
        csv.WriteField(hidden ? "'" + safe : safe);
    }

    private static string Join(IEnumerable<object?> values) => string.Join("; ", values.Select(Plain));
}
