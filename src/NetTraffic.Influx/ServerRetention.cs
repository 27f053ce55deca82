using System.Globalization;
using System.Text.Json;

namespace NetTraffic.Influx;

/// <summary>How long a server keeps points, as it answers to InfluxQL.</summary>
internal static class ServerRetention
{
    /// <summary>What asks for it.</summary>
    public static string Question(string database) =>
        $"SHOW RETENTION POLICIES ON \"{database.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Of the policy that is written to; null: without end, or the server does not tell.</summary>
    public static TimeSpan? Read(ServerReply reply)
    {
        if (reply.Status != 200)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            JsonElement series = document.RootElement.GetProperty("results")[0].GetProperty("series")[0];
            string[] columns = [.. series.GetProperty("columns").EnumerateArray().Select(column => column.GetString() ?? "")];
            int duration = Array.IndexOf(columns, "duration"), isDefault = Array.IndexOf(columns, "default");
            foreach (JsonElement row in series.GetProperty("values").EnumerateArray().Where(row => row[isDefault].GetBoolean()))
            {
                return Span(row[duration].GetString() ?? "");
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException
            or IndexOutOfRangeException or FormatException)
        {
            // Not every server knows the question; what it refuses is told afterwards in any case.
        }

        return null;
    }

    /// <summary>A duration as Go writes it: 168h0m0s; 0s: without end.</summary>
    private static TimeSpan? Span(string text)
    {
        int hours = text.IndexOf('h');
        return hours < 0 ? null : TimeSpan.FromHours(long.Parse(text.AsSpan(0, hours), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
