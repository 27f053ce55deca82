using System.Collections.Concurrent;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Jobs;

/// <summary>
/// The captures that run in this process, whichever runspace began them: they are stopped directly, shown with the numbers of this moment, and ended
/// properly when the process exits, so that a closed prompt leaves no capture behind that looks crashed.
/// </summary>
internal static class RunningCaptures
{
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(10);
    private static readonly ConcurrentDictionary<string, CaptureSession> Sessions = new(StringComparer.Ordinal);
    private static int watchesExit;

    /// <summary>Remembers a session until it ends; returns its id.</summary>
    public static string Add(CaptureSession session)
    {
        string id = session.GetStatus().CaptureId;
        Sessions[id] = session;
        _ = session.Completion.ContinueWith(_ => Sessions.TryRemove(id, out CaptureSession? _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (Interlocked.Exchange(ref watchesExit, 1) == 0)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAll();
        }

        return id;
    }

    /// <summary>The session of a capture, if it runs in this process.</summary>
    public static CaptureSession? Find(string captureId) => Sessions.GetValueOrDefault(captureId);

    private static void StopAll()
    {
        CaptureSession[] running = [.. Sessions.Values];
        foreach (CaptureSession session in running)
        {
            session.Stop();
        }

        Task.WaitAll([.. running.Select(session => session.Completion)], ExitPatience);
    }
}
