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
        (nameof(TrafficOption.InfluxUrl), "NETTRAFFIC_INFLUX_URL"),
        (nameof(TrafficOption.InfluxOrg), "NETTRAFFIC_INFLUX_ORG"),
        (nameof(TrafficOption.InfluxBucket), "NETTRAFFIC_INFLUX_BUCKET"),
        (nameof(TrafficOption.InfluxDatabase), "NETTRAFFIC_INFLUX_DATABASE"),
        (nameof(TrafficOption.InfluxUser), "NETTRAFFIC_INFLUX_USER"),
        (nameof(TrafficOption.InfluxGeneration), "NETTRAFFIC_INFLUX_GENERATION"),
        ("InfluxToken", "NETTRAFFIC_INFLUX_TOKEN"),
        ("InfluxToken", "NETTRAFFIC_INFLUX_TOKEN_FILE"),
        ("InfluxPassword", "NETTRAFFIC_INFLUX_PASSWORD"),
        ("InfluxPassword", "NETTRAFFIC_INFLUX_PASSWORD_FILE"),
    ];

    /// <summary>The variable that overrides a setting now, or null.</summary>
    public static string? VariableOf(string setting) =>
        Known.Where(pair => pair.Setting == setting && Environment.GetEnvironmentVariable(pair.Variable) is { Length: > 0 }).Select(pair => pair.Variable).FirstOrDefault();

    /// <summary>The settings with a property that names the overridden ones: <c>Sensor (NETTRAFFIC_SENSOR)</c>.</summary>
    public static PSObject Show(TrafficOption option, bool storePathGiven)
    {
        string[] overridden = [.. Known.Where(pair => VariableOf(pair.Setting) == pair.Variable && !(storePathGiven && pair.Setting == nameof(TrafficOption.StorePath)))
            .Select(pair => $"{pair.Setting} ({pair.Variable})")];
        PSObject shown = new(option);
        shown.Properties.Add(new PSNoteProperty("FromEnvironment", overridden));
        return shown;
    }
}
