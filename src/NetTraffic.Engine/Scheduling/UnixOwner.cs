namespace NetTraffic.Engine;

/// <summary>Who owns a folder, on Linux and macOS.</summary>
internal static class UnixOwner
{
    /// <summary>The user's name; of a folder that is not there yet, this process's user, who will have made it.</summary>
    /// <exception cref="TrafficException">It cannot be told, or the number has no name.</exception>
    public static string Of(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return Environment.UserName;
        }

        string[] format = OperatingSystem.IsMacOS() ? ["-f", "%Su"] : ["-c", "%U"];
        string name = SystemProgram.Must(["stat", .. format, "--", folder]).Trim();
        return name is "" or "UNKNOWN"
            ? throw new TrafficException(TrafficErrors.SchedulerFailed, $"The owner of '{folder}' is no user of this machine.",
                $"Give it to one: chown -R USER {folder}")
            : name;
    }
}
