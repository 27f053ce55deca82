namespace NetTraffic;

/// <summary>What is known of an address, put together from all that was asked about it. What nobody said is null.</summary>
public sealed class IpEnrichment
{
    /// <summary>The address, as flows have it.</summary>
    public string Address { get; set => field = Display.Text(value); } = "";

    /// <summary>
    /// Public, or why it is nobody's on the internet: Private, Loopback, Multicast, Documentation and others. Of those nothing is asked.
    /// </summary>
    public string Scope { get; set; } = SpecialAddress.Public;

    /// <summary>Name of the country, in English.</summary>
    public string? Country { get; set; }

    /// <summary>ISO 3166-1 alpha-2 code of the country.</summary>
    public string? CountryCode { get; set; }

    /// <summary>Region, state or province.</summary>
    public string? Region { get; set; }

    /// <summary>City.</summary>
    public string? City { get; set; }

    /// <summary>Degrees north.</summary>
    public double? Latitude { get; set; }

    /// <summary>Degrees east.</summary>
    public double? Longitude { get; set; }

    /// <summary>What the coordinates are of: City, Region, or Country, which is the centre of the country and no more.</summary>
    public string? LocationAccuracy { get; set; }

    /// <summary>Number of the autonomous system that announces the address.</summary>
    public long? AsNumber { get; set; }

    /// <summary>Name of the autonomous system's holder.</summary>
    public string? AsName { get; set; }

    /// <summary>Who the address is assigned to; where nobody said, the autonomous system's holder.</summary>
    public string? Organization { get; set; }

    /// <summary>Name by reverse DNS.</summary>
    public string? HostName { get; set; }

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

    /// <summary>Names of the imported blocklists that it is on.</summary>
    public TextList Blocklists { get; set; } = TextList.Empty;

    /// <summary>How suspicious it is, 0 to 100; <see cref="SuspicionReasons"/> say why.</summary>
    public int SuspicionScore { get; set; }

    /// <summary>What the score is made of, each with its points.</summary>
    public TextList SuspicionReasons { get; set; } = TextList.Empty;

    /// <summary>Who said something of it.</summary>
    public TextList Providers { get; set; } = TextList.Empty;

    /// <summary>When the oldest of that was asked, local time; null: nobody was asked, tables of this machine say it.</summary>
    public DateTime? FetchedTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>When the first of that is to be asked again, local time; null as above.</summary>
    public DateTime? ExpiresTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>What is missing and why, a provider each: <c>virustotal: the daily quota of 500 is used up until 00:00 UTC</c>.</summary>
    public TextList Missing { get; set; } = TextList.Empty;

    /// <summary>Folder of the store that it is kept in.</summary>
    public string StorePath { get; set; } = "";

    /// <summary>The address.</summary>
    public override string ToString() => Address;
}
