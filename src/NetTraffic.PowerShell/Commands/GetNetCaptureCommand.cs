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
    [Parameter(ParameterSetName = "Id", Mandatory = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? CaptureId { get; set; }

    /// <summary>Names, for which ids will do; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = "Name", Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Captures, capture jobs, imports, names or ids, which the pipeline brings.</summary>
    [Parameter(ParameterSetName = "InputObject", Mandatory = true, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>States.</summary>
    [Parameter]
    [EnumName(typeof(CaptureState), "state", Several = true)]
    public CaptureState[]? State { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        string[]? ids = CaptureId;
        string[]? names = Name;
        if (InputObject is not null && !CaptureNames.Read(InputObject, MyInvocation.MyCommand.Name, out ids, out names, WriteError))
        {
            return;
        }

        IReadOnlyList<CaptureStatus> all = OpenForReading(FullStorePath).GetCaptures();
        foreach (CaptureStatus capture in CaptureNames.Find(all, ids, names, WriteError))
        {
            CaptureStatus now = RunningCaptures.Find(capture.CaptureId)?.GetStatus() ?? capture;
            if (State is null || State.Contains(now.State))
            {
                WriteObject(now);
            }
        }
    }
}
