namespace NetTraffic.Engine;

/// <summary>systemd of this machine, or of this user.</summary>
internal static class Systemd
{
    /// <summary>Folder of the user's own units (systemd.unit(5)).</summary>
    public static string UserFolder
    {
        get
        {
            string? config = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
            string folder = string.IsNullOrEmpty(config)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config") : config;
            return Path.Combine(Path.GetFullPath(folder), "systemd", "user");
        }
    }

    /// <summary>Whether it runs here: of the machine as sd_booted(3) has it, of the user where its socket is.</summary>
    public static bool IsRunning(bool isSystem)
    {
        string? runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return OperatingSystem.IsLinux() && Directory.Exists("/run/systemd/system")
            && (isSystem || (!string.IsNullOrEmpty(runtime) && Path.Exists(Path.Combine(runtime, "systemd", "private"))));
    }
}
