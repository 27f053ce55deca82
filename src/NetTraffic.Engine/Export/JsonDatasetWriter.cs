using System.Buffers;
using System.Text.Json;

namespace NetTraffic.Engine;

/// <summary>JSON as <see cref="JsonRowWriter"/> has it: one object a line, or one array of them.</summary>
internal sealed class JsonDatasetWriter : DatasetWriter
{
    private readonly Utf8JsonWriter json;
    private readonly bool asArray;
    private JsonEncodedText[] names = [];
    private bool any;

    public JsonDatasetWriter(Stream stream, bool asArray)
        : base(stream)
    {
        this.asArray = asArray;
        json = new Utf8JsonWriter(Output, new JsonWriterOptions { Encoder = JsonRowWriter.Encoder, SkipValidation = true });
    }

    public override void Begin(IReadOnlyList<Column> columns) =>
        names = [.. columns.Select(column => JsonEncodedText.Encode(column.Property, JsonRowWriter.Encoder))];

    public override void Complete()
    {
        if (asArray)
        {
            Output.Write(any ? "\n]\n"u8 : "[]\n"u8);
        }

        base.Complete();
    }

    public override void Null() => json.WriteNullValue();

    public override void Text(string value) => json.WriteStringValue(value);

    public override void Number(long value) => json.WriteNumberValue(value);

    public override void Unsigned(ulong value) => json.WriteNumberValue(value);

    public override void Time(DateTime value)
    {
        Span<byte> text = stackalloc byte[UtcText.Length];
        UtcText.Write(value, text);
        json.WriteStringValue(text);
    }

    public override void Duration(TimeSpan value) => json.WriteNumberValue(value.TotalSeconds);

    public override void Boolean(bool value) => json.WriteBooleanValue(value);

    public override void Degrees(double value) => json.WriteNumberValue(Math.Round(value, 6));

    public override void Dispose()
    {
        json.Dispose();
        base.Dispose();
    }

    protected override void Name(string value) => json.WriteStringValue(value);

    protected override void BeginRow()
    {
        if (asArray)
        {
            Output.Write(any ? ",\n"u8 : "[\n"u8);
        }

        any = true;
        json.WriteStartObject();
    }

    protected override void BeginField(int number) => json.WritePropertyName(names[number]);

    protected override void EndRow()
    {
        // The writer takes one text only; each row is one.
        json.WriteEndObject();
        json.Flush();
        json.Reset();
        if (!asArray)
        {
            Output.Write("\n"u8);
        }
    }
}
