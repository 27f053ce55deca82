using System.Text.Json;

namespace NetTraffic.Influx;

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
