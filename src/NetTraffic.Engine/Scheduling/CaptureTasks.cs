using System.Runtime.InteropServices;

namespace NetTraffic.Engine;

/// <summary>Scheduled captures of this machine and user, whichever scheduler has them.</summary>
public static class CaptureTasks
{
    private const string Manifest = "NetTraffic.psd1";

    /// <summary>The scheduler that this machine has: a running systemd before cron.</summary>
    /// <exception cref="TrafficException">It has none.</exception>
    public static CaptureScheduler Default() =>
        OperatingSystem.IsWindows() ? CaptureScheduler.TaskScheduler
        : Systemd.IsRunning(isSystem: true) && Environment.IsPrivilegedProcess ? CaptureScheduler.Systemd
        : Systemd.IsRunning(isSystem: false) ? CaptureScheduler.SystemdUser
        : SystemProgram.Exists("crontab") ? CaptureScheduler.Cron
        : throw new TrafficException(TrafficErrors.SchedulerMissing, "Neither systemd nor cron is on this machine.");

    /// <summary>The module's manifest, which a task imports.</summary>
    /// <exception cref="TrafficException">These files are no module.</exception>
    public static string FindModule()
    {
        string start = Path.GetDirectoryName(typeof(CaptureTasks).Assembly.Location) ?? "";
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Manifest)))
            {
                return Path.Combine(folder.FullName, Manifest);
            }
        }

        throw new TrafficException(TrafficErrors.FileNotFound, $"'{Manifest}' stands in no folder above '{start}'.");
    }

    /// <summary>The PowerShell that runs this, as a command that a scheduler can run.</summary>
    /// <param name="home">PowerShell's own folder.</param>
    /// <exception cref="TrafficException">It is a program that is no pwsh, and there is none in the folder.</exception>
    public static IReadOnlyList<string> FindPowerShell(string home)
    {
        string program = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        string? running = Environment.ProcessPath;
        string found = Path.Combine(home, program), assembly = Path.Combine(home, "pwsh.dll");
        return running is not null && Path.GetFileName(running) == program ? [running]
            : File.Exists(found) ? [found]
            : running is not null && Path.GetFileNameWithoutExtension(running) == "dotnet" && File.Exists(assembly) ? [running, assembly]
            : throw new TrafficException(TrafficErrors.NoPowerShell, $"'{running}' is not PowerShell, and '{found}' is not there.");
    }

    /// <summary>
    /// Where .NET is, for a PowerShell that runs on a shared one: a scheduler has none of this session's variables. Null: PowerShell has
    /// its own, or finds it by itself.
    /// </summary>
    /// <param name="home">PowerShell's own folder.</param>
    public static string? FindDotnetRoot(string home)
    {
        string runtime = Path.GetFullPath(RuntimeEnvironment.GetRuntimeDirectory()).TrimEnd(Path.DirectorySeparatorChar);
        bool isOwn = OperatingSystem.IsWindows() || runtime == Path.GetFullPath(home).TrimEnd(Path.DirectorySeparatorChar);
        return isOwn ? null : Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
    }

    /// <summary>What a task would be: each text whole, and what would be run; nothing is changed.</summary>
    /// <exception cref="TrafficException">The scheduler cannot hold it, or it would not run as it is meant.</exception>
    public static (IReadOnlyList<TaskText> Texts, IReadOnlyList<string> Commands) Plan(CaptureScheduler scheduler, CaptureTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        task.Check();
        ITaskBackend backend = Of(scheduler);
        bool isHere = scheduler switch
        {
            CaptureScheduler.Cron => !OperatingSystem.IsWindows(),
            CaptureScheduler.TaskScheduler => OperatingSystem.IsWindows(),
            _ => OperatingSystem.IsLinux(),
        };
        return isHere ? (backend.Texts(task), backend.Commands(task.Name))
            : throw new TrafficException(TrafficErrors.SchedulerMissing, $"This system has no {scheduler}.");
    }

    /// <summary>Schedules a capture.</summary>
    /// <returns>The task, and what the user must know for it to run.</returns>
    /// <exception cref="TrafficException">The scheduler is not there, or refuses.</exception>
    public static (NetCaptureTask Task, IReadOnlyList<string> Notes) Register(CaptureScheduler scheduler, CaptureTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        task.Check();
        ITaskBackend backend = Of(scheduler);
        IReadOnlyList<string> notes = backend.Register(task);
        return (backend.List().First(one => one.Name == task.Name), notes);
    }

    /// <summary>The scheduled captures of this machine and user.</summary>
    /// <param name="scheduler">Those of one scheduler; null: of all.</param>
    /// <exception cref="TrafficException">A scheduler does not answer.</exception>
    public static IEnumerable<NetCaptureTask> List(CaptureScheduler? scheduler) => Enum.GetValues<CaptureScheduler>()
        .Where(one => scheduler is null || one == scheduler).SelectMany(one => Of(one).List());

    /// <summary>Removes a scheduled capture; what it captured stays.</summary>
    /// <exception cref="TrafficException">The scheduler refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not this user's to remove.</exception>
    public static void Unregister(NetCaptureTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        Of(task.Scheduler).Unregister(task.Name);
    }

    private static ITaskBackend Of(CaptureScheduler scheduler) => scheduler switch
    {
        CaptureScheduler.Systemd => SystemdTasks.OfMachine(),
        CaptureScheduler.SystemdUser => SystemdTasks.OfUser(),
        CaptureScheduler.Cron => new CronTasks(),
        CaptureScheduler.TaskScheduler => new WindowsTasks(),
        _ => throw new ArgumentOutOfRangeException(nameof(scheduler), scheduler, "no such scheduler"),
    };
}
