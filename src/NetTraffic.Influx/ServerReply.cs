using System.Text.Json;

namespace NetTraffic.Influx;

/// <summary>What came back of one request: an answer, or the failure to get one.</summary>
internal sealed record ServerReply
{
    /// <summary>HTTP status; 0: no answer came.</summary>
    public int Status { get; init; }

    /// <summary>The answer's text as it came, its first 64 KB: for reading, not for showing; a server may quote the token in it.</summary>
    public string Body { get; init; } = "";

    /// <summary>Why no answer came; null: one did.</summary>
    public string? Failure { get; init; }

    /// <summary>No answer came in time.</summary>
    public bool TimedOut { get; init; }

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>X-Influxdb-Version.</summary>
    public string? Version { get; init; }

    /// <summary>X-Influxdb-Build.</summary>
    public string? Build { get; init; }

    /// <summary>X-Server-Hostname, which VictoriaMetrics sets.</summary>
    public string? ServerHostname { get; init; }

    /// <summary>Where a redirection points.</summary>
    public string? Location { get; init; }

    /// <summary>Takes token and password out of a text: what a server sends back escaped is only seen once it is read.</summary>
    public Func<string, string> Redact { get; init; } = text => text;

    /// <summary>From the request to the end of the answer, where it was measured.</summary>
    public TimeSpan RoundTrip { get; init; }

    /// <summary>The request is worth sending again later, unchanged.</summary>
    public bool IsTransient => Failure is not null || Status is 408 or 425 or 429 || (Status >= 500 && Status is not (501 or 505));

    /// <summary>Characters of a server's words that are passed on.</summary>
    public const int Quoted = 200;

    /// <summary>What the server says, without secrets: for judging, not for showing.</summary>
    public string FullMessage => Redact(TryReadJson(out string? message) ? message : Body).Trim();

    /// <summary>
    /// What the server says, on one line, safe for a terminal, and not long: the middle is left out. Empty where it says nothing.
    /// </summary>
    public string Message => Display.Short(FullMessage.ReplaceLineEndings(" "), Quoted);

    /// <summary>The answer is a JSON object with the server's error, as all InfluxDB generations send it.</summary>
    public bool HasJsonError => TryReadJson(out _);

    /// <summary>Status and message for people.</summary>
    public string Describe()
    {
        string message = Message;
        bool isPage = Body.AsSpan().TrimStart().StartsWith('<');
        return Failure ?? (message.Length == 0 || isPage ? $"HTTP {Status}" : $"HTTP {Status}: {message}");
    }

    private bool TryReadJson([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? message)
    {
        message = null;
        if (!Body.AsSpan().TrimStart().StartsWith('{'))
        {
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(Body);
            JsonElement root = document.RootElement;
            message = Text(root, "error") ?? Text(root, "message");
            // 3.x names the lines in "data", the first of which says more than the headline.
            if (message is not null && root.TryGetProperty("data", out JsonElement data)
                && data.ValueKind == JsonValueKind.Array && data.GetArrayLength() > 0
                && data[0].ValueKind == JsonValueKind.Object && Text(data[0], "error_message") is { } detail)
            {
                message += ": " + detail;
            }

            return message is not null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Cut off after 64 KB, or no JSON: the text itself is the message.
            return false;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
