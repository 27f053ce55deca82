using System.Text;

namespace NetTraffic.Engine;

/// <summary>
/// Words that become part of a unit, a crontab, a script: each quoted by the rules of who reads it. No quoting holds a line end everywhere,
/// and nobody sees other control characters, so these are refused.
/// </summary>
internal static class PlainWord
{
    // Each of these ends a text in single quotes, to PowerShell.
    private const string PowerShellQuotes = "'\u2018\u2019\u201A\u201B";

    /// <summary>The word itself.</summary>
    /// <exception cref="TrafficException">It has a control character, or one that ends a line.</exception>
    public static string Check(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Any(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029')
            ? throw new TrafficException(TrafficErrors.BadArgument,
                $"'{Display.Text(word)}' has a line end or a control character, which a scheduled command cannot hold.",
                "Leave it out, or rename what has it in its name.")
            : word;
    }

    /// <summary>As a text of PowerShell's: single quotes, in which nothing but a quote means anything.</summary>
    /// <exception cref="TrafficException">See <see cref="Check"/>.</exception>
    public static string PowerShell(string word)
    {
        StringBuilder quoted = new("'");
        foreach (char letter in Check(word))
        {
            quoted.Append(letter, PowerShellQuotes.Contains(letter, StringComparison.Ordinal) ? 2 : 1);
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>As a word of a POSIX shell's.</summary>
    /// <exception cref="TrafficException">See <see cref="Check"/>.</exception>
    public static string Shell(string word) =>
        Check(word).All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/' or ':' or ',') && word.Length > 0
            ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>
    /// As a word of a Windows command line, as CommandLineToArgvW and the C runtime read it: backslashes are doubled before a quote only.
    /// </summary>
    /// <exception cref="TrafficException">See <see cref="Check"/>.</exception>
    public static string Windows(string word)
    {
        StringBuilder quoted = new("\"");
        int backslashes = 0;
        foreach (char letter in Check(word))
        {
            if (letter == '"')
            {
                quoted.Append('\\', backslashes + 1);
            }

            backslashes = letter == '\\' ? backslashes + 1 : 0;
            quoted.Append(letter);
        }

        return quoted.Append('\\', backslashes).Append('"').ToString();
    }
}
