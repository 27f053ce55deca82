namespace NetTraffic;

/// <summary>
/// Everything that can be set, a row each. The config file, the secrets, the environment variables, the checks, Set-NetTrafficOption,
/// its help and docs/settings.md follow from the rows. A new setting is a row here, a property of <see cref="TrafficOption"/> and a
/// parameter of Set-NetTrafficOption.
/// </summary>
public static class SettingTable
{
    /// <summary>Which store is used where none is named. It cannot be said in that store: the platform's data folder has it.</summary>
    public static Setting DefaultStore { get; } = Setting.Of(
        nameof(TrafficOption.StorePath),
        SettingTypes.Folder,
        option => option.StorePath,
        (option, value) => option with { StorePath = value },
        new(
            "The store to use where no other is named and `NETTRAFFIC_HOME` is not set.",
            "the platform's data folder",
            "/srv/traffic")) with
    {
        Parameter = "DefaultStorePath",
        Variable = "NETTRAFFIC_HOME",
    };

    /// <summary>Token for InfluxDB 2.x and 3.x.</summary>
    public static Setting InfluxToken { get; } = Setting.OfSecret(
        "InfluxToken",
        option => option with { HasInfluxToken = true },
        new(
            "InfluxDB 2.x and 3.x: the token, as a SecureString. Kept in the file secrets.json of the store, which only this user may "
            + "read, and never shown. In containers: the environment variable `NETTRAFFIC_INFLUX_TOKEN`, or `NETTRAFFIC_INFLUX_TOKEN_FILE` "
            + "with the path of a file that holds it.",
            "none",
            "my-token"));

    /// <summary>Password for InfluxDB 1.x.</summary>
    public static Setting InfluxPassword { get; } = Setting.OfSecret(
        "InfluxPassword",
        option => option with { HasInfluxPassword = true },
        new("InfluxDB 1.x: the password, as a SecureString. Kept as the token is.", "none", "my-password"));

    /// <summary>Key for ip-api.com.</summary>
    public static Setting IpApiKey { get; } = Setting.OfSecret(
        "IpApiKey",
        option => option with { HasIpApiKey = true },
        new(
            "ip-api.com: the key of a paid plan, as a SecureString. With it, addresses go by HTTPS and for commercial use. Kept as "
            + "InfluxToken is, as are the other keys; from a vault: `-IpApiKey (Get-Secret NAME)`.",
            "none",
            "my-key"));

    /// <summary>Key for AbuseIPDB.</summary>
    public static Setting AbuseIpDbKey { get; } = Setting.OfSecret(
        "AbuseIpDbKey",
        option => option with { HasAbuseIpDbKey = true },
        new("AbuseIPDB: the API key, as a SecureString. It is needed; a free account has one.", "none", "my-key"));

    /// <summary>Key for VirusTotal.</summary>
    public static Setting VirusTotalKey { get; } = Setting.OfSecret(
        "VirusTotalKey",
        option => option with { HasVirusTotalKey = true },
        new("VirusTotal: the API key, as a SecureString. It is needed; a free account has one.", "none", "my-key"));

    /// <summary>Key of the REST API.</summary>
    public static Setting ServerKey { get; } = Setting.OfSecret(
        "ServerKey",
        option => option with { HasServerKey = true },
        new(
            "The REST API: the key that may do everything, as a SecureString of 20 characters or more. Only its hash is kept. In "
            + "containers: `NETTRAFFIC_SERVER_KEY`, or `NETTRAFFIC_SERVER_KEY_FILE`.",
            "none; then only this machine may ask, without a key",
            "4f7c0a91d2e8b36587f1c4a09be2d713"),
        SettingTypes.ApiKey);

    /// <summary>Key of the REST API that may only read.</summary>
    public static Setting ServerReadKey { get; } = Setting.OfSecret(
        "ServerReadKey",
        option => option with { HasServerReadKey = true },
        new(
            "The REST API: a key that may read and change nothing, as a SecureString of 20 characters or more. Only its hash is kept.",
            "none",
            "b09e17c35d2a4f8896e0d1c7a25f3b84"),
        SettingTypes.ApiKey);

    /// <summary>Where the REST API listens.</summary>
    public static Setting ServerListen { get; } = Setting.Of(
        nameof(TrafficOption.ServerListen),
        SettingTypes.ListenAddress,
        option => option.ServerListen,
        (option, value) => option with { ServerListen = value },
        new(
            "IP address at which the REST API listens; `0.0.0.0` or `::` for all of this machine's, and any but loopback needs a key.",
            "127.0.0.1",
            "192.0.2.10"));

    /// <summary>Its port.</summary>
    public static Setting ServerPort { get; } = Setting.Of(
        nameof(TrafficOption.ServerPort),
        SettingTypes.Whole(0, ushort.MaxValue),
        option => option.ServerPort,
        (option, value) => option with { ServerPort = value },
        new("TCP port of the REST API; 0 for any that is free.", "8630", "9000"));

