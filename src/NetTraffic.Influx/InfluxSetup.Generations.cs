using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NetTraffic.Influx;

/// <summary>InfluxDB 1.x, by InfluxQL (https://docs.influxdata.com/influxdb/v1/query_language/manage-database/). A failed statement is HTTP 200 with an error in the result.</summary>
internal static partial class SetupV1
{
    public static async Task RunAsync(SetupSession session, string database, TimeSpan? retention)
    {
        bool there = (await QueryAsync(session, "SHOW DATABASES").ConfigureAwait(false)).Exists(row => row["name"] == database);
        if (!there)
        {
            string duration = retention is { } span && span != TimeSpan.Zero ? $" WITH DURATION {Text(span)} REPLICATION 1 NAME \"autogen\"" : "";
            await session.DoAsync(
                $"Create database '{database}'{(duration.Length > 0 ? $", points kept for {Text(retention!.Value)}" : "")}",
                () => QueryAsync(session, $"CREATE DATABASE {Quote(database)}{duration}")).ConfigureAwait(false);
            return;
        }

        if (retention is not { } wanted)
        {
            return;
        }

        List<Dictionary<string, string>> policies = await QueryAsync(session, $"SHOW RETENTION POLICIES ON {Quote(database)}").ConfigureAwait(false);
        Dictionary<string, string>? policy = policies.Find(row => row["default"] == "True");
        string clause = $"DURATION {(wanted == TimeSpan.Zero ? "INF" : Text(wanted))}";
        if (policy is null)
        {
            bool named = policies.Exists(row => row["name"] == "autogen");
            await session.DoAsync(
                $"{(named ? "Make" : "Create")} retention policy 'autogen' of '{database}' the default: {Said(wanted)}",
                () => QueryAsync(session, named
                    ? $"ALTER RETENTION POLICY \"autogen\" ON {Quote(database)} {clause} SHARD DURATION {Text(ShardOf(wanted))} DEFAULT"
                    : $"CREATE RETENTION POLICY \"autogen\" ON {Quote(database)} {clause} REPLICATION 1 DEFAULT")).ConfigureAwait(false);
        }
        else if (ReadDuration(policy["duration"]) != wanted)
        {
            // A shard that is longer than the policy is refused.
            string name = Display.Short(policy["name"], ServerReply.Quoted);
            session.WarnOfLess($"Retention policy '{name}' of '{database}'", ReadDuration(policy["duration"]), wanted);
            string shard = wanted != TimeSpan.Zero && ReadDuration(policy["shardGroupDuration"]) > wanted ? $" SHARD DURATION {Text(ShardOf(wanted))}" : "";
            await session.DoAsync(
                $"Set retention policy '{name}' of '{database}': {Said(wanted)}",
                () => QueryAsync(session, $"ALTER RETENTION POLICY {Quote(policy["name"])} ON {Quote(database)} {clause}{shard}")).ConfigureAwait(false);
        }
    }

    public static string Said(TimeSpan retention) => retention == TimeSpan.Zero ? "points kept for ever" : $"points kept for {Text(retention)}";

    public static string Text(TimeSpan span) => span.Ticks % TimeSpan.TicksPerHour == 0 ? $"{span.TotalHours:0}h" : $"{Math.Ceiling(span.TotalSeconds):0}s";

    private static string Quote(string name) =>
        "\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings("\\n") + "\"";

