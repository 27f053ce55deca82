using System.Management.Automation;
using System.Net;
using System.Security;
using NetTraffic.Net;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>
/// Set-NetTrafficOption: changes settings of a store. Only what is given changes; $null takes a setting back to its default. Each row of
/// <see cref="SettingTable"/> has a parameter here, and what happens with its value follows from the row.
/// </summary>
[Cmdlet(VerbsCommon.Set, "NetTrafficOption", SupportsShouldProcess = true)]
[OutputType(typeof(TrafficOption))]
public sealed class SetNetTrafficOptionCommand : EachStoreCmdlet
{
    /// <summary>Name under which this machine's traffic is stored.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public string? Sensor { get; set; }

    /// <summary>How long history is kept; $null or 'forever': without end.</summary>
    [Parameter]
    [AllowNull]
    [Duration(NoLimit = "forever")]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Retention { get; set; }

    /// <summary>How often running captures write their flows: 1 s to 1 h.</summary>
    [Parameter]
    [AllowNull]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? FlushInterval { get; set; }

    /// <summary>Networks that count as local, in CIDR form.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string[]? LocalNetworks { get; set; }

    /// <summary>UDP ports on which tunnels are looked for besides their own, as 4444=VXLAN.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string[]? TunnelPorts { get; set; }

    /// <summary>Databases in MaxMind's format that say where addresses are.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    public string[]? GeoDatabase { get; set; }

    /// <summary>Least score, 0 to 100, from which an address is suspicious.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int? SuspicionThreshold { get; set; }

    /// <summary>What signs of suspicion weigh, as Blocklist=50.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SuspicionWeightCompleter))]
    public string[]? SuspicionWeights { get; set; }

    /// <summary>The store to use where no other is named and NETTRAFFIC_HOME is not set; $null: the platform's data folder.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? DefaultStorePath { get; set; }

    /// <summary>Key of Export-NetTraffic -Anonymize. Kept as the token is.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? AnonymizationKey { get; set; }

    /// <summary>InfluxDB that rollups are sent to; $null: none any more.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? InfluxUrl { get; set; }

    /// <summary>InfluxDB 2.x: organisation.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? InfluxOrg { get; set; }

    /// <summary>InfluxDB 2.x and 3.x: bucket.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? InfluxBucket { get; set; }

    /// <summary>InfluxDB 2.x and 3.x: token. Kept in a file that only this user may read, and never shown.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? InfluxToken { get; set; }

    /// <summary>InfluxDB 1.x: database.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? InfluxDatabase { get; set; }

    /// <summary>InfluxDB 1.x: user.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? InfluxUser { get; set; }

    /// <summary>InfluxDB 1.x: password. Kept as the token is.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? InfluxPassword { get; set; }

    /// <summary>Which write API is spoken; Auto asks the server.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(SettingChoiceCompleter))]
    public string? InfluxGeneration { get; set; }

    /// <summary>Who on the network may be asked about public addresses; $null: nobody.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(SettingChoiceCompleter))]
    public string[]? EnrichmentProviders { get; set; }

    /// <summary>Name server that is asked for reverse names; $null: the system's.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? DnsServer { get; set; }

    /// <summary>Base address of ip-api.com.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? IpApiUrl { get; set; }

    /// <summary>Key for ip-api.com. Kept as the token is.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? IpApiKey { get; set; }

    /// <summary>Base address of AbuseIPDB.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? AbuseIpDbUrl { get; set; }

    /// <summary>Key for AbuseIPDB. Kept as the token is.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? AbuseIpDbKey { get; set; }

    /// <summary>Base address of VirusTotal.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? VirusTotalUrl { get; set; }

    /// <summary>Key for VirusTotal. Kept as the token is.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? VirusTotalKey { get; set; }

    /// <summary>IP address at which the REST API listens; $null: 127.0.0.1.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? ServerListen { get; set; }

    /// <summary>TCP port of the REST API; 0: any that is free.</summary>
    [Parameter]
    [AllowNull]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int? ServerPort { get; set; }

    /// <summary>Host names under which the REST API may be asked.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string[]? ServerHosts { get; set; }

    /// <summary>Web sites whose pages may ask the REST API.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string[]? ServerOrigins { get; set; }

    /// <summary>Interfaces that the REST API's server captures on from its start.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string[]? ServerCapture { get; set; }

    /// <summary>Key of the REST API that may do everything. Its hash is kept as the token is.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? ServerKey { get; set; }

    /// <summary>Key of the REST API that may only read.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? ServerReadKey { get; set; }

    /// <summary>Returns the settings in force afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void AskStore()
    {
        Dictionary<string, object?> changes = new(StringComparer.Ordinal);
        foreach (Setting setting in SettingTable.All)
        {
            if (MyInvocation.BoundParameters.TryGetValue(setting.Parameter, out object? value))
            {
                changes.Add(setting.Name, Value(setting, value));
            }
        }

        if (changes.Count == 0)
        {
            string parameters = string.Join(", ", SettingTable.All.Select(setting => "-" + setting.Parameter));
            Refuse(TrafficErrors.NothingToSet, "No setting was given, so nothing would change.", $"Give at least one of {parameters}.");
        }

        ITrafficSettings settings = Settings;
        CheckServerKeys(settings, changes);
        if (ShouldProcess(Display.Text(settings.StorePath), $"Set {string.Join(", ", changes.Keys)}"))
        {
            settings.SetOption(changes);
            foreach (string name in changes.Keys)
            {
                if (settings.GetVariable(SettingTable.Find(name)) is { } variable)
                {
                    WriteWarning($"{name} is set, but the environment variable {variable} overrides it here.");
                }
            }
        }

        if (PassThru)
        {
            WriteObject(settings.GetOption());
        }
    }

    /// <summary>With one key for both, who is to read may change everything.</summary>
    private void CheckServerKeys(ITrafficSettings settings, Dictionary<string, object?> changes)
    {
        string? control = changes.GetValueOrDefault(nameof(ServerKey)) as string;
        string? read = changes.GetValueOrDefault(nameof(ServerReadKey)) as string;
        if (control is null && read is null)
        {
            return;
        }

        ServerKeys kept = settings.GetServerKeys();
        bool same = control is not null && read is not null ? control.Length > 0 && control == read
            : control is not null ? ApiKey.Matches(kept.Read, control) : ApiKey.Matches(kept.Control, read!);
        if (same)
        {
            Refuse(TrafficErrors.BadArgument, "The key that may only read is the one that may do everything.",
                "Give two keys that differ.");
        }
    }

    private object? Value(Setting setting, object? given) => given switch
    {
        SecureString secret => new NetworkCredential("", secret).Password,
        string path when setting == SettingTable.DefaultStore && path.Length > 0 => FullPath(path),
        string[] paths when setting.Name == nameof(TrafficOption.GeoDatabase) =>
            paths.Select(path => string.IsNullOrWhiteSpace(path) || System.IO.Path.IsPathRooted(path) ? path : FullPath(path)).ToArray(),
        _ => given,
    };
}
