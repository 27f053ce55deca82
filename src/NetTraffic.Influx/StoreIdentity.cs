using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NetTraffic.Influx;

/// <summary>
/// A store's identity travels with what it sends: each batch has a point of net_store with the tags store (an id that is made once) and
/// cursor (the key under which the store notes what was sent). A server that is reached by another name is known by it.
/// </summary>
internal static class StoreIdentity
{
    private const string Measurement = "net_store";

    /// <summary>The id of a store, which is made where there is none: 32 hexadecimal digits.</summary>
    /// <param name="folder">Folder of the store's followers.</param>
    /// <exception cref="InfluxException">The file holds something else.</exception>
    public static string Of(string folder)
    {
        string path = Path.Combine(folder, "store.id");
        if (!File.Exists(path))
        {
            // Of two processes that make one the first counts.
            string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
            SharedFile.Write(temporary, ownerOnly: false, Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")));
            try
            {
                SharedFile.Move(temporary, path);
            }
            catch (IOException) when (File.Exists(path))
            {
                SharedFile.TryDelete(temporary);
            }
        }

        string id = SharedFile.ReadText(path).Trim();
        return Guid.TryParseExact(id, "N", out _) ? id : throw new InfluxException(
            $"'{path}' is damaged: it is the store's identity, by which a server knows what it has of the store.", InfluxProblem.Other)
        {
            NextMove = "Take the file back from a backup of the store; without one, delete it and do not change the server's address.",
        };
    }

    /// <summary>Appends the point, one an hour: sending it again changes nothing.</summary>
    public static void AddTo(LineEncoder lines, string store, string cursor, DateTime now)
    {
        lines.Begin(Measurement);
        lines.Tag("cursor", cursor);
        lines.Tag("store", store);
        lines.Field("sent", 1L);
        lines.End(now.AddTicks(-(now.Ticks % TimeSpan.TicksPerHour)));
    }

    /// <summary>What asks a server for the cursors under which a store has sent to it.</summary>
    public static string Question(string store) =>
        $"SELECT last(\"sent\") FROM \"{Measurement}\" WHERE \"store\" = '{store}' GROUP BY \"cursor\"";

    /// <summary>The cursors that an answer names, the one that sent last first; null: it is no answer to the question.</summary>
    public static IReadOnlyList<string>? Cursors(ServerReply reply)
    {
        if (reply.Status != 200)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            JsonElement result = document.RootElement.GetProperty("results")[0];
            if (result.TryGetProperty("error", out JsonElement error))
            {
                // A database that is not there has nothing; to write to it is the error to tell.
                return error.GetString()?.StartsWith("database not found", StringComparison.Ordinal) == true ? [] : null;
            }

            return !result.TryGetProperty("series", out JsonElement series) ? []
                : [.. series.EnumerateArray().OrderByDescending(one => Time(one.GetProperty("values")[0][0]))
                    .Select(one => one.GetProperty("tags").GetProperty("cursor").GetString() ?? "")];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException
            or IndexOutOfRangeException)
        {
            return null; // something else than InfluxQL's answer
        }
    }

    private static decimal Time(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDecimal()
        : DateTimeOffset.Parse(value.GetString() ?? "", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
