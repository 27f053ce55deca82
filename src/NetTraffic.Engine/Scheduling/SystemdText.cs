using System.Text;

namespace NetTraffic.Engine;

/// <summary>
/// Words of a systemd unit: what is in them is never taken for systemd's own language (systemd.syntax(7), systemd.service(5)).
/// </summary>
internal static class SystemdText
{
    /// <summary>
    /// A command line for <c>ExecStart=</c>. The first word is a path, in which systemd replaces <c>%</c> only; in the others <c>$</c> too.
    /// </summary>
    /// <exception cref="TrafficException">A word has a character that no line of a unit can hold.</exception>
    public static string CommandLine(IEnumerable<string> words) =>
        string.Join(' ', words.Select((word, at) => at == 0 ? Quote(word) : Quote(word).Replace("$", "$$", StringComparison.Ordinal)));

    /// <summary>A path or text in a list, as for <c>ReadWritePaths=</c>, or an assignment of <c>Environment=</c>.</summary>
    /// <exception cref="TrafficException">It has a character that no line of a unit can hold.</exception>
    public static string Quote(string word)
    {
        StringBuilder quoted = new("\"");
        foreach (char letter in PlainWord.Check(word))
        {
            quoted.Append(letter switch { '"' => "\\\"", '\\' => @"\\", '%' => "%%", _ => letter.ToString() });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A text that stands to the end of its line, as for <c>Description=</c>.</summary>
    /// <exception cref="TrafficException">It has a character that no line of a unit can hold.</exception>
    public static string Line(string text)
    {
        // A backslash at the end would take the next line with it.
        return PlainWord.Check(text).Replace("%", "%%", StringComparison.Ordinal).TrimEnd('\\');
    }
}
