using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-NetCapture: running and past captures of a store, those of other processes included.</summary>
[Cmdlet(VerbsCommon.Get, "NetCapture", DefaultParameterSetName = "Name")]
[OutputType(typeof(CaptureStatus))]
public sealed class GetNetCaptureCommand : StoreCmdlet
{
    /// <summary>Ids.</summary>
    [Parameter(ParameterSetName = "Id", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? CaptureId { get; set; }

    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = "Name", Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? Name { get; set; }

    /// <summary>States.</summary>
    [Parameter]
    [EnumName(typeof(CaptureState), "state", Several = true)]
    public CaptureState[]? State { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        IReadOnlyList<CaptureStatus> all = OpenForReading(FullStorePath).GetCaptures();
        foreach (CaptureStatus capture in CaptureNames.Find(all, CaptureId, Name, WriteError))
        {
            CaptureStatus now = RunningCaptures.Find(capture.CaptureId)?.GetStatus() ?? capture;
            if (State is null || State.Contains(now.State))
            {
                WriteObject(now);
            }
        }
    }
}
