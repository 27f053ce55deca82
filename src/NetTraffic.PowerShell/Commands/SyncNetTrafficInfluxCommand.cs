using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Sync-NetTrafficInflux: passes on to InfluxDB what the store holds and was not passed on yet, once.</summary>
[Cmdlet(VerbsData.Sync, "NetTrafficInflux")]
[OutputType(typeof(ForwardResult))]
public sealed class SyncNetTrafficInfluxCommand : EachStoreCmdlet
{
    private const string Activity = "Sending to InfluxDB";

    /// <inheritdoc/>
    protected override void AskStore()
    {
        using PumpedProgress<ForwardProgress> progress = new();
        Task<ForwardResult> work =
            Task.Run(() => TrafficEngine.SyncInflux(FullStorePath, progress, progress.Warn, StopToken), CancellationToken.None);
        try
        {
            progress.Pump(work, Show, warning => WriteWarning(Display.Text(warning)));
            WriteObject(work.GetAwaiter().GetResult());
        }
        finally
        {
            WriteProgress(new ProgressRecord(1, Activity, "ended") { RecordType = ProgressRecordType.Completed });
        }
    }

    private void Show(ForwardProgress now) =>
        WriteProgress(new ProgressRecord(1, Activity,
            $"{Display.Count(now.Segments)} of {Display.Count(now.Total)} segments, {Display.Count(now.Points)} points")
        {
            PercentComplete = now.Total == 0 ? 0 : (int)Math.Min(100, now.Segments * 100 / now.Total),
        });
}
