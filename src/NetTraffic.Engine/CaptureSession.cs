namespace NetTraffic.Engine;

/// <summary>A live capture that runs in this process.</summary>
public sealed class CaptureSession : IDisposable
{
    /// <summary>The capture's numbers now; a fresh copy at each call, from any thread.</summary>
    public CaptureStatus GetStatus() => throw new NotImplementedException();

    /// <summary>Ends when the capture has ended and everything is stored; never faults (see the status for what went wrong).</summary>
    public Task<CaptureStatus> Completion => throw new NotImplementedException();

    /// <summary>Raised about once a second, and at the end, on a background thread, with a fresh copy of the numbers.</summary>
    public event Action<CaptureStatus>? StatusChanged;

    /// <summary>Raised once for each new problem that does not end the capture (disk full, interface down), on a background thread.</summary>
    public event Action<string>? Warning;

    /// <summary>Asks the capture to stop; returns at once.</summary>
    public void Stop() => throw new NotImplementedException(StatusChanged is null ? "" : Warning?.Method.Name);

    /// <summary>Stops, and waits for the end.</summary>
    public void Dispose() => throw new NotImplementedException();
}
