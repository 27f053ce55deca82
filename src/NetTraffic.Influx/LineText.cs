using System.Buffers;
using System.Text;

namespace NetTraffic.Influx;

/// <summary>
/// Names and tag values as line protocol wants them
/// (https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/#special-characters).
/// Whatever came off the wire, the line stays one line with the same tags on every server:
/// control characters and line separators become '?', lone surrogates U+FFFD. A backslash before a comma, an equals sign, a space or
/// another backslash, or at the end, becomes '/': InfluxDB and VictoriaMetrics read those differently, and at the end it would swallow
/// the separator.
/// </summary>
internal static class LineText
{
    /// <summary>Longest name or tag value in UTF-8 bytes, before escaping; more is cut off between characters.</summary>
    public const int MaxBytes = 256;

    /// <summary>Longest form of one of them in the line: every byte escaped.</summary>
    public const int MaxEscapedBytes = MaxBytes * 2;

    private const string Plain = "!\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create(Plain);

    /// <summary>Writes text, escaped, and gives the bytes written. The destination holds <see cref="MaxEscapedBytes"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="measurement">True: an equals sign needs no escape.</param>
    public static int Write(ReadOnlySpan<char> text, Span<byte> destination, bool measurement)
    {
        if (text.Length <= MaxBytes && !text.ContainsAnyExcept(PlainCharacters))
        {
            Ascii.FromUtf16(text, destination, out int written);
            return written;
        }

        return WriteCleaned(text, destination, escape: true, measurement);
    }

    /// <summary>
    /// The text as <see cref="Write"/> leaves it, without its escapes: texts that are the same then are one name for a server.
    /// </summary>
    public static string Clean(string text)
    {
        if (text.Length <= MaxBytes && !text.AsSpan().ContainsAnyExcept(PlainCharacters))
        {
            return text;
        }

        Span<byte> cleaned = stackalloc byte[MaxEscapedBytes];
        return Encoding.UTF8.GetString(cleaned[..WriteCleaned(text, cleaned, escape: false, measurement: false)]);
    }

    private static int WriteCleaned(ReadOnlySpan<char> text, Span<byte> destination, bool escape, bool measurement)
    {
        int length = 0;
        int budget = MaxBytes;
        bool afterBackslash = false;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out Rune rune, out int consumed); // U+FFFD for what is no character
            text = text[consumed..];
            if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029)
            {
                rune = new Rune('?');
            }

            budget -= rune.Utf8SequenceLength;
            if (budget < 0)
            {
                break;
            }

            bool special = rune.Value is ',' or ' ' or '=';
            if (afterBackslash && (special || rune.Value == '\\'))
            {
                destination[length - 1] = (byte)'/';
            }

            if (escape && special && !(measurement && rune.Value == '='))
            {
                destination[length++] = (byte)'\\';
            }

            length += rune.EncodeToUtf8(destination[length..]);
            afterBackslash = rune.Value == '\\';
        }

        if (afterBackslash)
        {
            destination[length - 1] = (byte)'/';
        }

        return length;
    }
}
