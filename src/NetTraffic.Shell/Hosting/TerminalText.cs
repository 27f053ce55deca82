using System.Buffers;
using System.Globalization;
using System.Text;

namespace NetTraffic.Shell.Hosting;

/// <summary>
/// Makes any text harmless to a terminal and a log. Names on the wire are chosen by whoever sent them: an escape sequence in one could
/// recolour, retitle or retype. Line ends and tabs stay; every other control character is shown as <c>\x1B</c>, and so are the marks
/// that turn the direction of writing around.
/// </summary>
internal static class TerminalText
{
    // All that can be wrong in a string is one of these; C1 and bidi controls included, surrogates are looked at more closely.
    private static readonly SearchValues<char> Suspects = SearchValues.Create(SuspectCharacters());

    public static string Escape(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.AsSpan().IndexOfAny(Suspects) < 0)
        {
            return text ?? "";
        }

        StringBuilder safe = new(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
            {
                continue;
            }

            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                safe.Append(c).Append(text[++i]);
            }
            else if (Suspects.Contains(c))
            {
                safe.Append(c < 0x100 ? "\\x" : "\\u").Append(((int)c).ToString(c < 0x100 ? "X2" : "X4", CultureInfo.InvariantCulture));
            }
            else
            {
                safe.Append(c);
            }
        }

        return safe.ToString();
    }

    /// <summary>As <see cref="Escape"/>, on one line.</summary>
    public static string EscapeLine(string? text) => Escape(text).Replace('\n', ' ').Replace('\t', ' ');

    private static char[] SuspectCharacters()
    {
        List<char> all = [];
        for (int c = 0; c <= char.MaxValue; c++)
        {
            bool control = c < 0x20 && c != '\n' && c != '\t' || c is >= 0x7F and <= 0x9F;
            bool direction = c is 0x061C or 0x200E or 0x200F or >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069;
            bool lineEnd = c is 0x2028 or 0x2029;
            if (control || direction || lineEnd || char.IsSurrogate((char)c))
            {
                all.Add((char)c);
            }
        }

        return [.. all];
    }
}
