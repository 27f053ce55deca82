using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using NetTraffic.Enrichment.Limits;

namespace NetTraffic.Enrichment.Online.IpApi;

/// <summary>
/// ip-api.com's batch endpoint (https://ip-api.com/docs/api:batch): place, network, and whether it is a data centre, proxy or mobile
/// network, 100 addresses a request. Without a key by plain HTTP, and not for commercial use.
/// </summary>
internal sealed class IpApiProvider : IEnrichmentProvider
{
    private const string Fields =
        "status,message,query,country,countryCode,regionName,city,lat,lon,isp,org,as,asname,mobile,proxy,hosting";

    // What a window of its limit can last, however much longer X-Ttl says.
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(5);

    private readonly OnlineClient client;
    private readonly OnlineService service;

    /// <summary>Makes one; nothing is sent yet.</summary>
    public IpApiProvider(EnrichmentTarget target, string storePath, OnlineOptions options, TimeProvider time)
    {
        service = new(
            Name, target.IpApiUrl, nameof(TrafficOption.IpApiUrl), target.IpApiKey, SettingTable.IpApiKey.Name, NeedsKey: false);

        // The free tier's limit; a paid plan has none, and this keeps a loop that went wrong from being one.
        ProviderLimit limit = new(target.IpApiKey is null ? 15 : 120, PerDay: null);
        client = new(service, new LimitGate(storePath, Name, target.IpApiKey, limit, time), options, time, HeedAsync);
    }

    /// <inheritdoc/>
    public string Name => EnrichmentTarget.IpApi;

    /// <inheritdoc/>
    public int BatchSize => 100;

    /// <inheritdoc/>
    public TimeSpan TimeToLive => TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public TimeSpan NegativeTimeToLive => TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ProviderAnswer>> AskAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(addresses.Count, BatchSize);
        IPAddress[] asked = [.. addresses.Where(AskedAddress.MayBeAsked).Select(AskedAddress.Plain).Distinct()];
        if (asked.Length == 0)
        {
            return [.. addresses.Select(_ => new ProviderAnswer(null))];
        }

        try
        {
            Dictionary<IPAddress, ProviderAnswer> answers = await client.AskAsync(
                () => Request(asked), Read, refused: null, cancellationToken).ConfigureAwait(false);
            return
            [
                .. addresses.Select(address => !AskedAddress.MayBeAsked(address) ? new ProviderAnswer(null)
                    : answers.GetValueOrDefault(AskedAddress.Plain(address))
                        ?? new ProviderAnswer(null, "its answer leaves this address out")),
            ];
        }
        catch (RequestProblem problem)
        {
            return [.. addresses.Select(_ => new ProviderAnswer(null, problem.Message))];
        }
    }

    /// <inheritdoc/>
    public ProviderCost? CostOf(int addresses) => client.Gate.CostOf((addresses + BatchSize - 1) / BatchSize);

    /// <inheritdoc/>
    public ProviderQuota? Quota() => client.Gate.Quota(Name);

    /// <summary>X-Rl: requests left; X-Ttl: seconds until there are more.</summary>
    private static async Task HeedAsync(OnlineReply reply, LimitGate gate, CancellationToken token)
    {
        if (reply.Number("X-Rl") == 0)
        {
            double seconds = Math.Min(reply.Number("X-Ttl") ?? 60, LongestWindow.TotalSeconds);
            await gate.ParkAsync(TimeSpan.FromSeconds(seconds), "its requests are used up", token).ConfigureAwait(false);
        }
    }

    private HttpRequestMessage Request(IPAddress[] addresses) => new(
        HttpMethod.Post, service.At($"/batch?fields={Fields}{(service.Key is { } key ? $"&key={Uri.EscapeDataString(key)}" : "")}"))
    {
        Content = new StringContent(
            JsonSerializer.Serialize(addresses.Select(address => address.ToString())), Encoding.UTF8, "application/json"),
    };

    private Dictionary<IPAddress, ProviderAnswer> Read(OnlineReply reply)
    {
        using JsonDocument document = client.Json(reply);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw client.Unexpected(reply, "a list of answers");
        }

        Dictionary<IPAddress, ProviderAnswer> answers = [];
        foreach (JsonElement item in document.RootElement.EnumerateArray())
        {
            if (IPAddress.TryParse(item.Text("query"), out IPAddress? address))
            {
                answers.TryAdd(AskedAddress.Plain(address), Answer(item));
            }
        }

        return answers;
    }

    private ProviderAnswer Answer(JsonElement item) => item.Text("status") switch
    {
        "success" => new ProviderAnswer(Row(item)),
        "fail" => item.Text("message") is "private range" or "reserved range"
            ? new ProviderAnswer(null)
            : new ProviderAnswer(null, $"it answers '{service.Quote(item.Text("message") ?? "fail")}'"),
        _ => new ProviderAnswer(null, "its answer does not say whether it is one"),
    };

    private static EnrichmentRow Row(JsonElement item)
    {
        (long? number, string? name) = AutonomousSystem(item.Text("as"));

        // Where it knows no place it has zeros, which is a place in the sea.
        double? latitude = item.Number("lat"), longitude = item.Number("lon");
        bool isPlace = latitude is not null && longitude is not null && (latitude != 0 || longitude != 0);
        return new EnrichmentRow
        {
            Country = item.Text("country"),
            CountryCode = item.CountryCode("countryCode"),
            Region = item.Text("regionName"),
            City = item.Text("city"),
            Latitude = isPlace ? latitude : null,
            Longitude = isPlace ? longitude : null,
            AsNumber = number,
            AsName = name ?? item.Text("asname"),
            Organization = item.Text("org") ?? item.Text("isp"),
            IsHosting = item.Flag("hosting"),
            IsProxy = item.Flag("proxy"),
            IsMobile = item.Flag("mobile"),
        };
    }

    /// <summary>The parts of <c>AS15169 Google LLC</c>.</summary>
    private static (long? Number, string? Name) AutonomousSystem(string? text)
    {
        string[] parts = (text ?? "").Split(' ', 2, StringSplitOptions.TrimEntries);
        return parts[0].StartsWith("AS", StringComparison.OrdinalIgnoreCase)
            && uint.TryParse(parts[0].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
                ? (number, parts.Length > 1 && parts[1].Length > 0 ? parts[1] : null)
                : (null, null);
    }
}
