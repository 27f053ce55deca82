namespace NetTraffic;

/// <summary>What keeps a service running.</summary>
public enum ServiceManager
{
    /// <summary>systemd, for the whole machine.</summary>
    Systemd = 1,

    /// <summary>systemd of one user.</summary>
    SystemdUser,

    /// <summary>The service control manager of Windows.</summary>
    Windows,

    /// <summary>launchd of macOS.</summary>
    Launchd,
}

/// <summary>The REST API server of a store as a service of the system.</summary>
public sealed class ServerService
{
    /// <summary>Name under which the manager knows it.</summary>
    public string Name { get; init; } = "";

    /// <summary>What keeps it running.</summary>
    public ServiceManager Manager { get; init; }

    /// <summary>File that the text belongs in; empty on Windows, where it is a script to run.</summary>
    public string Path { get; init; } = "";

    /// <summary>The whole unit, property list or script.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether the text was written to <see cref="Path"/>.</summary>
    public bool IsWritten { get; init; }

    /// <summary>Whether the service was started.</summary>
    public bool IsStarted { get; init; }

    /// <summary>What is left to run, in this order; empty where it runs.</summary>
    public IReadOnlyList<string> NextCommands { get; init; } = [];

    /// <summary>User it runs as; empty where the manager chooses.</summary>
    public string User { get; init; } = "";

    /// <summary>Folder of its store.</summary>
    public string StorePath { get; init; } = "";
}
