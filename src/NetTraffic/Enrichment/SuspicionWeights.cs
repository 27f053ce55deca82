using System.Globalization;

namespace NetTraffic;

/// <summary>
/// How suspicious an address is, 0 to 100: points for what is known of it, a hundred at most. What nobody said gives nothing. Each weight
/// is the most that its sign can give, but for several blocklists.
/// </summary>
public sealed record SuspicionWeights
{
    /// <summary>On an imported blocklist; a further list adds a tenth of this, up to half as much again.</summary>
    public int Blocklist { get; init; } = 50;

    /// <summary>AbuseIPDB's confidence of 100; less of it in proportion.</summary>
    public int AbuseIpDb { get; init; } = 60;

    /// <summary>
    /// VirusTotal: ten engines or more that call it malicious, one that calls it suspicious counting half; fewer in proportion.
    /// </summary>
    public int VirusTotal { get; init; } = 60;

    /// <summary>A Tor exit.</summary>
    public int Tor { get; init; } = 25;

    /// <summary>A proxy or VPN.</summary>
    public int Proxy { get; init; } = 15;

    /// <summary>Of a data centre.</summary>
    public int Hosting { get; init; } = 5;

    /// <summary>Reads <c>Blocklist=40</c> and the like; what is not named keeps its weight.</summary>
    /// <exception cref="FormatException">There is no such sign, or the weight is not 0 to 100.</exception>
    public static SuspicionWeights Parse(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        SuspicionWeights weights = new();
        foreach (string text in texts)
        {
            string[] parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int weight)
                || weight > 100)
            {
                throw new FormatException($"'{text}' is no weight. Give for example Blocklist=50, a number from 0 to 100.");
            }

            weights = parts[0].ToUpperInvariant() switch
            {
                "BLOCKLIST" => weights with { Blocklist = weight },
                "ABUSEIPDB" => weights with { AbuseIpDb = weight },
                "VIRUSTOTAL" => weights with { VirusTotal = weight },
                "TOR" => weights with { Tor = weight },
                "PROXY" => weights with { Proxy = weight },
                "HOSTING" => weights with { Hosting = weight },
                _ => throw new FormatException(
                    $"There is no sign '{parts[0]}'. There are: Blocklist, AbuseIpDb, VirusTotal, Tor, Proxy, Hosting."),
            };
        }

        return weights;
    }

    /// <summary>Sets an address's score and the reasons for it, from what stands in it already.</summary>
    public void Apply(IpEnrichment address)
    {
        ArgumentNullException.ThrowIfNull(address);
        List<(int Points, string Reason)> reasons = [];
        if (address.Blocklists.Count > 0)
        {
            int further = Math.Min(address.Blocklists.Count - 1, 5);
            reasons.Add((Math.Min(100, Blocklist + (Blocklist * further / 10)), $"on {string.Join(", ", address.Blocklists)}"));
        }

        if (address.AbuseScore is > 0 and int score)
        {
            string reports = address.AbuseReports is { } count ? Text($", {count} reports") : "";
            reasons.Add((AbuseIpDb * Math.Min(score, 100) / 100, Text($"AbuseIPDB {score} %") + reports));
        }

        double votes = (address.MaliciousVotes ?? 0) + (0.5 * (address.SuspiciousVotes ?? 0));
        if (votes > 0)
        {
            reasons.Add(((int)Math.Round(VirusTotal * Math.Min(votes, 10) / 10),
                Text($"VirusTotal: {address.MaliciousVotes ?? 0} malicious, {address.SuspiciousVotes ?? 0} suspicious")));
        }

        if (address.IsTor == true)
        {
            reasons.Add((Tor, "Tor exit"));
        }
        else if (address.IsProxy == true)
        {
            reasons.Add((Proxy, "proxy or VPN"));
        }

        if (address.IsHosting == true)
        {
            reasons.Add((Hosting, "data centre"));
        }

        reasons.RemoveAll(reason => reason.Points == 0);
        address.SuspicionScore = Math.Min(100, reasons.Sum(reason => reason.Points));
        address.SuspicionReasons = new(
            reasons.OrderByDescending(reason => reason.Points).Select(reason => Text($"{reason.Points}: {reason.Reason}")));
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
