using System.Management.Automation;
using System.Net;
using System.Security;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Set-NetTrafficOption: changes settings in a store's config file. Only what is given changes; $null takes a setting back to its default.</summary>
[Cmdlet(VerbsCommon.Set, "NetTrafficOption", SupportsShouldProcess = true)]
[OutputType(typeof(TrafficOption))]
public sealed class SetNetTrafficOptionCommand : StoreCmdlet
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
    public string[]? LocalNetworks { get; set; }

    /// <summary>The store to use where no other is named and NETTRAFFIC_HOME is not set; $null: the platform's data folder.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? DefaultStorePath { get; set; }

    /// <summary>InfluxDB that rollups are sent to; $null: none any more.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? InfluxUrl { get; set; }

    /// <summary>InfluxDB 2.x: organisation.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? InfluxOrg { get; set; }

    /// <summary>InfluxDB 2.x and 3.x: bucket.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? InfluxBucket { get; set; }

    /// <summary>InfluxDB 2.x and 3.x: token. Kept in a file that only this user may read, and never shown.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? InfluxToken { get; set; }

    /// <summary>InfluxDB 1.x: database.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? InfluxDatabase { get; set; }

    /// <summary>InfluxDB 1.x: user.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyString]
    public string? InfluxUser { get; set; }

    /// <summary>InfluxDB 1.x: password. Kept as the token is.</summary>
    [Parameter]
    [AllowNull]
    public SecureString? InfluxPassword { get; set; }

    /// <summary>Which write API is spoken; Auto asks the server.</summary>
    [Parameter]
    [AllowNull]
    [ValidateSet("Auto", "1", "2", "3")]
    public string? InfluxGeneration { get; set; }

    /// <summary>Returns the settings in force afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void End()
    {
        Dictionary<string, object?> changes = new(StringComparer.Ordinal);
        AddText(changes, nameof(Sensor), Sensor);
        Add(changes, nameof(Retention), Retention);
        Add(changes, nameof(FlushInterval), FlushInterval);
        Add(changes, nameof(LocalNetworks), LocalNetworks);
        AddText(changes, nameof(InfluxUrl), InfluxUrl);
        AddText(changes, nameof(InfluxOrg), InfluxOrg);
        AddText(changes, nameof(InfluxBucket), InfluxBucket);
        AddText(changes, nameof(InfluxDatabase), InfluxDatabase);
        AddText(changes, nameof(InfluxUser), InfluxUser);
        AddText(changes, nameof(InfluxGeneration), InfluxGeneration);
        Add(changes, nameof(InfluxToken), Plain(InfluxToken));
        Add(changes, nameof(InfluxPassword), Plain(InfluxPassword));
        if (IsBound(nameof(DefaultStorePath)))
        {
            changes.Add(nameof(TrafficOption.StorePath), string.IsNullOrEmpty(DefaultStorePath) ? null : FullPath(DefaultStorePath));
        }

        if (changes.Count == 0)
        {
            Refuse("NothingToSet", "No setting was given, so nothing would change.", "Give at least one of -Sensor, -Retention, -FlushInterval, -LocalNetworks, -DefaultStorePath, -Influx*.");
        }

        ITrafficSettings settings = Settings;
        if (ShouldProcess(Display.Text(settings.StorePath), $"Set {string.Join(", ", changes.Keys)}"))
        {
            settings.SetOption(changes);
            foreach (string setting in changes.Keys)
            {
                if (OptionOverrides.VariableOf(setting) is { } variable)
                {
                    WriteWarning($"{setting} is set, but the environment variable {variable} overrides it here.");
                }
            }
        }

        if (PassThru)
        {
            WriteObject(OptionOverrides.Show(settings.GetOption(), StorePath is not null));
        }
    }

    private static string? Plain(SecureString? secret) => secret is null ? null : new NetworkCredential("", secret).Password;

    private void AddText(Dictionary<string, object?> changes, string setting, string? value) => Add(changes, setting, string.IsNullOrEmpty(value) ? null : value);

    private void Add(Dictionary<string, object?> changes, string setting, object? value)
    {
        if (IsBound(setting))
        {
            changes.Add(setting, value);
        }
    }
}
