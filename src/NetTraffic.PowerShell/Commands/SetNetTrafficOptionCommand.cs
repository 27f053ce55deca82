using System.Management.Automation;
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

    /// <summary>Returns the settings in force afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void End()
    {
        Dictionary<string, object?> changes = new(StringComparer.Ordinal);
        Add(changes, nameof(Sensor), string.IsNullOrEmpty(Sensor) ? null : Sensor);
        Add(changes, nameof(Retention), Retention);
        Add(changes, nameof(FlushInterval), FlushInterval);
        Add(changes, nameof(LocalNetworks), LocalNetworks);
        if (IsBound(nameof(DefaultStorePath)))
        {
            changes.Add(nameof(TrafficOption.StorePath), string.IsNullOrEmpty(DefaultStorePath) ? null : FullPath(DefaultStorePath));
        }

        if (changes.Count == 0)
        {
            Refuse("NothingToSet", "No setting was given, so nothing would change.", "Give at least one of -Sensor, -Retention, -FlushInterval, -LocalNetworks, -DefaultStorePath.");
        }

        if (ShouldProcess(Display.Text(Store.Path), $"Set {string.Join(", ", changes.Keys)}"))
        {
            Store.SetOption(changes);
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
            WriteObject(OptionOverrides.Show(Store.GetOption(), StorePath is not null));
        }
    }

    private void Add(Dictionary<string, object?> changes, string setting, object? value)
    {
        if (IsBound(setting))
        {
            changes.Add(setting, value);
        }
    }
}
