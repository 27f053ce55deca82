using NetTraffic.Enrichment.Limits;

namespace NetTraffic.Enrichment.Online.AbuseIpDb;

/// <summary>What is the same for all that AbuseIPDB's API v2 (https://docs.abuseipdb.com) is asked for.</summary>
internal static class AbuseIpDbService
{
    /// <summary>The service of some settings.</summary>
    public static OnlineService Of(EnrichmentTarget target) => new(
        EnrichmentTarget.AbuseIpDb, target.AbuseIpDbUrl, nameof(TrafficOption.AbuseIpDbUrl), target.AbuseIpDbKey,
        SettingTable.AbuseIpDbKey.Name, NeedsKey: true);

    /// <summary>A request with the key, which goes in a header.</summary>
    public static HttpRequestMessage Get(OnlineService service, string path)
    {
        HttpRequestMessage request = new(HttpMethod.Get, service.At(path));
        request.Headers.Add("Key", service.Key);
        return request;
    }

    /// <summary>X-RateLimit-Limit: the plan's daily quota; X-RateLimit-Remaining: what is left of it.</summary>
    public static Task HeedAsync(OnlineReply reply, LimitGate gate, CancellationToken token) =>
        reply.Number("X-RateLimit-Limit") is { } quota
            ? gate.HeedAsync(quota, reply.Number("X-RateLimit-Remaining"), token)
            : Task.CompletedTask;
}
