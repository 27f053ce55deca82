using NetTraffic.Engine;
using NetTraffic.Server.Api;

namespace NetTraffic.Server;

/// <summary>
/// The capture that runs as long as the server, where the settings name interfaces (ServerCapture): what a container or a service is for.
/// One that cannot begin ends the server, and one that failed makes it unready, so that whoever watches over it starts it again.
/// </summary>
internal sealed partial class StandingCapture(ServerOptions options, ILogger<StandingCapture> log) : IAsyncDisposable
{
    private CaptureSession? session;

    /// <summary>Refuses where the capture has failed; one that somebody stopped, or that was never wanted, is right.</summary>
    /// <exception cref="CaptureException">It has failed.</exception>
    public void Check()
    {
        if (session?.GetStatus() is { State: CaptureState.Failed } failed)
        {
            throw new CaptureException(CaptureProblem.Other, $"The capture {failed.CaptureId} has failed: {failed.Message}",
                "Mend what it says, and start the server again.");
        }
    }

    /// <summary>Begins it, where it is wanted; it ends with the server.</summary>
    /// <exception cref="CaptureException">It cannot begin.</exception>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    public void Start()
    {
        if (options.Capture.Count > 0)
        {
            string[] names = [.. options.Capture.Select(name =>
                name == TrafficOption.DefaultInterface ? CaptureStart.DefaultInterface() : name).Distinct()];
            session = TrafficEngine.StartCapture(new CaptureStart { Interface = names }.ToRequest(options.StorePath));
            session.Warning += Warned;
            session.Follow(Ended);
            RunningCaptures.Add(session);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (session is not null)
        {
            session.Stop();
            await session.Finish;
        }
    }

    private void Ended(CaptureStatus last)
    {
        if (last.State == CaptureState.Failed)
        {
            Failed(last.CaptureId, last.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Problem}")]
    private partial void Warned(string problem);

    [LoggerMessage(LogLevel.Error, "The capture {Id} has failed: {Problem}")]
    private partial void Failed(string id, string? problem);
}
