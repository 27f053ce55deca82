using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Sync-NetTrafficInflux: passes on to InfluxDB what the store holds and was not passed on yet, once.</summary>
[Cmdlet(VerbsData.Sync, "NetTrafficInflux")]
[OutputType(typeof(ForwardResult))]
public sealed class SyncNetTrafficInfluxCommand : EachStoreCmdlet
{
    private const string Activity = "Sending to InfluxDB";

    /// <summary>
    /// Seconds that the server may be away until an error ends it; 0: it is waited for without end. Default 60.
    /// </summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int TimeoutSec { get; set; } = 60;

    /// <summary>
    /// The server has nothing of this store. Without it, a store that was sent to another address asks the server first, so that the same
    /// server by another name gets nothing twice.
    /// </summary>
    [Parameter]
    public SwitchParameter AssumeEmpty { get; set; }

    /// <inheritdoc/>
    protected override void AskStore()
    {
        SyncOptions options = new()
        {
            Timeout = TimeoutSec == 0 ? null : TimeSpan.FromSeconds(TimeoutSec),
            AssumeEmpty = AssumeEmpty,
            SayTooOld = true,
        };
        using PumpedProgress<ForwardProgress> progress = new();
        Task<ForwardResult> work =
            Task.Run(() => TrafficEngine.SyncInflux(FullStorePath, options, progress, progress.Warn, StopToken), CancellationToken.None);
        try
        {
            progress.Pump(work, Show, warning => WriteWarning(Display.Text(warning)));
            WriteObject(work.GetAwaiter().GetResult());
        }
        catch (InfluxException error) when (error.Problem == InfluxProblem.Busy)
        {
            // A running capture does the same: nothing is wrong.
            WriteWarning(Display.Text(error.Message));
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
