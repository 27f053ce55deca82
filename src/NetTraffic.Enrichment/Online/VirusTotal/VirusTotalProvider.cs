using System.Net;
using System.Text.Json;
using NetTraffic.Enrichment.Limits;

namespace NetTraffic.Enrichment.Online.VirusTotal;

/// <summary>
/// VirusTotal's API v3 (https://docs.virustotal.com/reference/ip-info): verdicts of security vendors, network and country. The public API
/// is not for commercial workflows.
/// </summary>
internal sealed class VirusTotalProvider(EnrichmentTarget target, string storePath, OnlineOptions options, TimeProvider time)
    : OneByOneProvider(EnrichmentTarget.VirusTotal, NewClient(target, storePath, options, time))
{
    private readonly OnlineService service = ServiceOf(target);

    /// <inheritdoc/>
    public override TimeSpan TimeToLive => TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public override TimeSpan NegativeTimeToLive => TimeSpan.FromDays(1);

    /// <inheritdoc/>
    protected override Task<ProviderAnswer> AskOneAsync(IPAddress address, CancellationToken cancellationToken) => Client.AskAsync(
        () => Request(address),
        reply => Read(reply, address),
        (status, said) => (status, said.Split(':')[0]) switch
        {
            (404, "NotFoundError") => new ProviderAnswer(null),
            (400, "InvalidArgumentError") => new ProviderAnswer(null, $"it does not take this address ({said})"),
            _ => throw Client.Refused(status, said),
        },
        cancellationToken);

    private static OnlineService ServiceOf(EnrichmentTarget target) => new(
        EnrichmentTarget.VirusTotal, target.VirusTotalUrl, nameof(TrafficOption.VirusTotalUrl), target.VirusTotalKey,
        SettingTable.VirusTotalKey.Name, NeedsKey: true);

    private static OnlineClient NewClient(EnrichmentTarget target, string storePath, OnlineOptions options, TimeProvider time)
    {
        // The public API's. It says neither in headers nor with a 429 how much is left.
        ProviderLimit limit = new(PerMinute: 4, PerDay: 500);
        LimitGate gate = new(storePath, EnrichmentTarget.VirusTotal, target.VirusTotalKey, limit, time);
        return new(ServiceOf(target), gate, options, time, (_, _, _) => Task.CompletedTask);
    }

    private HttpRequestMessage Request(IPAddress address)
    {
        HttpRequestMessage request = new(HttpMethod.Get, service.At($"/ip_addresses/{Uri.EscapeDataString(address.ToString())}"));
        request.Headers.Add("x-apikey", service.Key);
        return request;
    }

    private ProviderAnswer Read(OnlineReply reply, IPAddress address)
    {
        using JsonDocument document = Client.Json(reply);
        if (document.RootElement.Member("data") is not { ValueKind: JsonValueKind.Object } data)
        {
            throw Client.Unexpected(reply, "data of an address");
        }

        if (data.Text("id") is { } id && !AskedAddress.Is(id, address))
        {
            return new ProviderAnswer(null, "it answered for another address");
        }

        JsonElement attributes = data.Member("attributes") ?? default;
        JsonElement votes = attributes.Member("last_analysis_stats") ?? default;
        EnrichmentRow row = new()
        {
            CountryCode = attributes.CountryCode("country"),
            AsNumber = attributes.Integer("asn"),
            AsName = attributes.Text("as_owner"),
            MaliciousVotes = votes.Count("malicious"),
            SuspiciousVotes = votes.Count("suspicious"),
            HarmlessVotes = votes.Count("harmless"),
        };
        bool isKnown = row.CountryCode is not null || row.AsNumber is not null || row.AsName is not null
            || row.MaliciousVotes is not null || row.SuspiciousVotes is not null || row.HarmlessVotes is not null;
        return new ProviderAnswer(isKnown ? row : null);
    }
}
