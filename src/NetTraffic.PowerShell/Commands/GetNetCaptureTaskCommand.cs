using System.Management.Automation;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-NetCaptureTask: the scheduled captures of this machine and user.</summary>
[Cmdlet(VerbsCommon.Get, "NetCaptureTask")]
[OutputType(typeof(NetCaptureTask))]
public sealed class GetNetCaptureTaskCommand : TrafficCmdlet
{
    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CaptureTaskCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Those of one scheduler.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumName(typeof(CaptureScheduler), "scheduler")]
    public CaptureScheduler Scheduler { get; set; }

    /// <inheritdoc/>
    protected override void Process() => WriteObject(
        CaptureTaskNames.Find(this, Name ?? ["*"], IsBound(nameof(Scheduler)) ? Scheduler : null), enumerateCollection: true);
}
