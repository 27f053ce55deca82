namespace NetTraffic;

/// <summary>A blocklist that was imported into a store.</summary>
public sealed class IpBlocklist
{
    /// <summary>Its name.</summary>
    public string Name { get; set => field = Display.Text(value); } = "";

    /// <summary>Networks in it; those that touch are one.</summary>
    public int Ranges { get; set; }

    /// <summary>Where it came from: a file's path, or an address on the web.</summary>
    public string Source { get; set => field = Display.Text(value); } = "";

    /// <summary>When it was imported, local time.</summary>
    public DateTime ImportTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Bytes of its file in the store.</summary>
    public long Bytes { get; set; }

    /// <summary>Lines of the source that are no address; null: it was not read just now.</summary>
    public int? SkippedLines { get; set; }

    /// <summary>Folder of the store.</summary>
    public string StorePath { get; set; } = "";
}

/// <summary>A table or database that says where addresses are, or who routes them.</summary>
public sealed class GeoDatabase
{
    /// <summary>
    /// What it says: <c>country</c>, <c>asn</c>, or what a database in MaxMind's format says it is (<c>GeoLite2-City</c>).
    /// </summary>
    public string Kind { get; set => field = Display.Text(value); } = "";

    /// <summary>Where it came from: a package with its version.</summary>
    public string Source { get; set => field = Display.Text(value); } = "";

    /// <summary>Age of its content: when it was made, local time.</summary>
    public DateTime Date { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Networks in it; null: not counted.</summary>
    public int? Ranges { get; set; }

    /// <summary>The terms under which it may be used, with who is to be named.</summary>
    public string License { get; set => field = Display.Text(value); } = "";

    /// <summary>Its file.</summary>
    public string Path { get; set; } = "";

    /// <summary>Whether it is asked: of several of a kind, the one with the newest content.</summary>
    public bool IsUsed { get; set; }
}

/// <summary>An address that is suspicious, with its traffic.</summary>
public sealed class SuspiciousAddress
{
    /// <summary>The address.</summary>
    public string Address { get; set => field = Display.Text(value); } = "";

    /// <summary>How suspicious it is, 0 to 100.</summary>
    public int SuspicionScore { get; set; }

    /// <summary>What the score is made of, each with its points.</summary>
    public TextList SuspicionReasons { get; set; } = TextList.Empty;

    /// <summary>Names of the imported blocklists that it is on.</summary>
    public TextList Blocklists { get; set; } = TextList.Empty;

    /// <summary>Country, in English.</summary>
    public string? Country { get; set; }

    /// <summary>Number of the autonomous system.</summary>
    public long? AsNumber { get; set; }

    /// <summary>Who it is assigned to.</summary>
    public string? Organization { get; set; }

    /// <summary>Name by reverse DNS.</summary>
    public string? HostName { get; set; }

    /// <summary>Packets it sent and received.</summary>
    public long Packets { get; set; }

    /// <summary>Wire bytes it sent and received.</summary>
    public long Bytes { get; set; }

    /// <summary>Wire bytes it sent.</summary>
    public long SentBytes { get; set; }

    /// <summary>Wire bytes it received.</summary>
    public long ReceivedBytes { get; set; }

    /// <summary>Flows it took part in.</summary>
    public long Flows { get; set; }

    /// <summary>First packet, local time.</summary>
    public DateTime StartTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Last packet, local time.</summary>
    public DateTime EndTime { get => UnixTime.Local(field); set => field = UnixTime.Utc(value); }

    /// <summary>Folder of the store.</summary>
    public string StorePath { get; set; } = "";
}

/// <summary>How much of its limit a provider has been asked, by all processes of a store.</summary>
public sealed record ProviderQuota
{
    /// <summary>Its name.</summary>
    public required string Provider { get; init; }

    /// <summary>Requests counted; null: the count cannot be read.</summary>
    public long? Used { get; init; }

    /// <summary>Requests it allows: a day, or a minute where it has no limit a day.</summary>
    public long Limit { get; init; }

    /// <summary>Requests left, as <see cref="EnrichmentCost"/> has them; null: the count cannot be read.</summary>
    public long? Left { get; init; }

    /// <summary>When the count begins anew, or it may be asked again, local time; null: nothing was counted.</summary>
    public DateTime? Until { get => UnixTime.Local(field); init => field = UnixTime.Utc(value); }

    /// <summary>Why it is left alone until then; null: it is not.</summary>
    public string? Reason { get; init; }
}

/// <summary>What asking a provider would cost.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Addresses">Addresses it would be asked for.</param>
/// <param name="Requests">Requests that takes.</param>
/// <param name="Left">Requests left before its limit; null: not known, or no limit.</param>
/// <param name="Until">When the limit begins anew, UTC; null: not known.</param>
public sealed record EnrichmentCost(string Provider, int Addresses, int Requests, long? Left, DateTime? Until);
