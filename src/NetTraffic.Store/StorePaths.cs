using System.Globalization;

namespace NetTraffic.Store;

/// <summary>Where things lie in a store.</summary>
public static class StorePaths
{
    /// <summary>The folder that is used where none is given: NETTRAFFIC_HOME, else what Set-NetTrafficOption chose, else the platform's data folder.</summary>
    public static string Default
    {
        get
        {
            if (Environment.GetEnvironmentVariable("NETTRAFFIC_HOME") is { Length: > 0 } home)
            {
                return Path.GetFullPath(home);
            }

            string platform = Platform;
            return ConfigFile.Read(Config(platform)).StorePath is { Length: > 0 } chosen ? Path.GetFullPath(chosen, platform) : platform;
        }
    }

    /// <summary>The platform's data folder; its config file can name another store as the default one.</summary>
    internal static string Platform
    {
        get
        {
            string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return OperatingSystem.IsWindows() ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "NetTraffic")
                : OperatingSystem.IsMacOS() ? Path.Combine(user, "Library", "Application Support", "NetTraffic")
                : Path.Combine(Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data ? data : Path.Combine(user, ".local", "share"), "nettraffic");
        }
    }

    internal static string Version(string store) => Path.Combine(store, "store.json");

    internal static string Config(string store) => Path.Combine(store, "config.json");

    internal static string Secrets(string store) => Path.Combine(store, "secrets.json");

    internal static string Temporary(string store) => Path.Combine(store, "tmp");

    internal static string Status(string store) => Path.Combine(store, "captures", "status");

    internal static string Packets(string store) => Path.Combine(store, "packets");

    internal static string Followers(string store) => Path.Combine(store, "forward");

    internal static string Dataset(string store, string dataset) => Path.Combine(store, dataset);

    /// <summary>DATASET/date=YYYY-MM-DD/hour=HH of an hour counted from 1970.</summary>
    internal static string Hour(string store, string dataset, long hour)
    {
        DateTime time = DateTime.UnixEpoch.AddHours(Math.Clamp(hour, -17_000_000, 70_000_000));
        return Path.Combine(store, dataset, time.ToString("'date='yyyy-MM-dd", CultureInfo.InvariantCulture), time.ToString("'hour='HH", CultureInfo.InvariantCulture));
    }

    /// <summary>The hour that a folder of <see cref="Hour"/>'s form stands for; null where it has another form.</summary>
    internal static DateTime? HourOf(string folder)
    {
        string hour = Path.GetFileName(folder);
        string date = Path.GetFileName(Path.GetDirectoryName(folder) ?? "");
        return DateTime.TryParseExact(date + " " + hour, "'date='yyyy-MM-dd 'hour='HH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time)
            ? time : null;
    }
}
