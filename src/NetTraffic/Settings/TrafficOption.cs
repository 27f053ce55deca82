using System.Net;

namespace NetTraffic;

/// <summary>
/// The settings in force: defaults, the store's config file, and environment variables over both. <see cref="SettingTable"/> has a row for
/// each: name, variable, what it may be.
/// </summary>
public sealed record TrafficOption
{
    /// <summary>TCP port of the REST API where none is set.</summary>
    public const int DefaultServerPort = 8630;

    /// <summary>Stands for the interface of the default route in <see cref="ServerCapture"/>.</summary>
    public const string DefaultInterface = "default";

    /// <summary>Folder of the store.</summary>
    public string StorePath { get; init; } = "";

    /// <summary>Name under which this machine's traffic is stored. Default: the host name.</summary>
    public string Sensor { get; init; } = Environment.MachineName;

    /// <summary>How long history is kept; null: for ever, the default. Applied by running captures.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>How often running captures write their flows. Default 5 s; 1 s to 1 h.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Networks that count as local, in CIDR form. Default: the private, link-local and loopback ranges.</summary>
    public string[] LocalNetworks { get; init; } =
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"];

    /// <summary>UDP ports on which tunnels are looked for besides their own, as <c>4444=VXLAN</c>. Default none.</summary>
    public string[] TunnelPorts { get; init; } = [];

    /// <summary>Databases in MaxMind's format that say where addresses are, before the tables of this machine. Default none.</summary>
    public string[] GeoDatabase { get; init; } = [];

    /// <summary>Least score, 0 to 100, from which an address is suspicious. Default 50.</summary>
    public int SuspicionThreshold { get; init; } = 50;

    /// <summary>What signs of suspicion weigh, as <c>Blocklist=50</c>; those that are not named have their defaults.</summary>
    public string[] SuspicionWeights { get; init; } = [];

    /// <summary>Whether a key of pseudonyms is set; it is never shown.</summary>
    public bool HasAnonymizationKey { get; init; }

    /// <summary>InfluxDB that rollups are sent to; null: none.</summary>
    public string? InfluxUrl { get; init; }

    /// <summary>2.x: organisation.</summary>
    public string? InfluxOrg { get; init; }

    /// <summary>2.x and 3.x: bucket.</summary>
    public string? InfluxBucket { get; init; }

    /// <summary>1.x: database.</summary>
    public string? InfluxDatabase { get; init; }

    /// <summary>1.x: user.</summary>
    public string? InfluxUser { get; init; }

    /// <summary>Which write API; Auto, the default, asks the server.</summary>
    public InfluxGeneration InfluxGeneration { get; init; }

    /// <summary>Whether a token is set; it is never shown.</summary>
    public bool HasInfluxToken { get; init; }

    /// <summary>Whether a password is set; it is never shown.</summary>
    public bool HasInfluxPassword { get; init; }

    /// <summary>Who on the network may be asked about public addresses; empty, the default: nobody.</summary>
    public string[] EnrichmentProviders { get; init; } = [];

    /// <summary>Name server that is asked for reverse names; null: the system's.</summary>
    public IPEndPoint? DnsServer { get; init; }

    /// <summary>Base address of ip-api.com; null: its own.</summary>
    public string? IpApiUrl { get; init; }

    /// <summary>Whether a key for ip-api.com is set; it is never shown.</summary>
    public bool HasIpApiKey { get; init; }

    /// <summary>Base address of AbuseIPDB; null: its own.</summary>
    public string? AbuseIpDbUrl { get; init; }

    /// <summary>Whether a key for AbuseIPDB is set; it is never shown.</summary>
    public bool HasAbuseIpDbKey { get; init; }

    /// <summary>Base address of VirusTotal; null: its own.</summary>
    public string? VirusTotalUrl { get; init; }

    /// <summary>Whether a key for VirusTotal is set; it is never shown.</summary>
    public bool HasVirusTotalKey { get; init; }

    /// <summary>IP address at which the REST API listens. Default 127.0.0.1, which only this machine reaches.</summary>
    public string ServerListen { get; init; } = "127.0.0.1";

    /// <summary>TCP port of the REST API; 0: any that is free. Default 8630.</summary>
    public int ServerPort { get; init; } = DefaultServerPort;

    /// <summary>Host names under which the REST API may be asked, besides its own addresses. Default none.</summary>
    public string[] ServerHosts { get; init; } = [];

    /// <summary>Web sites whose pages may ask the REST API (CORS). Default none.</summary>
    public string[] ServerOrigins { get; init; } = [];

    /// <summary>
    /// Interfaces that the REST API's server captures on from its start; <see cref="DefaultInterface"/>: that of the default route.
    /// Default none.
    /// </summary>
    public string[] ServerCapture { get; init; } = [];

    /// <summary>Whether a key of the REST API is set; it is nowhere, only its hash is kept.</summary>
    public bool HasServerKey { get; init; }

    /// <summary>Whether a key of the REST API that may only read is set.</summary>
    public bool HasServerReadKey { get; init; }

    /// <summary>Which of these come from the environment, with the variable: <c>Sensor (NETTRAFFIC_SENSOR)</c>.</summary>
    public string[] FromEnvironment { get; init; } = [];
}
