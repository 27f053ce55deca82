using static NetTraffic.ColumnMerge;

namespace NetTraffic;

/// <summary>The table of the enrichment dataset's columns.</summary>
internal static class EnrichmentDataset
{
    public static Dataset<EnrichmentRow> Create() => new(
        "enrichment",
        [
            new Column<EnrichmentRow, string>(
                "Address", "address", ColumnType.Text, Same, ValueForm.Text, "The address.",
                row => row.Address, (row, value) => row.Address = value),
            new Column<EnrichmentRow, string>(
                "Provider", "provider", ColumnType.Text, Same, ValueForm.Text, "Who said it.",
                row => row.Provider, (row, value) => row.Provider = value),
            new Column<EnrichmentRow, DateTime>(
                "Time", "time", ColumnType.Timestamp, Last, ValueForm.Time, "When the provider was asked.",
                row => row.Time, (row, value) => row.Time = value),
            new Column<EnrichmentRow, DateTime>(
                "ExpiresTime", "expires_time", ColumnType.Timestamp, Last, ValueForm.Time, "Until when the answer counts.",
                row => row.ExpiresTime, (row, value) => row.ExpiresTime = value),
            Text("Country", "country", "Name of the country, in English.", row => row.Country, (row, value) => row.Country = value),
            Text("CountryCode", "country_code", "ISO 3166-1 alpha-2 code of the country.",
                row => row.CountryCode, (row, value) => row.CountryCode = value),
            Text("Region", "region", "Region, state or province.", row => row.Region, (row, value) => row.Region = value),
            Text("City", "city", "City.", row => row.City, (row, value) => row.City = value),
            new Column<EnrichmentRow, double?>(
                "Latitude", "latitude_microdegrees", ColumnType.Int32, Last, ValueForm.OptionalDegrees,
                "Degrees north; in files millionths of them.",
                row => row.Latitude, (row, value) => row.Latitude = value),
            new Column<EnrichmentRow, double?>(
                "Longitude", "longitude_microdegrees", ColumnType.Int32, Last, ValueForm.OptionalDegrees,
                "Degrees east; in files millionths of them.",
                row => row.Longitude, (row, value) => row.Longitude = value),
            new Column<EnrichmentRow, long?>(
                "AsNumber", "as_number", ColumnType.Int64, Last, ValueForm.OptionalInt64, "Number of the autonomous system.",
                row => row.AsNumber, (row, value) => row.AsNumber = value),
            Text("AsName", "as_name", "Name of the autonomous system.", row => row.AsName, (row, value) => row.AsName = value),
            Text("Organization", "organization", "Who the address is assigned to.",
                row => row.Organization, (row, value) => row.Organization = value),
            Text("HostName", "host_name", "Name by reverse DNS.", row => row.HostName, (row, value) => row.HostName = value),
            Hint("IsHosting", "is_hosting", "Whether it is of a data centre.", row => row.IsHosting, (row, value) => row.IsHosting = value),
            Hint("IsProxy", "is_proxy", "Whether it is a proxy, VPN or Tor exit.",
                row => row.IsProxy, (row, value) => row.IsProxy = value),
            Hint("IsMobile", "is_mobile", "Whether it is of a mobile network.", row => row.IsMobile, (row, value) => row.IsMobile = value),
            Hint("IsTor", "is_tor", "Whether it is a Tor exit.", row => row.IsTor, (row, value) => row.IsTor = value),
            Count("AbuseScore", "abuse_score", "AbuseIPDB's confidence that it is abusive, 0 to 100.",
                row => row.AbuseScore, (row, value) => row.AbuseScore = value),
            Count("AbuseReports", "abuse_reports", "Reports that AbuseIPDB has of it.",
                row => row.AbuseReports, (row, value) => row.AbuseReports = value),
            Count("MaliciousVotes", "malicious_votes", "VirusTotal: engines that call it malicious.",
                row => row.MaliciousVotes, (row, value) => row.MaliciousVotes = value),
            Count("SuspiciousVotes", "suspicious_votes", "VirusTotal: engines that call it suspicious.",
                row => row.SuspiciousVotes, (row, value) => row.SuspiciousVotes = value),
            Count("HarmlessVotes", "harmless_votes", "VirusTotal: engines that call it harmless.",
                row => row.HarmlessVotes, (row, value) => row.HarmlessVotes = value),
        ],
        () => new EnrichmentRow(),
        "What providers said of addresses, one row per address, provider and time.");

    private static Column<EnrichmentRow, string?> Text(string property, string name, string description,
        Func<EnrichmentRow, string?> get, Action<EnrichmentRow, string?> set) =>
        new(property, name, ColumnType.Text, Last, ValueForm.OptionalText, description, get, set);

    private static Column<EnrichmentRow, bool?> Hint(string property, string name, string description,
        Func<EnrichmentRow, bool?> get, Action<EnrichmentRow, bool?> set) =>
        new(property, name, ColumnType.UInt8, Last, ValueForm.OptionalBoolean, description, get, set);

    private static Column<EnrichmentRow, int?> Count(string property, string name, string description,
        Func<EnrichmentRow, int?> get, Action<EnrichmentRow, int?> set) =>
        new(property, name, ColumnType.Int32, Last, ValueForm.OptionalInt32, description, get, set);
}
