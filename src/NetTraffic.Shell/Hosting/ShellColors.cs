using System.Globalization;
using System.Management.Automation;

namespace NetTraffic.Shell.Hosting;

/// <summary>
/// The colours of table headers. The formatter writes them into the same strings as values from the wire, so they are marked with a
/// number nobody outside knows: only a sequence with that mark becomes a colour, every other one is escaped.
/// </summary>
internal sealed class ShellColors
{
    private const string HeaderColor = "\x1b[32;1m";
    private const string Reset = "\x1b[0m";
    private readonly string mark;

    public ShellColors(bool enabled)
    {
        Enabled = enabled;
        // Without colours no mark: a style that is not empty has the engine compile a regular expression, 0.03 s of a start.
        mark = enabled ? "\x1b[32;1;" + BitConverter.ToUInt64(Guid.NewGuid().ToByteArray()).ToString(CultureInfo.InvariantCulture) + "m" : "";
        PSStyle style = PSStyle.Instance;
        style.OutputRendering = enabled ? OutputRendering.Host : OutputRendering.PlainText;
        style.Formatting.TableHeader = mark;
        style.Formatting.CustomTableHeaderLabel = mark;
        style.Formatting.FormatAccent = mark;
        style.FileInfo.Directory = "";
        style.FileInfo.SymbolicLink = "";
        style.FileInfo.Executable = "";
        style.FileInfo.Extension.Clear();
    }

    public bool Enabled { get; }

    /// <summary>Text for the terminal: everything harmless, headers in colour.</summary>
    public string Paint(string text)
    {
        if (!Enabled)
        {
            // The formatter ends headers and values with it, coloured or not.
            return TerminalText.Escape(text.Replace(Reset, "", StringComparison.Ordinal));
        }

        if (!text.Contains(mark, StringComparison.Ordinal))
        {
            return TerminalText.Escape(text);
        }

        string[] parts = text.Split(mark);
        for (int i = 0; i < parts.Length; i++)
        {
            int end = i == 0 ? -1 : parts[i].IndexOf(Reset, StringComparison.Ordinal);
            string colored = end < 0 ? "" : parts[i][..end];
            string rest = end < 0 ? parts[i] : parts[i][(end + Reset.Length)..];
            parts[i] = (colored.Length > 0 ? HeaderColor + TerminalText.Escape(colored) + Reset : "")
                + TerminalText.Escape(rest.Replace(Reset, "", StringComparison.Ordinal));
        }

        return string.Concat(parts);
    }

    public string Error(string text) => Enabled ? "\x1b[31;1m" + text + Reset : text;

    public string Warning(string text) => Enabled ? "\x1b[33;1m" + text + Reset : text;
}
