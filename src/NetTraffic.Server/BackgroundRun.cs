using System.Globalization;
using System.Runtime.InteropServices;
using NetTraffic.Engine;

namespace NetTraffic.Server;

/// <summary>
/// What a server does that somebody's session started: it leaves the session's terminal, so that neither Ctrl+C nor the terminal's end
/// reaches it, and ends with the session's process where it was told to.
/// </summary>
internal static partial class BackgroundRun
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>Leaves the terminal; on Windows the server has a console of its own from the start.</summary>
    public static void LeaveTerminal()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Refused only to the leader of a group, which one that was just started is not.
            _ = SetSession();
        }
    }

    /// <summary>Ends the server when somebody asks for it, or when the process it was started for is gone.</summary>
    /// <param name="app">The server.</param>
    /// <param name="registry">Where it is asked.</param>
    /// <param name="owner">NUMBER:IDENTITY of that process; null or "alone": none.</param>
    public static async Task WatchAsync(WebApplication app, ServerRegistry registry, string? owner)
    {
        string[] parts = owner?.Split(':', 2) ?? [];
        int process = parts.Length == 2 ? int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        CancellationToken stopping = app.Lifetime.ApplicationStopping;
        while (!stopping.IsCancellationRequested)
        {
            if (registry.StopRequested || (process != 0 && ProcessIdentity.IsRunning(process, parts[1]) == false))
            {
                app.Lifetime.StopApplication();
                return;
            }

            await Task.Delay(Poll, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int SetSession();
}
