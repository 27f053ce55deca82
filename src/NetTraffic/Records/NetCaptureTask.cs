namespace NetTraffic;

/// <summary>What runs scheduled captures.</summary>
public enum CaptureScheduler
{
    /// <summary>A timer of systemd, for the whole machine.</summary>
    Systemd = 1,

    /// <summary>A timer of one user's systemd.</summary>
    SystemdUser,

    /// <summary>The user's crontab.</summary>
    Cron,

    /// <summary>The Task Scheduler of Windows.</summary>
    TaskScheduler,
}

/// <summary>Whether a scheduled capture will run.</summary>
public enum CaptureTaskState
{
    /// <summary>The scheduler will run it.</summary>
    Enabled = 1,

    /// <summary>It is there, and the scheduler will not run it: nobody enabled it, or somebody disabled it.</summary>
    Disabled,
}

/// <summary>A scheduled capture.</summary>
public sealed class NetCaptureTask
{
    /// <summary>Its name, which its captures have too.</summary>
    public string Name { get; init; } = "";

    /// <summary>What runs it.</summary>
    public CaptureScheduler Scheduler { get; init; }

    /// <summary>When it runs: <c>at 02:00 on Monday</c>, <c>every 15m</c>; of one changed by hand, the scheduler's own words.</summary>
    public string Schedule { get; init; } = "";

    /// <summary>When it runs next, local time; null: not at all, or that cannot be told.</summary>
    public DateTime? NextRun { get; init; }

    /// <summary>Whether it will run.</summary>
    public CaptureTaskState State { get; init; }

    /// <summary>What is run, as the scheduler has it.</summary>
    public string Command { get; init; } = "";

    /// <summary>Where it is written: files, or the place in the scheduler.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];
}
