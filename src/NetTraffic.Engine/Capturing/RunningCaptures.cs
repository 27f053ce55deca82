using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace NetTraffic.Engine;

/// <summary>
/// The captures that run in this process, whichever runspace began them: they are stopped directly, shown with the numbers of this moment,
/// and ended properly when the process exits or is told to end, so that a closed prompt or a stopped service leaves no capture behind that
/// looks crashed.
/// </summary>
public static partial class RunningCaptures
{
    // Windows ends a process about 5 s after its console was closed.
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(OperatingSystem.IsWindows() ? 4 : 10);
    private static readonly ConcurrentDictionary<string, CaptureSession> Sessions = new(StringComparer.Ordinal);
    private static readonly List<PosixSignalRegistration> Signals = [];
    private static int watchesExit;

    /// <summary>
    /// Raised for each capture that ended since its process did, by itself and not by a signal: whoever started it may have meant to wait.
    /// </summary>
    public static event Action<CaptureStatus>? EndedWithProcess;

    /// <summary>Remembers a session until it ends; returns its id.</summary>
    public static string Add(CaptureSession session)
    {
        string id = session.GetStatus().CaptureId;
        Sessions[id] = session;
        _ = session.Finish.ContinueWith(_ => Sessions.TryRemove(id, out CaptureSession? _), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (Interlocked.Exchange(ref watchesExit, 1) == 0)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => EndWithProcess();
            WatchSignals();
        }

        return id;
    }

    /// <summary>The session of a capture, if it runs in this process; there until its <see cref="CaptureSession.Finish"/>.</summary>
    public static CaptureSession? Find(string captureId) => Sessions.GetValueOrDefault(captureId);

    /// <summary>
    /// The runtime ends the process at once on these; here the captures end first, then the signal does what it always does.
    /// </summary>
    private static void WatchSignals()
    {
        Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => StopAll()));
        if (!IgnoresHangup())
        {
            Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => StopAll()));
        }
    }

    /// <summary>
    /// Whether the process outlives its terminal (nohup), where the captures must go on. Where that cannot be told, they do.
    /// </summary>
    private static bool IgnoresHangup()
    {
        // struct sigaction begins with the handler on Linux and macOS, and is far shorter than this.
        const int hangup = 1, ignore = 1;
        nint[] present = new nint[64];
        return !OperatingSystem.IsWindows() && (SignalAction(hangup, 0, present) != 0 || present[0] == ignore);
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int SignalAction(int signal, nint action, [Out] nint[] present);

    private static void EndWithProcess()
    {
        foreach (CaptureSession session in StopAll())
        {
            EndedWithProcess?.Invoke(session.GetStatus());
        }
    }

    /// <summary>Ends all of them, and waits until everything is stored, within what the system leaves of time.</summary>
    public static IReadOnlyList<CaptureSession> StopAll()
    {
        CaptureSession[] running = [.. Sessions.Values];
        foreach (CaptureSession session in running)
        {
            session.Stop();
        }

        Task.WaitAll([.. running.Select(session => session.Finish)], ExitPatience);
        return running;
    }
}