    /// <summary>What influxd itself chooses.</summary>
    private static TimeSpan ShardOf(TimeSpan retention) =>
        retention == TimeSpan.Zero || retention > TimeSpan.FromDays(180) ? TimeSpan.FromDays(7) : TimeSpan.FromHours(retention >= TimeSpan.FromDays(2) ? 24 : 1);

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
                throw error.ToString().Contains("invalid name", StringComparison.OrdinalIgnoreCase) ? session.BadName(session.Connection.Target.DatabaseName, reason) : new InfluxException(
                    $"{session.Connection.Target} refuses to be set up ({reason}).{(denied ? " Use an administrator's user and password." : "")}",
                    denied ? InfluxProblem.Unauthorized : InfluxProblem.Other);
            }

            foreach (JsonElement series in result.TryGetProperty("series", out JsonElement all) ? all.EnumerateArray() : default)
            {
                string[] columns = [.. series.GetProperty("columns").EnumerateArray().Select(c => c.ToString())];
                foreach (JsonElement values in series.TryGetProperty("values", out JsonElement list) ? list.EnumerateArray() : default)
                {
                    rows.Add(columns.Zip(values.EnumerateArray()).ToDictionary(p => p.First, p => p.Second.ToString(), StringComparer.Ordinal));
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
            sum += part.Groups["unit"].ValueSpan switch { "h" => TimeSpan.FromHours(value), "m" => TimeSpan.FromMinutes(value), _ => TimeSpan.FromSeconds(value) };
        }

        return sum;
    }

    [GeneratedRegex(@"(?<value>[\d.]+)(?<unit>h|m|s)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DurationPart();
}

/// <summary>InfluxDB 2.x, by its API (https://docs.influxdata.com/influxdb/v2/api/).</summary>
internal static class SetupV2
{
    public static async Task RunAsync(SetupSession session, InfluxTarget target, TimeSpan? retention)
    {
        string bucket = target.BucketName;
        string organization = await FindOrganizationAsync(session, target).ConfigureAwait(false);
        long seconds = (long)Math.Ceiling(retention.GetValueOrDefault().TotalSeconds);
        object[] rules = seconds == 0 ? [] : [new { type = "expire", everySeconds = seconds }];
        JsonElement? found = Find(
            await session.CallAsync(HttpMethod.Get, $"api/v2/buckets?orgID={organization}&name={Uri.EscapeDataString(bucket)}", null, 404).ConfigureAwait(false),
            "buckets",
            b => Text(b, "name") == bucket);
        string? id = found is { } existing ? Text(existing, "id") : null;
        if (found is null)
        {
            await session.DoAsync(
                $"Create bucket '{bucket}', {SetupV1.Said(TimeSpan.FromSeconds(seconds))}",
                async () => id = Text((await session.CallAsync(HttpMethod.Post, "api/v2/buckets", new { orgID = organization, name = bucket, retentionRules = rules }).ConfigureAwait(false))!.Value, "id"))
                .ConfigureAwait(false);
        }
        else if (retention is not null && Seconds(found.Value) != seconds)
        {
            session.WarnOfLess($"Bucket '{bucket}'", TimeSpan.FromSeconds(Seconds(found.Value)), TimeSpan.FromSeconds(seconds));
            await session.DoAsync(
                $"Set retention of bucket '{bucket}': {SetupV1.Said(TimeSpan.FromSeconds(seconds))}",
                () => session.CallAsync(HttpMethod.Patch, $"api/v2/buckets/{id}", new { retentionRules = rules })).ConfigureAwait(false);
        }

        // Mappings the server makes up itself ("virtual") go when a real one for the name comes; they do not count.
        JsonElement? mapping = Find(
            await session.CallAsync(HttpMethod.Get, $"api/v2/dbrps?orgID={organization}&db={Uri.EscapeDataString(bucket)}", null, 404).ConfigureAwait(false),
            "content",
            m => Text(m, "database") == bucket && Text(m, "retention_policy") == "autogen" && !(m.TryGetProperty("virtual", out JsonElement made) && made.ValueKind == JsonValueKind.True));
        if (mapping is null)
        {
            await session.DoAsync(
                $"Map database '{bucket}' to the bucket, for InfluxQL",
                () => session.CallAsync(
                    HttpMethod.Post,
                    "api/v2/dbrps",
                    new { bucketID = id, orgID = organization, database = bucket, retention_policy = "autogen", @default = true })).ConfigureAwait(false);
        }
        else if (id is not null && Text(mapping.Value, "bucketID") != id)
        {
            throw new InfluxException(
                $"On {target} the database name '{bucket}' is mapped to another bucket. Remove that mapping (influx v1 dbrp delete), or choose another -InfluxBucket.", InfluxProblem.Other);
        }
    }

    private static async Task<string> FindOrganizationAsync(SetupSession session, InfluxTarget target)
    {
        string query = target.Organization is { Length: > 0 } name ? $"?org={Uri.EscapeDataString(name)}" : "";
        JsonElement? answer = await session.CallAsync(HttpMethod.Get, "api/v2/orgs" + query, null, 404).ConfigureAwait(false);
        JsonElement[] all = answer is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("orgs", out JsonElement list) ? [.. list.EnumerateArray()] : [];
        JsonElement[] found = [.. all.Where(o => query.Length == 0 || Text(o, "name") == target.Organization)];
        return found.Length == 1 && Text(found[0], "id") is { } id ? id : throw new InfluxException(
            query.Length > 0
                ? $"{target} has no organisation '{target.Organization}' that this token sees. Correct -InfluxOrg or the token."
                : $"{target} has {found.Length} organisations that this token sees. Say which with -InfluxOrg.",
            InfluxProblem.NotFound);
    }

    private static JsonElement? Find(JsonElement? answer, string list, Func<JsonElement, bool> match) =>
        answer is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(list, out JsonElement items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray().Where(match).Select(e => (JsonElement?)e).FirstOrDefault()
            : null;

    private static long Seconds(JsonElement bucket) =>
        bucket.TryGetProperty("retentionRules", out JsonElement rules) && rules.ValueKind == JsonValueKind.Array
            ? rules.EnumerateArray().Select(r => r.TryGetProperty("everySeconds", out JsonElement every) ? every.GetInt64() : 0).FirstOrDefault()
            : 0;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>InfluxDB 3.x, by its API (https://docs.influxdata.com/influxdb3/core/api/v3/).</summary>
internal static class SetupV3
{
    private const string Path = "api/v3/configure/database";

    /// <summary>Gives a note where the retention of a database that is there cannot be set.</summary>
    public static async Task<string?> RunAsync(SetupSession session, string database, TimeSpan? retention)
    {
        JsonElement? list = await session.CallAsync(HttpMethod.Get, Path + "?format=json", null).ConfigureAwait(false);
        bool there = list is { ValueKind: JsonValueKind.Array } rows
            && rows.EnumerateArray().Any(row => row.ValueKind == JsonValueKind.Object && row.EnumerateObject().Any(p => p.Name is "iox::database" or "database" && p.Value.ToString() == database));
        Dictionary<string, string> body = new(StringComparer.Ordinal) { ["db"] = database };
        if (retention is { } kept && kept != TimeSpan.Zero)
        {
            body["retention_period"] = SetupV1.Text(kept);
        }

        if (!there)
        {
            // 409: somebody else was quicker.
            await session.DoAsync(
                $"Create database '{database}', {SetupV1.Said(retention.GetValueOrDefault())}", () => session.CallAsync(HttpMethod.Post, Path, body, 409)).ConfigureAwait(false);
            return null;
        }

        // The API does not tell the retention a database has, so it is not changed behind anyone's back.
        return retention is null ? null : $"The database '{database}' is there; its retention stays as it is. Change it with: influxdb3 update database --retention-period.";
    }
}
