namespace NetTraffic.Settings;

/// <summary>The settings of a store as its config file, its secrets and the environment have them.</summary>
public sealed class TrafficSettings : ITrafficSettings
{
    /// <summary>Reads nothing yet; a folder that is not there has the defaults.</summary>
    /// <param name="storePath">Folder of the store.</param>
    public TrafficSettings(string storePath) => StorePath = Path.GetFullPath(storePath);

    /// <summary>The store that is used where none is named: NETTRAFFIC_HOME, else what was set, else the platform's data folder.</summary>
    public static string DefaultStorePath
    {
        get
        {
            if (Environment.GetEnvironmentVariable("NETTRAFFIC_HOME") is { Length: > 0 } home)
            {
                return Path.GetFullPath(home);
            }

            string platform = SettingsPaths.Platform;
            string? chosen = ConfigFile.Read(SettingsPaths.Config(platform)).StorePath;
            return string.IsNullOrEmpty(chosen) ? platform : Path.GetFullPath(chosen, platform);
        }
    }

    /// <inheritdoc/>
    public string StorePath { get; }

    /// <inheritdoc/>
    public TrafficOption GetOption() => ConfigFile.Option(StorePath);

    /// <inheritdoc/>
    public InfluxTarget? GetInfluxTarget()
    {
        TrafficOption option = GetOption();
        return option.InfluxUrl is not { } url ? null : new InfluxTarget
        {
            Url = new Uri(url),
            Generation = option.InfluxGeneration,
            Organization = option.InfluxOrg,
            Bucket = option.InfluxBucket,
            Database = option.InfluxDatabase,
            User = option.InfluxUser,
            Token = SecretFile.Token(StorePath),
            Password = SecretFile.Password(StorePath),
        };
    }

    /// <inheritdoc/>
    public void SetOption(IReadOnlyDictionary<string, object?> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        try
        {
            ConfigFile.Set(StorePath, changes);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not StoreException)
        {
            throw new StoreException($"The settings of '{StorePath}' cannot be written: {error.Message}", error);
        }
    }
}
