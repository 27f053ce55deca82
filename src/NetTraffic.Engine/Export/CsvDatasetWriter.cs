using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace NetTraffic.Engine;

/// <summary>
/// RFC 4180 in UTF-8, as <see cref="CsvRowWriter"/> has it: names on the wire are chosen by attackers, so text that a spreadsheet would run
/// as a formula gets an apostrophe in front, and control characters are written as <c>\u001b</c>.
/// </summary>
internal sealed class CsvDatasetWriter(Stream stream) : DatasetWriter(stream)
{
    /// <summary>Text of these alone, with a letter or digit in front, stands as it is.</summary>
    private static readonly SearchValues<char> Harmless =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:_/-+= ");

    public override void Begin(IReadOnlyList<Column> columns)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            BeginField(i);
            Name(columns[i].Property);
        }

        EndRow();
    }

    public override void Null()
    {
    }

    public override void Text(string value)
    {
        if (value.Length > 0 && char.IsAsciiLetterOrDigit(value[0]) && !value.AsSpan().ContainsAnyExcept(Harmless))
        {
            Name(value);
            return;
        }

        string safe = Display.Text(value);
        ReadOnlySpan<char> start = safe.AsSpan().TrimStart();
        bool formula = !start.IsEmpty && start[0] is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠';
        Quoted(formula ? "'" + safe : safe, always: formula && safe[0] is '=' or '+' or '-' or '@');
    }

    public override void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Output.GetSpan(20), out int written);
        Output.Advance(written);
    }

    public override void Unsigned(ulong value)
    {
        Utf8Formatter.TryFormat(value, Output.GetSpan(20), out int written);
        Output.Advance(written);
    }

    public override void Time(DateTime value) => Output.Advance(UtcText.Write(value, Output.GetSpan(UtcText.Length)));

    public override void Duration(TimeSpan value)
    {
        value.TotalSeconds.TryFormat(Output.GetSpan(32), out int written, default, CultureInfo.InvariantCulture);
        Output.Advance(written);
    }

    public override void Boolean(bool value) => Name(value ? "True" : "False");

    public override void Degrees(double value)
    {
        value.TryFormat(Output.GetSpan(32), out int written, "0.######", CultureInfo.InvariantCulture);
        Output.Advance(written);
    }

    protected override void Name(string value)
    {
        if (value.Contains(','))
        {
            Quoted(value, always: true);
            return;
        }

        Output.Advance(Encoding.UTF8.GetBytes(value, Output.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Length))));
    }

    protected override void BeginRow()
    {
    }

    protected override void BeginField(int number)
    {
        if (number > 0)
        {
            Output.Write(","u8);
        }
    }

    protected override void EndRow() => Output.Write("\n"u8);

    /// <summary>Text in quotes where it needs them.</summary>
    private void Quoted(string text, bool always)
    {
        bool quotes = always || text.AsSpan().ContainsAny("\",\r\n");
        string whole = quotes ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : text;
        Output.Advance(Encoding.UTF8.GetBytes(whole, Output.GetSpan(Encoding.UTF8.GetMaxByteCount(whole.Length))));
    }
}
