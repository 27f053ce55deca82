using System.Collections.Concurrent;
using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Jobs;

/// <summary>Warnings come on a session's threads; a cmdlet may write on its own only.</summary>
internal sealed class WarningQueue : IDisposable
{
    private readonly CaptureSession session;
    private readonly ConcurrentQueue<string> waiting = new();

    public WarningQueue(CaptureSession session)
    {
        this.session = session;
        session.Warning += waiting.Enqueue;
    }

    public void WriteTo(Cmdlet cmdlet)
    {
        while (waiting.TryDequeue(out string? warning))
        {
            cmdlet.WriteWarning(Display.Text(warning));
        }
    }

    public void Dispose() => session.Warning -= waiting.Enqueue;
}