    /// <summary>Key of pseudonyms.</summary>
    public static Setting AnonymizationKey { get; } = Setting.OfSecret(
        "AnonymizationKey",
        option => option with { HasAnonymizationKey = true },
        new(
            "The key of `Export-NetTraffic -Anonymize`, as a SecureString: 64 hexadecimal digits, or 32 ASCII characters. Exports under "
            + "one key have the same pseudonyms; who has the key can undo them. Kept as InfluxToken is.",
            "a new one for each export",
            "6d0f8a3b5c2e9147d8b06f3a1c5e7d92846b0f3d5a7c9e1282b4d6f80a1c3e5f"),
        SettingTypes.AnonymizationKey);

    /// <summary>The rows.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        DefaultStore,
        Setting.Of(
            nameof(TrafficOption.Sensor),
            SettingTypes.TrimmedName("a sensor's name", PlainName.LongestSensor),
            option => option.Sensor,
            (option, value) => option with { Sensor = value },
            new("Name under which this machine's traffic is stored.", "the host name", "tap-1")),
        Setting.Of(
            nameof(TrafficOption.Retention),
            SettingTypes.Span(TimeSpan.FromHours(1), TimeSpan.MaxValue, "history is kept in whole hours; give at least 1h."),
            option => option.Retention,
            (option, value) => option with { Retention = value },
            new("How long history is kept: `12h`, `30d`, or `forever`.", "for ever", "30d")),
        Setting.Of(
            nameof(TrafficOption.FlushInterval),
            SettingTypes.Span(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "give 1s to 1h."),
            option => option.FlushInterval,
            (option, value) => option with { FlushInterval = value },
            new("How often running captures write their flows, `1s` to `1h`.", "5s", "10s")),
        Setting.Of(
            nameof(TrafficOption.LocalNetworks),
            SettingTypes.Networks,
            option => option.LocalNetworks,
            (option, value) => option with { LocalNetworks = value },
            new("Networks that count as local, in CIDR form.", "the private, link-local and loopback ones", "10.0.0.0/8,2001:db8::/32")),
        Setting.Of(
            nameof(TrafficOption.TunnelPorts),
            SettingTypes.TunnelPorts,
            option => option.TunnelPorts,
            (option, value) => option with { TunnelPorts = value },
            new(
                "UDP ports on which tunnels are looked for besides their own: VXLAN, VXLAN-GPE, Geneve, GTP-U, L2TP, Teredo, GRE, MPLS, "
                + "LISP, AYIYA, TZSP or CAPWAP.",
                "none",
                "4444=VXLAN,2153=GTP-U")),
        AnonymizationKey,
        Setting.Of(
            nameof(TrafficOption.GeoDatabase),
            SettingTypes.Files,
            option => option.GeoDatabase,
            (option, value) => option with { GeoDatabase = value },
            new(
                "Databases in MaxMind's format (`.mmdb`: cities, countries, autonomous systems) that are asked where addresses are, before "
                + "the tables that came with the module or `Update-GeoDatabase` fetched.",
                "none",
                "/usr/share/GeoIP/GeoLite2-City.mmdb")),
        Setting.Of(
            nameof(TrafficOption.SuspicionThreshold),
            SettingTypes.Whole(0, 100),
            option => option.SuspicionThreshold,
            (option, value) => option with { SuspicionThreshold = value },
            new("Least score, 0 to 100, from which an address is suspicious.", "50", "70")),
        Setting.Of(
            nameof(TrafficOption.SuspicionWeights),
            SettingTypes.Weights,
            option => option.SuspicionWeights,
            (option, value) => option with { SuspicionWeights = value },
            new(
                "What a sign of suspicion weighs, 0 to 100 each: Blocklist, AbuseIpDb, VirusTotal, Tor, Proxy, Hosting; those that are not "
                + "named keep their defaults (docs/enrichment.md).",
                "Blocklist=50,AbuseIpDb=60,VirusTotal=60,Tor=25,Proxy=15,Hosting=5",
                "Blocklist=80,Hosting=0")),
        Setting.Of(
            nameof(TrafficOption.InfluxUrl),
            SettingTypes.InfluxAddress,
            option => option.InfluxUrl,
            (option, value) => option with { InfluxUrl = value },
            new(
                "InfluxDB that rollups are sent to, `http://HOST:8086` or `https://HOST`; `$null`: none any more. Running captures take it "
                + "up at once.",
                "none",
                "http://localhost:8086")),
        Setting.Of(
            nameof(TrafficOption.InfluxGeneration),
            SettingTypes.Generation,
            option => option.InfluxGeneration,
            (option, value) => option with { InfluxGeneration = value },
            new("Which write API is spoken: `Auto` (asks the server, the default), `1`, `2` or `3`.", "Auto", "2")),
        InfluxName(
            nameof(TrafficOption.InfluxOrg),
            option => option.InfluxOrg,
            (option, value) => option with { InfluxOrg = value },
            new("InfluxDB 2.x: the organisation.", "none", "ops")),
        InfluxName(
            nameof(TrafficOption.InfluxBucket),
            option => option.InfluxBucket,
            (option, value) => option with { InfluxBucket = value },
            new("InfluxDB 2.x and 3.x: the bucket. Default: nettraffic.", "nettraffic", "traffic")),
        InfluxToken,
        InfluxName(
            nameof(TrafficOption.InfluxDatabase),
            option => option.InfluxDatabase,
            (option, value) => option with { InfluxDatabase = value },
            new("InfluxDB 1.x: the database. Default: nettraffic.", "nettraffic", "traffic")),
        InfluxName(
            nameof(TrafficOption.InfluxUser),
            option => option.InfluxUser,
            (option, value) => option with { InfluxUser = value },
            new("InfluxDB 1.x: the user, where the server asks for one.", "none", "writer")),
        InfluxPassword,
        Setting.Of(
            nameof(TrafficOption.EnrichmentProviders),
            SettingTypes.Providers,
            option => option.EnrichmentProviders,
            (option, value) => option with { EnrichmentProviders = value },
            new(
                "Who on the network may be asked about public addresses: `dns` (reverse names), `ip-api` (place and network; plain HTTP "
                + "without a key, and then not for commercial use), `abuseipdb` (reports of abuse), `virustotal` (verdicts of security "
                + "vendors; the public API is not for commercial workflows). Each one is told which addresses you ask about.",
                "none",
                "dns,abuseipdb")),
        Setting.Of(
            nameof(TrafficOption.DnsServer),
            SettingTypes.NameServer,
            option => option.DnsServer,
            (option, value) => option with { DnsServer = value },
            new("Name server that `dns` asks: an IP address, with a port where that is not 53.", "the system's", "192.0.2.53")),
        ServiceUrl(
            nameof(TrafficOption.IpApiUrl),
            option => option.IpApiUrl,
            (option, value) => option with { IpApiUrl = value },
            new(
                "Base address of ip-api.com, or of what stands for it.",
                "http://ip-api.com, with a key https://pro.ip-api.com",
                "https://geo.example.org")),
        IpApiKey,
        ServiceUrl(
            nameof(TrafficOption.AbuseIpDbUrl),
            option => option.AbuseIpDbUrl,
            (option, value) => option with { AbuseIpDbUrl = value },
            new(
                "Base address of AbuseIPDB, or of what stands for it.",
                "https://api.abuseipdb.com/api/v2",
                "https://abuse.example.org/api/v2")),
        AbuseIpDbKey,
        ServiceUrl(
            nameof(TrafficOption.VirusTotalUrl),
            option => option.VirusTotalUrl,
            (option, value) => option with { VirusTotalUrl = value },
            new(
                "Base address of VirusTotal, or of what stands for it.",
                "https://www.virustotal.com/api/v3",
                "https://vt.example.org/api/v3")),
        VirusTotalKey,
        ServerListen,
        ServerPort,
        Setting.Of(
            nameof(TrafficOption.ServerHosts),
            SettingTypes.HostNames,
            option => option.ServerHosts,
            (option, value) => option with { ServerHosts = value },
            new(
                "Host names under which the REST API may be asked, besides its own addresses and this machine's name: what a proxy in "
                + "front of it calls it.",
                "none",
                "traffic.example.org")),
        Setting.Of(
            nameof(TrafficOption.ServerOrigins),
            SettingTypes.Origins,
            option => option.ServerOrigins,
            (option, value) => option with { ServerOrigins = value },
            new(
                "Web sites whose pages may ask the REST API from a browser (CORS), as `https://HOST`.",
                "none",
                "https://grafana.example.org")),
        Setting.Of(
            nameof(TrafficOption.ServerCapture),
            SettingTypes.Interfaces,
            option => option.ServerCapture,
            (option, value) => option with { ServerCapture = value },
            new(
                "Interfaces that the REST API's server captures on from its start, as containers and services do; `default`: that of the "
                + "default route.",
                "none",
                "default")),
        ServerKey,
        ServerReadKey,
    ];

    /// <summary>The row of that name, upper and lower case alike.</summary>
    /// <exception cref="ArgumentException">There is none; the message has the nearest name.</exception>
    public static Setting Find(string name) =>
        All.FirstOrDefault(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no setting '{name}'. The nearest is {Nearest(name)}.");

    private static string Nearest(string name) => All.MinBy(setting => Net.NameDistance.Between(setting.Name, name))!.Name;

    private static Setting InfluxName(
        string name, Func<TrafficOption, object?> get, Func<TrafficOption, string, TrafficOption> set, SettingWords words) =>
        Setting.Of(name, SettingTypes.Name("a name", PlainName.Longest), get, set, words);

    private static Setting ServiceUrl(
        string name, Func<TrafficOption, object?> get, Func<TrafficOption, string, TrafficOption> set, SettingWords words) =>
        Setting.Of(name, SettingTypes.ServiceAddress, get, set, words);
}
