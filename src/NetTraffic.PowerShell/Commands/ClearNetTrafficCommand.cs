using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Clear-NetTraffic: removes old history from the store, whole hours at a time.</summary>
[Cmdlet(VerbsCommon.Clear, "NetTraffic", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ClearResult))]
public sealed class ClearNetTrafficCommand : EachStoreCmdlet
{
    /// <summary>Hours of traffic that ended longer ago than this.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan OlderThan { get; set; }

    /// <inheritdoc/>
    protected override void AskStore()
    {
        if (OlderThan < TimeSpan.Zero || OlderThan >= DateTime.UtcNow - DateTime.MinValue)
        {
            Refuse(TrafficErrors.BadArgument,
                $"-OlderThan is an age: it is neither negative nor longer than all of history, as {OlderThan} is.",
                    $"Give for example {NetTraffic.Duration.Examples}.", target: OlderThan);
        }

        DateTime before = DateTime.UtcNow - OlderThan;
        ClearResult preview =
            TrafficEngine.Clear(OpenForReading(FullStorePath), before, keepRecentlyWritten: false, whatIf: true, StopToken);
        if (preview.Segments == 0 && preview.PacketFiles == 0)
        {
            WriteVerbose($"The store has nothing that ended before {Display.Time(before)}.");
            WriteObject(preview);
        }
        else if (ShouldProcess(
            $"{preview.Hours} hours of traffic ({preview.Segments} "
                + $"files{(preview.PacketFiles > 0 ? $" and {preview.PacketFiles} of raw packets" : "")}, "
                + $"{Display.Bytes(preview.FreedBytes)}) whose packets are older than {Display.Time(before)} (whenever they were captured "
                + $"or imported), in {Display.Text(preview.StorePath)}", "Remove"))
        {
            ClearResult cleared = TrafficEngine.Clear(Store, before, keepRecentlyWritten: false, whatIf: false, StopToken);
            if (cleared.HeldFiles is [var held, ..])
            {
                WriteWarning($"{cleared.HeldFiles.Count} files stay, since another program has them open or they may not be deleted, "
                    + $"'{Display.Text(held)}' first; HeldFiles of the result names them all. Close them there, and clear again.");
            }

            WriteObject(cleared);
        }
    }
}
