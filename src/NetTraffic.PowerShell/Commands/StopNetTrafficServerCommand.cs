using System.Diagnostics;
using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Stop-NetTrafficServer: ends the REST API server of a store, and the captures that run in it.</summary>
[Cmdlet(VerbsLifecycle.Stop, "NetTrafficServer", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopNetTrafficServerCommand : EachStoreCmdlet
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override void AskStore()
    {
        string store = Store.Path;
        if (ServerRegistry.Find(store) is not { } server)
        {
            WriteError(ErrorRecords.Make(TrafficErrors.NoServer, $"The store '{store}' has no server.", store));
            return;
        }

        if (!ShouldProcess($"{server.Url} (process {server.ProcessId} on {server.HostName})", "Stop server"))
        {
            return;
        }

        ServerRegistry.RequestStop(store);
        Stopwatch waited = Stopwatch.StartNew();
        while (ServerRegistry.Find(store) is not null)
        {
            if (waited.Elapsed > Patience)
            {
                WriteError(ErrorRecords.Make(TrafficErrors.StopTimedOut,
                    $"The server was asked to stop, and has not ended after {Display.Span(Patience)}.", store,
                    "Look at it again with Get-NetTrafficServer."));
                return;
            }

            StopToken.WaitHandle.WaitOne(Poll);
            StopToken.ThrowIfCancellationRequested();
        }
    }
}
