using System.Text;
using System.Text.Encodings.Web;

namespace NetTraffic.Engine;

/// <summary>How exports write text, for others who write the same.</summary>
public static class ExportText
{
    /// <summary>
    /// Escapes in JSON what JSON asks for, what HTML would act upon, and invisible characters that reorder or hide text; all other letters
    /// stay as they are.
    /// </summary>
    public static JavaScriptEncoder Encoder => JsonRowWriter.Encoder;

    /// <summary>A time: UTC, ISO 8601, microseconds. One of unknown kind counts as local.</summary>
    public static string Time(DateTime time)
    {
        Span<byte> text = stackalloc byte[UtcText.Length];
        UtcText.Write(time, text);
        return Encoding.ASCII.GetString(text);
    }
}
