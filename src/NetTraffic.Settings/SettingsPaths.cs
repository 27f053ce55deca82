namespace NetTraffic.Settings;

/// <summary>Where settings lie.</summary>
internal static class SettingsPaths
{
    /// <summary>The platform's data folder: the store where nothing else is said. Its config file can name another one.</summary>
    public static string Platform
    {
        get
        {
            string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            if (OperatingSystem.IsWindows())
            {
                return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "NetTraffic");
            }

            if (OperatingSystem.IsMacOS())
            {
                return Path.Combine(user, "Library", "Application Support", "NetTraffic");
            }

            string? data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            return Path.Combine(string.IsNullOrEmpty(data) ? Path.Combine(user, ".local", "share") : data, "nettraffic");
        }
    }

    public static string Config(string store) => Path.Combine(store, "config.json");

    public static string Secrets(string store) => Path.Combine(store, "secrets.json");
}
