using System.Net;

namespace NetTraffic;

/// <summary>Who is asked about addresses, where, and with which keys: what settings say of it, keys included.</summary>
public sealed record EnrichmentTarget
{
    /// <summary>Reverse DNS.</summary>
    public const string Dns = "dns";

    /// <summary>ip-api.com.</summary>
    public const string IpApi = "ip-api";

    /// <summary>AbuseIPDB.</summary>
    public const string AbuseIpDb = "abuseipdb";

    /// <summary>VirusTotal.</summary>
    public const string VirusTotal = "virustotal";

    /// <summary>All providers that ask somebody on the network, in the order in which they are asked and shown.</summary>
    public static IReadOnlyList<string> ProviderNames { get; } = [Dns, IpApi, AbuseIpDb, VirusTotal];

    /// <summary>Those that were opted in.</summary>
    public required IReadOnlyList<string> Providers { get; init; }

    /// <summary>Name server for reverse DNS; null: the system's.</summary>
    public IPEndPoint? DnsServer { get; init; }

    /// <summary>Base address of ip-api.com: by plain HTTP, with a key by HTTPS.</summary>
    public required Uri IpApiUrl { get; init; }

    /// <summary>Key for ip-api.com; null: none, which is its free tier.</summary>
    public string? IpApiKey { get; init; }

    /// <summary>Base address of AbuseIPDB.</summary>
    public required Uri AbuseIpDbUrl { get; init; }

    /// <summary>Key for AbuseIPDB; null: none, and it cannot be asked.</summary>
    public string? AbuseIpDbKey { get; init; }

    /// <summary>Base address of VirusTotal.</summary>
    public required Uri VirusTotalUrl { get; init; }

    /// <summary>Key for VirusTotal; null: none, and it cannot be asked.</summary>
    public string? VirusTotalKey { get; init; }

    /// <summary>What settings say.</summary>
    /// <param name="option">The settings.</param>
    /// <param name="secret">Gives a key, which they do not show; null: it is not set.</param>
    public static EnrichmentTarget Of(TrafficOption option, Func<Setting, string?> secret)
    {
        ArgumentNullException.ThrowIfNull(option);
        ArgumentNullException.ThrowIfNull(secret);
        string? key = secret(SettingTable.IpApiKey);
        return new EnrichmentTarget
        {
            Providers = option.EnrichmentProviders,
            DnsServer = option.DnsServer,
            IpApiUrl = new Uri(option.IpApiUrl ?? (key is null ? "http://ip-api.com" : "https://pro.ip-api.com")),
            IpApiKey = key,
            AbuseIpDbUrl = new Uri(option.AbuseIpDbUrl ?? "https://api.abuseipdb.com/api/v2"),
            AbuseIpDbKey = secret(SettingTable.AbuseIpDbKey),
            VirusTotalUrl = new Uri(option.VirusTotalUrl ?? "https://www.virustotal.com/api/v3"),
            VirusTotalKey = secret(SettingTable.VirusTotalKey),
        };
    }

    /// <summary>Name of this machine's own tables, which are always looked into: given alone, nobody is asked.</summary>
    public const string Geo = "geo";

    /// <summary>The same with other providers.</summary>
    /// <param name="names">Their names; <see cref="Geo"/> may be among them.</param>
    /// <exception cref="FormatException">There is no such provider.</exception>
    public EnrichmentTarget With(IEnumerable<string> names) => this with
    {
        Providers = SettingTypes.Providers.Read(
            string.Join(',', names.Where(name => !name.Equals(Geo, StringComparison.OrdinalIgnoreCase)))),
    };

    /// <summary>The providers; never a key.</summary>
    public override string ToString() => Providers.Count == 0 ? "none" : string.Join(", ", Providers);
}
