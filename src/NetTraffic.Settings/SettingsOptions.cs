namespace NetTraffic.Settings;

/// <summary>What settings are read from besides the store.</summary>
public sealed record SettingsOptions
{
    /// <summary>Gives an environment variable's value; null or empty: not set. Default: the process's own.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>
    /// The folder that is the store where nothing else is said; its config file can name another one. Default: NetTraffic in Windows'
    /// LocalApplicationData, in macOS's ~/Library/Application Support, else nettraffic in XDG_DATA_HOME or ~/.local/share.
    /// </summary>
    public string DataFolder { get; init; } = PlatformFolder();

    private static string PlatformFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "NetTraffic");
        }

        string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
        {
            return Path.Combine(user, "Library", "Application Support", "NetTraffic");
        }

        string? data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        return Path.Combine(string.IsNullOrEmpty(data) ? Path.Combine(user, ".local", "share") : data, "nettraffic");
    }
}
