using System.Net;
using System.Text.Json;
using NetTraffic.Enrichment.Limits;

namespace NetTraffic.Enrichment.Online.AbuseIpDb;

/// <summary>AbuseIPDB's <c>/check</c>: reports of abuse of the last 30 days, and how sure it is of them.</summary>
internal sealed class AbuseIpDbProvider(EnrichmentTarget target, string storePath, OnlineOptions options, TimeProvider time)
    : OneByOneProvider(EnrichmentTarget.AbuseIpDb, NewClient(target, storePath, options, time))
{
    private readonly OnlineService service = AbuseIpDbService.Of(target);

    /// <inheritdoc/>
    public override TimeSpan TimeToLive => TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public override TimeSpan NegativeTimeToLive => TimeSpan.FromHours(12);

    /// <inheritdoc/>
    protected override Task<ProviderAnswer> AskOneAsync(IPAddress address, CancellationToken cancellationToken) => Client.AskAsync(
        () => AbuseIpDbService.Get(service, $"/check?ipAddress={Uri.EscapeDataString(address.ToString())}&maxAgeInDays=30"),
        reply => Read(reply, address),
        (status, said) => status == 422
            ? new ProviderAnswer(null, $"it does not take this address ({said})")
            : throw Client.Refused(status, said),
        cancellationToken);

    private static OnlineClient NewClient(EnrichmentTarget target, string storePath, OnlineOptions options, TimeProvider time)
    {
        // The daily quota of a free account, until the service says what this one's is. It has no limit a minute; this one is for its sake.
        ProviderLimit limit = new(PerMinute: 300, PerDay: 1000);
        LimitGate gate = new(storePath, EnrichmentTarget.AbuseIpDb, target.AbuseIpDbKey, limit, time);
        return new(AbuseIpDbService.Of(target), gate, options, time, AbuseIpDbService.HeedAsync);
    }

    private ProviderAnswer Read(OnlineReply reply, IPAddress address)
    {
        using JsonDocument document = Client.Json(reply);
        if (document.RootElement.Member("data") is not { ValueKind: JsonValueKind.Object } data)
        {
            throw Client.Unexpected(reply, "data of an address");
        }

        if (!AskedAddress.Is(data.Text("ipAddress"), address))
        {
            return new ProviderAnswer(null, "it answered for another address");
        }

        string? usage = data.Text("usageType");
        return data.Flag("isPublic") == false ? new ProviderAnswer(null) : new ProviderAnswer(new EnrichmentRow
        {
            CountryCode = data.CountryCode("countryCode"),
            Organization = data.Text("isp"),
            HostName = data.Member("hostnames") is { ValueKind: JsonValueKind.Array } names && names.GetArrayLength() > 0
                ? names[0].Text() : null,
            IsHosting = usage is null ? null : usage.StartsWith("Data Center", StringComparison.OrdinalIgnoreCase),
            IsMobile = usage is null ? null : usage.StartsWith("Mobile", StringComparison.OrdinalIgnoreCase),
            IsTor = data.Flag("isTor"),
            AbuseScore = data.Count("abuseConfidenceScore", largest: 100),
            AbuseReports = data.Count("totalReports"),
        });
    }
}
