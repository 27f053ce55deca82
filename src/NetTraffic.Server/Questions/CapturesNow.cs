using NetTraffic.Engine;

namespace NetTraffic.Server.Questions;

/// <summary>A store's captures as they are at this moment.</summary>
internal static class CapturesNow
{
    /// <summary>
    /// All of them, newest first; those that run in this process with the numbers of now, which their files have a second later.
    /// </summary>
    public static IEnumerable<CaptureStatus> Captures(this ITrafficStore store) => store.GetCaptures().Select(capture =>
        RunningCaptures.Find(capture.CaptureId)?.GetStatus() ?? capture);

    /// <summary>Those that run, in whichever process, imports among them.</summary>
    public static CaptureStatus[] RunningNow(this ITrafficStore store) =>
        [.. store.Captures().Where(capture => capture.State == CaptureState.Running)];
}
