using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace NetTraffic.Influx.Tests.Servers;

/// <summary>The administration of InfluxDB 2.x: organisations, buckets, mappings, authorizations.</summary>
internal sealed partial class FakeInflux
{
    /// <summary>The authorizations made, by their tokens.</summary>
    public ConcurrentDictionary<string, IssuedToken> Issued { get; } = new();

    /// <summary>An authorization: what it may do, to which bucket (by its identifier).</summary>
    internal sealed record IssuedToken(string Id, string Action, string Bucket, string Description)
    {
        public bool Allows(HttpRequest request, string path) => Action == "read"
            ? request.Method == "GET" && path == "/api/v2/buckets/" + Bucket
            : request.Method == "POST" && path == "/api/v2/write" && "b-" + request.Query["bucket"] == Bucket;
    }

    private async Task SetUpAsync(HttpContext context, string path)
    {
        IQueryCollection query = context.Request.Query;
        using JsonDocument? body = context.Request.Method is "GET" or "DELETE" ? null : await JsonDocument.ParseAsync(context.Request.Body);
        string name = query["name"].ToString();
        switch (context.Request.Method + " " + path)
        {
            case "GET /api/v2/orgs":
                await Answer(context, 200, query["org"].Count == 0 || query["org"] == Organization ? $$"""{"orgs":[{"id":"0a","name":"{{Organization}}"}]}""" : """{"orgs":[]}""");
                break;
            case "GET /api/v2/buckets" when query["orgID"] == "0a":
                await Answer(context, 200, Buckets.TryGetValue(name, out long seconds)
                    ? $$"""{"buckets":[{"id":"b-{{name}}","name":"{{name}}","retentionRules":[{{(seconds == 0 ? "" : $$"""{"type":"expire","everySeconds":{{seconds}}}""")}}]}]}"""
                    : """{"buckets":[]}""");
                break;
            case "POST /api/v2/buckets" when body!.RootElement.GetProperty("orgID").GetString() == "0a":
                name = body.RootElement.GetProperty("name").GetString()!;
                Buckets[name] = Every(body.RootElement);
                await Answer(context, 201, $$"""{"id":"b-{{name}}","name":"{{name}}"}""");
                break;
            case "GET /api/v2/dbrps" when query["orgID"] == "0a":
                string database = query["db"].ToString();
                await Answer(context, 200, Mappings.TryGetValue(database, out string? bucket)
                    ? $$"""{"content":[{"bucketID":"{{bucket}}","database":"{{database}}","retention_policy":"autogen","default":true,"virtual":false}]}"""
                    : $$"""{"content":[{"bucketID":"b-{{database}}","database":"{{database}}","retention_policy":"autogen","default":true,"virtual":true}]}""");
                break;
            case "POST /api/v2/dbrps" when body!.RootElement.GetProperty("orgID").GetString() == "0a"
                && body.RootElement.GetProperty("retention_policy").GetString() == "autogen":
                Mappings[body.RootElement.GetProperty("database").GetString()!] = body.RootElement.GetProperty("bucketID").GetString()!;
                await Answer(context, 201, "{}");
                break;
            case "POST /api/v2/authorizations" when body!.RootElement is var wanted && wanted.GetProperty("orgID").GetString() == "0a":
                await AuthorizeAsync(context, wanted);
                break;
            case var delete when delete.StartsWith("DELETE /api/v2/authorizations/", StringComparison.Ordinal):
                bool known = Issued.TryRemove(Issued.SingleOrDefault(pair => path.EndsWith("/" + pair.Value.Id, StringComparison.Ordinal)));
                await Answer(context, known ? 204 : 404, known ? "" : """{"code":"not found","message":"authorization not found"}""");
                break;
            case var get when get.StartsWith("GET /api/v2/buckets/b-", StringComparison.Ordinal):
                name = path["/api/v2/buckets/b-".Length..];
                await Answer(context, Buckets.ContainsKey(name) ? 200 : 404, $$"""{"id":"b-{{name}}","code":"not found","message":"bucket not found"}""");
                break;
            case var patch when patch.StartsWith("PATCH /api/v2/buckets/b-", StringComparison.Ordinal):
                if (body!.RootElement.GetProperty("retentionRules").GetArrayLength() > 0)
                {
                    Buckets[path["/api/v2/buckets/b-".Length..]] = Every(body.RootElement); // without a rule it stays as it is
                }

                await Answer(context, 200, "{}");
                break;
            default:
                await Answer(context, 400, """{"code":"invalid","message":"not what is documented"}""");
                break;
        }

        static long Every(JsonElement bucket) =>
            bucket.GetProperty("retentionRules").EnumerateArray().Select(r => r.GetProperty("everySeconds").GetInt64()).FirstOrDefault();
    }

    private async Task AuthorizeAsync(HttpContext context, JsonElement wanted)
    {
        JsonElement permission = Assert.Single(wanted.GetProperty("permissions").EnumerateArray());
        JsonElement resource = permission.GetProperty("resource");
        Assert.Equal(("buckets", "0a", "active"),
            (resource.GetProperty("type").GetString(), resource.GetProperty("orgID").GetString(),
                wanted.GetProperty("status").GetString()));
        string action = permission.GetProperty("action").GetString()!, bucket = resource.GetProperty("id").GetString()!;
        string token = $"issued-{Guid.NewGuid():N}==";
        IssuedToken issued = new($"a{Issued.Count}", action, bucket, wanted.GetProperty("description").GetString()!);
        Issued[token] = issued;
        await Answer(context, 201, JsonSerializer.Serialize(new
        {
            id = issued.Id,
            token,
            status = "active",
            description = issued.Description,
            orgID = "0a",
            org = Organization,
            userID = "0b",
            user = "admin",
            permissions = new[] { new { action,
                resource = new { type = "buckets", id = bucket, orgID = "0a", name = bucket[2..], org = Organization } } },
            links = new { self = "/api/v2/authorizations/" + issued.Id, user = "/api/v2/users/0b" },
            createdAt = DateTime.UtcNow,
            updatedAt = DateTime.UtcNow,
        }));
    }
}
