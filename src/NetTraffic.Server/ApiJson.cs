using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NetTraffic.Engine;

namespace NetTraffic.Server;

/// <summary>
/// JSON as the API writes and reads it, which is that of Export-NetTraffic: the properties' own names, times in UTC (ISO 8601), lengths of
/// time in seconds, names of enumerations. Identifiers of flows are texts, since a reader that keeps numbers as doubles (RFC 8259, section
/// 6) would make others of them. Where the store lies on the server stays there.
/// </summary>
internal static class ApiJson
{
    /// <summary>The options.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>Sets the options.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = null;
        options.PropertyNameCaseInsensitive = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.Encoder = ExportText.Encoder;
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
        options.Converters.Add(new Seconds());
        options.Converters.Add(new UtcTime());
        options.Converters.Add(new Identifier());
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { HideStorePath } };
        return options;
    }

    private static void HideStorePath(JsonTypeInfo type)
    {
        if (type.Properties.FirstOrDefault(property => property.Name == nameof(Flow.StorePath)) is { } path)
        {
            type.Properties.Remove(path);
        }
    }

    private sealed class Seconds : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double seconds)
                && seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds)
            : reader.TokenType == JsonTokenType.String && Duration.TryParse(reader.GetString(), out TimeSpan span) ? span
            : throw new JsonException($"A length of time is a number of seconds, or a text such as {Duration.Examples}.");

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.TotalSeconds);
    }

    private sealed class UtcTime : JsonConverter<DateTime>
    {
        public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            QueryTime.Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
            writer.WriteStringValue(ExportText.Time(value));
    }

    private sealed class Identifier : JsonConverter<ulong>
    {
        public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            ulong.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value
                : throw new JsonException("An identifier is a text of digits.");

        public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }
}
