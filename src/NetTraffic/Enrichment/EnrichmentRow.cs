namespace NetTraffic;

/// <summary>
/// What one provider said of one address at one time: a row of the enrichment dataset. What it did not say is null. That a provider knows
/// nothing of an address is a row too, so that it is not asked again before that expires.
/// </summary>
public sealed class EnrichmentRow
{
    /// <summary>The address, as flows have it.</summary>
    public string Address { get; set => field = Display.Text(value); } = "";

    /// <summary>Name of the provider.</summary>
    public string Provider { get; set => field = Display.Text(value); } = "";

    /// <summary>When it was asked, UTC.</summary>
    public DateTime Time { get; set; }

    /// <summary>Until when that counts, UTC.</summary>
    public DateTime ExpiresTime { get; set; }

    /// <summary>Name of the country, in English.</summary>
    public string? Country { get; set => field = Clean(value); }

    /// <summary>ISO 3166-1 alpha-2 code of the country.</summary>
    public string? CountryCode { get; set => field = Clean(value); }

    /// <summary>Region, state or province.</summary>
    public string? Region { get; set => field = Clean(value); }

    /// <summary>City.</summary>
    public string? City { get; set => field = Clean(value); }

    /// <summary>Degrees north.</summary>
    public double? Latitude { get; set => field = value is >= -90 and <= 90 ? value : null; }

    /// <summary>Degrees east.</summary>
    public double? Longitude { get; set => field = value is >= -180 and <= 180 ? value : null; }

    /// <summary>Number of the autonomous system.</summary>
    public long? AsNumber { get; set => field = value is > 0 and <= uint.MaxValue ? value : null; }

    /// <summary>Name of the autonomous system.</summary>
    public string? AsName { get; set => field = Clean(value); }

    /// <summary>Who the address is assigned to: an organisation, or its provider.</summary>
    public string? Organization { get; set => field = Clean(value); }

    /// <summary>Name by reverse DNS.</summary>
    public string? HostName { get; set => field = Clean(value); }

    /// <summary>Whether it is of a data centre.</summary>
    public bool? IsHosting { get; set; }

    /// <summary>Whether it is a proxy, VPN or Tor exit.</summary>
    public bool? IsProxy { get; set; }

    /// <summary>Whether it is of a mobile network.</summary>
    public bool? IsMobile { get; set; }

    /// <summary>Whether it is a Tor exit.</summary>
    public bool? IsTor { get; set; }

    /// <summary>AbuseIPDB's confidence that it is abusive, 0 to 100.</summary>
    public int? AbuseScore { get; set; }

    /// <summary>Reports that AbuseIPDB has of it.</summary>
    public int? AbuseReports { get; set; }

    /// <summary>VirusTotal: engines that call it malicious.</summary>
    public int? MaliciousVotes { get; set; }

    /// <summary>VirusTotal: engines that call it suspicious.</summary>
    public int? SuspiciousVotes { get; set; }

    /// <summary>VirusTotal: engines that call it harmless.</summary>
    public int? HarmlessVotes { get; set; }

    /// <summary>Whether nothing was known.</summary>
    public bool SaysNothing() =>
        Country is null && CountryCode is null && Region is null && City is null && Latitude is null && AsNumber is null
        && AsName is null && Organization is null && HostName is null && IsHosting is null && IsProxy is null && IsMobile is null
        && IsTor is null && AbuseScore is null && AbuseReports is null && MaliciousVotes is null && SuspiciousVotes is null
        && HarmlessVotes is null;

    // Texts come from elsewhere: what a terminal would act upon is escaped, and a name has an end.
    private static string? Clean(string? text)
    {
        const int longest = 256;
        string shown = Display.Text(text).Trim();
        return shown.Length == 0 ? null : shown.Length <= longest ? shown : shown[..longest];
    }
}
