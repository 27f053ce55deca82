using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NetTraffic.Influx;

/// <summary>
/// InfluxDB 1.x, by InfluxQL (https://docs.influxdata.com/influxdb/v1/query_language/manage-database/). A failed statement is HTTP 200 with
/// an error in the result.
/// </summary>
internal static partial class SetupV1
{
    public static async Task RunAsync(SetupSession session, string database, TimeSpan? retention)
    {
        bool there = (await QueryAsync(session, "SHOW DATABASES").ConfigureAwait(false)).Exists(row => row["name"] == database);
        if (!there)
        {
            string duration = retention is { } span && span != TimeSpan.Zero
                ? $" WITH DURATION {DurationText(span)} REPLICATION 1 NAME \"autogen\""
                : "";
            await session.DoAsync(
                $"Create database '{database}'{(duration.Length > 0 ? $", points kept for {DurationText(retention!.Value)}" : "")}",
                () => QueryAsync(session, $"CREATE DATABASE {Quote(database)}{duration}")).ConfigureAwait(false);
            return;
        }

        if (retention is not { } wanted)
        {
            return;
        }

        List<Dictionary<string, string>> policies = await QueryAsync(
            session, $"SHOW RETENTION POLICIES ON {Quote(database)}").ConfigureAwait(false);
        Dictionary<string, string>? policy = policies.Find(row => row["default"] == "True");
        string clause = $"DURATION {(wanted == TimeSpan.Zero ? "INF" : DurationText(wanted))}";
        if (policy is null)
        {
            bool named = policies.Exists(row => row["name"] == "autogen");
            await session.DoAsync(
                $"{(named ? "Make" : "Create")} retention policy 'autogen' of '{database}' the default: {RetentionText(wanted)}",
                () => QueryAsync(session, named
                    ? $"ALTER RETENTION POLICY \"autogen\" ON {Quote(database)} {clause} SHARD DURATION {DurationText(ShardOf(wanted))} " +
                        "DEFAULT"
                    : $"CREATE RETENTION POLICY \"autogen\" ON {Quote(database)} {clause} REPLICATION 1 DEFAULT")).ConfigureAwait(false);
        }
        else if (ReadDuration(policy["duration"]) != wanted)
        {
            // A shard that is longer than the policy is refused.
            string name = Display.Short(policy["name"], ServerReply.Quoted);
            session.WarnOfLess($"Retention policy '{name}' of '{database}'", ReadDuration(policy["duration"]), wanted);
            string shard = wanted != TimeSpan.Zero && ReadDuration(policy["shardGroupDuration"]) > wanted
                ? $" SHARD DURATION {DurationText(ShardOf(wanted))}"
                : "";
            await session.DoAsync(
                $"Set retention policy '{name}' of '{database}': {RetentionText(wanted)}",
                () => QueryAsync(session, $"ALTER RETENTION POLICY {Quote(policy["name"])} ON {Quote(database)} " +
                    $"{clause}{shard}")).ConfigureAwait(false);
        }
    }

    public static string RetentionText(TimeSpan retention) =>
        retention == TimeSpan.Zero ? "points kept for ever" : $"points kept for {DurationText(retention)}";

    public static string DurationText(TimeSpan span) =>
        span.Ticks % TimeSpan.TicksPerHour == 0 ? $"{span.TotalHours:0}h" : $"{Math.Ceiling(span.TotalSeconds):0}s";

    private static string Quote(string name)
    {
        string escaped = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{escaped.ReplaceLineEndings("\\n")}\"";
    }

    /// <summary>What influxd itself chooses.</summary>
    private static TimeSpan ShardOf(TimeSpan retention) =>
        retention == TimeSpan.Zero || retention > TimeSpan.FromDays(180) ? TimeSpan.FromDays(7)
        : retention >= TimeSpan.FromDays(2) ? TimeSpan.FromDays(1)
        : TimeSpan.FromHours(1);

    private static async Task<List<Dictionary<string, string>>> QueryAsync(SetupSession session, string statement)
    {
        using FormUrlEncodedContent form = new([new("q", statement)]);
        ServerReply reply = await session.SendAsync(HttpMethod.Post, "query", form, preferToken: false).ConfigureAwait(false);
        if (reply.Status != 200)
        {
            throw session.Error(reply);
        }

        List<Dictionary<string, string>> rows = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            JsonElement result = document.RootElement.GetProperty("results")[0];
            if (result.TryGetProperty("error", out JsonElement error))
            {
                string reason = Display.Short(session.Connection.Redact(error.ToString()), ServerReply.Quoted);
                bool denied = error.ToString().Contains("authoriz", StringComparison.OrdinalIgnoreCase);
                throw error.ToString().Contains("invalid name", StringComparison.OrdinalIgnoreCase)
                    ? session.BadName(session.Connection.Target.DatabaseName, reason)
                    : new InfluxException(
                        $"{session.Connection.Target} refuses to be set up ({reason})."
                            + (denied ? " Use an administrator's user and password." : ""),
                        denied ? InfluxProblem.Unauthorized : InfluxProblem.Other);
            }

            foreach (JsonElement series in result.TryGetProperty("series", out JsonElement all) ? all.EnumerateArray() : default)
            {
                string[] columns = [.. series.GetProperty("columns").EnumerateArray().Select(c => c.ToString())];
                foreach (JsonElement values in series.TryGetProperty("values", out JsonElement list) ? list.EnumerateArray() : default)
                {
                    rows.Add(
                        columns.Zip(values.EnumerateArray()).ToDictionary(p => p.First, p => p.Second.ToString(), StringComparer.Ordinal));
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw ReplyJudge.NotInflux(reply, session.Connection.Target);
        }

        return rows;
    }

    /// <summary>Reads Go's form of a duration, 720h0m0s.</summary>
    private static TimeSpan ReadDuration(string text)
    {
        TimeSpan sum = TimeSpan.Zero;
        foreach (Match part in DurationPart().Matches(text))
        {
            double value = double.Parse(part.Groups["value"].ValueSpan, CultureInfo.InvariantCulture);
            sum += part.Groups["unit"].ValueSpan switch
            {
                "h" => TimeSpan.FromHours(value),
                "m" => TimeSpan.FromMinutes(value),
                _ => TimeSpan.FromSeconds(value),
            };
        }

        return sum;
    }

    [GeneratedRegex(@"(?<value>[\d.]+)(?<unit>h|m|s)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DurationPart();
}
