using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace NetTraffic.Enrichment.Online;

/// <summary>An answer, read to its end.</summary>
/// <param name="Status">The status code.</param>
/// <param name="MediaType">What the body is said to be, in lower case; empty: nothing is said.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body.</param>
internal sealed record OnlineReply(int Status, string MediaType, HttpResponseHeaders Headers, byte[] Body)
{
    /// <summary>A year or more is meant as "never": what is longer than any plan's quota lasts.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>Whether the body is said to be JSON.</summary>
    public bool IsJson => MediaType.EndsWith("json", StringComparison.Ordinal);

    /// <summary>Whether the body is text for browsers, whatever it is said to be.</summary>
    public bool IsHtml =>
        MediaType.Contains("html", StringComparison.Ordinal)
        || Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 64))).TrimStart('\uFEFF', ' ', '\r', '\n', '\t').StartsWith('<');

    /// <summary>A header's first value; null: it is not there.</summary>
    public string? Header(string name) => Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    /// <summary>A header's number; null: it is not there, or no whole number from 0.</summary>
    public long? Number(string name) =>
        Header(name)?.Trim() is { Length: > 0 } text && text.All(char.IsAsciiDigit)
            ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : long.MaxValue
            : null;

    /// <summary>
    /// How long Retry-After asks to wait (RFC 9110, 10.2.3: seconds or a date); null: it does not, or what it says is no time to come.
    /// </summary>
    public TimeSpan? RetryAfter(DateTimeOffset now)
    {
        TimeSpan? wait = Number("Retry-After") is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds))
            : RetryConditionHeaderValue.TryParse(Header("Retry-After"), out RetryConditionHeaderValue? value) && value.Date is { } date
                ? date - now
            : null;
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>
    /// What the service says of a failure: the text of its JSON (VirusTotal's <c>error</c>, AbuseIPDB's <c>errors</c>, a <c>message</c>),
    /// or the first words of a text.
    /// </summary>
    public string ErrorText()
    {
        if (IsHtml)
        {
            return "an HTML page";
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(Body);
            JsonElement root = document.RootElement;
            JsonElement error = root.Member("error") is { ValueKind: JsonValueKind.Object } one ? one
                : root.Member("errors") is { ValueKind: JsonValueKind.Array } several && several.GetArrayLength() > 0 ? several[0]
                : root;
            string?[] texts = [error.Text("code"), error.Text("message"), error.Text("detail")];
            return string.Join(": ", texts.OfType<string>());
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 1024)));
        }
    }
}

/// <summary>Members of JSON that others wrote: what is not there, or not of that kind, is null.</summary>
internal static class JsonMembers
{
    /// <summary>A member; null: it is not there, or this is no object.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : null;

    /// <summary>A text that is not empty.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name)?.Text();

    /// <summary>A text that is not empty.</summary>
    public static string? Text(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return element.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair, or no UTF-8
        }
    }

    /// <summary>A whole number.</summary>
    public static long? Integer(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) ? number : null;

    /// <summary>A whole number from 0 to a largest one.</summary>
    public static int? Count(this JsonElement element, string name, int largest = int.MaxValue) =>
        element.Integer(name) is { } number && number >= 0 && number <= largest ? (int)number : null;

    /// <summary>A number.</summary>
    public static double? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double number) ? number : null;

    /// <summary>True or false.</summary>
    public static bool? Flag(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    /// <summary>An ISO 3166-1 alpha-2 code.</summary>
    public static string? CountryCode(this JsonElement element, string name) =>
        element.Text(name) is { Length: 2 } code && code.All(char.IsAsciiLetter) ? code.ToUpperInvariant() : null;
}
