using System.Text.Json;
using InfluxDB.Client.Api.Domain;
using InfluxDB.Client.Api.Service;
using Task = System.Threading.Tasks.Task;

namespace NetTraffic.Influx;

/// <summary>InfluxDB 2.x, by its API (https://docs.influxdata.com/influxdb/v2/api/).</summary>
internal static class SetupV2
{
    /// <summary>Makes the bucket, its retention and its mapping, then issues the tokens that are asked for.</summary>
    public static async Task RunAsync(SetupSession session, InfluxTarget target, TimeSpan? retention, AccessTokenOptions? tokens)
    {
        using AdminClient client = new(session);
        string organization = await FindOrganizationAsync(client, target).ConfigureAwait(false);
        string? bucket = await SetBucketAsync(session, client, organization, target.BucketName, retention).ConfigureAwait(false);
        await SetMappingAsync(session, client, organization, bucket, target).ConfigureAwait(false);
        if (tokens is not null)
        {
            await new AccessTokens(session, client, organization, bucket, tokens).IssueAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Identifier of the organisation that is set, or of the only one that the token sees.</summary>
    private static async Task<string> FindOrganizationAsync(AdminClient client, InfluxTarget target)
    {
        string? wanted = target.Organization is { Length: > 0 } name ? name : null;
        List<Organization>? all = await client.FindAsync(
            (api, stop) => api.GetOrganizationsApi().FindOrganizationsAsync(org: wanted, cancellationToken: stop)).ConfigureAwait(false);
        List<Organization> found = [.. (all ?? []).Where(one => wanted is null || one.Name == wanted)];
        return found is [{ Id: { Length: > 0 } id }] ? id : throw new InfluxException(
            wanted is not null
                ? $"{target} has no organisation '{wanted}' that this token sees. Correct -InfluxOrg, or use an administrator's token " +
                    "(-AdminToken)."
                : $"{target} has {found.Count} organisations that this token sees. Say which with -InfluxOrg.",
            InfluxProblem.NotFound);
    }

    /// <summary>Gives the bucket's identifier; null where it is only planned.</summary>
    private static async Task<string?> SetBucketAsync(
        SetupSession session, AdminClient client, string organization, string name, TimeSpan? retention)
    {
        long seconds = (long)Math.Ceiling(retention.GetValueOrDefault().TotalSeconds);
        List<Bucket>? all = await client.FindAsync(
            (api, stop) => api.GetBucketsApi().FindBucketsAsync(orgID: organization, name: name, cancellationToken: stop))
            .ConfigureAwait(false);
        Bucket? found = all?.Find(bucket => bucket.Name == name);
        string? id = found?.Id;
        if (found is null)
        {
            PostBucketRequest wanted = new(organization, name, retentionRules: seconds == 0 ? [] : [new(everySeconds: seconds)]);
            await session.DoAsync(
                $"Create bucket '{name}', {SetupV1.RetentionText(TimeSpan.FromSeconds(seconds))}",
                async () =>
                {
                    Bucket made = await client.CallAsync(
                        (api, stop) => api.GetBucketsApi().CreateBucketAsync(wanted, stop)).ConfigureAwait(false);
                    id = made.Id;
                }).ConfigureAwait(false);
        }
        else if (retention is not null && Seconds(found) != seconds)
        {
            // A list without a rule would change nothing (since 2.1); a rule of 0 seconds is for ever.
            PatchBucketRequest wanted = new() { RetentionRules = [new(everySeconds: seconds)] };
            session.WarnOfLess($"Bucket '{name}'", TimeSpan.FromSeconds(Seconds(found)), TimeSpan.FromSeconds(seconds));
            await session.DoAsync(
                $"Set retention of bucket '{name}': {SetupV1.RetentionText(TimeSpan.FromSeconds(seconds))}",
                () => client.CallAsync((api, stop) =>
                    api.CreateService<BucketsService>(typeof(BucketsService)).PatchBucketsIDAsync(id, wanted, cancellationToken: stop)))
                .ConfigureAwait(false);
        }

        return id;
    }

    /// <summary>Makes the mapping (database = the bucket's name, policy autogen) through which InfluxQL finds the bucket.</summary>
    private static async Task SetMappingAsync(
        SetupSession session, AdminClient client, string organization, string? bucket, InfluxTarget target)
    {
        string database = target.BucketName;

        // Mappings that the server makes up itself ("virtual") go when a real one for the name comes, so they do not count. The library's
        // DBRP does not have that property, hence this request of our own.
        JsonElement? answer = await session.CallAsync(
            HttpMethod.Get, $"api/v2/dbrps?orgID={organization}&db={Uri.EscapeDataString(database)}", null, 404).ConfigureAwait(false);
        JsonElement? mapping = Mappings(answer).Where(
            one => Text(one, "database") == database && Text(one, "retention_policy") == "autogen")
            .Where(one => !(one.TryGetProperty("virtual", out JsonElement made) && made.ValueKind == JsonValueKind.True))
            .Select(one => (JsonElement?)one).FirstOrDefault();
        if (mapping is null)
        {
            await session.DoAsync(
                $"Map database '{database}' to the bucket, for InfluxQL",
                () => client.CallAsync((api, stop) => api.CreateService<DBRPsService>(typeof(DBRPsService)).PostDBRPAsync(
                    new DBRPCreate(organization, bucketID: bucket, database: database, retentionPolicy: "autogen", _default: true),
                    cancellationToken: stop))).ConfigureAwait(false);
        }
        else if (bucket is not null && Text(mapping.Value, "bucketID") != bucket)
        {
            throw new InfluxException(
                $"On {target} the database name '{database}' is mapped to another bucket. Remove that mapping (influx v1 dbrp delete), " +
                "or choose another -InfluxBucket.",
                InfluxProblem.Other);
        }
    }

    private static IEnumerable<JsonElement> Mappings(JsonElement? answer) =>
        answer is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("content", out JsonElement all)
        && all.ValueKind == JsonValueKind.Array
            ? all.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Object)
            : [];

    private static long Seconds(Bucket bucket) => bucket.RetentionRules?.FirstOrDefault()?.EverySeconds ?? 0;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
