using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace NetTraffic.Engine;

/// <summary>
/// JSON, one object a line (or one array of them). Lengths of time are seconds, times are UTC in ISO 8601, absent values are null. Control
/// characters are escaped, as JSON asks; so is what HTML would act upon.
/// </summary>
internal sealed class JsonRowWriter : RowWriter
{
    private const int MaxDepth = 16;
    internal static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(EveryVisibleCharacter());
    private readonly Stream stream;
    private readonly Utf8JsonWriter json;
    private readonly bool asArray;
    private bool any;

    public JsonRowWriter(Stream stream, bool asArray)
    {
        this.stream = stream;
        this.asArray = asArray;
        json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Encoder, SkipValidation = true });
    }

    public override void Write(IReadOnlyList<string> names, IReadOnlyList<object?> values)
    {
        if (asArray)
        {
            stream.Write(any ? ",\n"u8 : "[\n"u8);
        }

        any = true;
        json.WriteStartObject();
        for (int i = 0; i < names.Count; i++)
        {
            json.WritePropertyName(names[i]);
            WriteValue(values[i], 1);
        }

        json.WriteEndObject();
        EndText();
        if (!asArray)
        {
            stream.WriteByte((byte)'\n');
        }
    }

    public override void Complete()
    {
        if (asArray)
        {
            stream.Write(any ? "\n]\n"u8 : "[]\n"u8);
        }
    }

    public override void Dispose() => json.Dispose();

    /// <summary>Invisible characters that reorder or hide text are escaped too.</summary>
    private static TextEncoderSettings EveryVisibleCharacter()
    {
        TextEncoderSettings settings = new(UnicodeRanges.All);
        settings.ForbidCharacters([.. Enumerable.Range(0, 0x10000).Select(code => (char)code)
            .Where(letter => char.GetUnicodeCategory(letter) == UnicodeCategory.Format)]);
        return settings;
    }

    /// <summary>The writer takes one text only; each row is one.</summary>
    private void EndText()
    {
        json.Flush();
        json.Reset();
    }

    private void WriteValue(object? value, int depth)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool yes: json.WriteBooleanValue(yes); break;
            case byte[] bytes: json.WriteStringValue(Convert.ToHexString(bytes)); break;
            case byte or sbyte or short or ushort or int: json.WriteNumberValue(Convert.ToInt32(value)); break;
            case uint or long: json.WriteNumberValue(Convert.ToInt64(value)); break;
            case ulong number: json.WriteNumberValue(number); break;
            case decimal number: json.WriteNumberValue(number); break;
            case float or double: WriteDouble(Convert.ToDouble(value)); break;
            case DateTime time: json.WriteStringValue(Text(time)); break;
            case DateTimeOffset time: json.WriteStringValue(Text(time.UtcDateTime)); break;
            case TimeSpan time: json.WriteNumberValue(time.TotalSeconds); break;
            case IDictionary pairs when depth < MaxDepth:
                json.WriteStartObject();
                foreach (DictionaryEntry pair in pairs)
                {
                    json.WritePropertyName(Plain(pair.Key));
                    WriteValue(pair.Value, depth + 1);
                }

                json.WriteEndObject();
                break;
            case IEnumerable several when depth < MaxDepth:
                json.WriteStartArray();
                foreach (object? one in several)
                {
                    WriteValue(one, depth + 1);
                }

                json.WriteEndArray();
                break;
            default: json.WriteStringValue(Plain(value)); break;
        }
    }

    private void WriteDouble(double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
