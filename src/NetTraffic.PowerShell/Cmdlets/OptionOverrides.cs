using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>Which settings come from the environment and not from the store's config file.</summary>
internal static class OptionOverrides
{
    private static readonly (string Setting, string Variable)[] Known =
    [
        (nameof(TrafficOption.StorePath), "NETTRAFFIC_HOME"),
        (nameof(TrafficOption.Sensor), "NETTRAFFIC_SENSOR"),
        (nameof(TrafficOption.Retention), "NETTRAFFIC_RETENTION"),
        (nameof(TrafficOption.FlushInterval), "NETTRAFFIC_FLUSH_INTERVAL"),
        (nameof(TrafficOption.LocalNetworks), "NETTRAFFIC_LOCAL_NETWORKS"),
    ];

    /// <summary>The variable that overrides a setting now, or null.</summary>
    public static string? VariableOf(string setting) =>
        Known.Where(pair => pair.Setting == setting && Environment.GetEnvironmentVariable(pair.Variable) is { Length: > 0 }).Select(pair => pair.Variable).FirstOrDefault();

    /// <summary>The settings with a property that names the overridden ones: <c>Sensor (NETTRAFFIC_SENSOR)</c>.</summary>
    public static PSObject Show(TrafficOption option, bool storePathGiven)
    {
        string[] overridden = [.. Known.Where(pair => VariableOf(pair.Setting) is not null && !(storePathGiven && pair.Setting == nameof(TrafficOption.StorePath)))
            .Select(pair => $"{pair.Setting} ({pair.Variable})")];
        PSObject shown = new(option);
        shown.Properties.Add(new PSNoteProperty("FromEnvironment", overridden));
        return shown;
    }
}
