using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Unregister-NetCaptureTask: removes scheduled captures; what they captured stays.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "NetCaptureTask", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class UnregisterNetCaptureTaskCommand : TrafficCmdlet
{
    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CaptureTaskCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Those of one scheduler.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EnumName(typeof(CaptureScheduler), "scheduler")]
    public CaptureScheduler Scheduler { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (NetCaptureTask task in CaptureTaskNames.Find(this, Name, IsBound(nameof(Scheduler)) ? Scheduler : null))
        {
            string target = $"'{Display.Text(task.Name)}' ({Display.Text(task.Schedule)}) in {Display.List(task.Path)}";
            if (ShouldProcess(target, "Remove capture task"))
            {
                CaptureTasks.Unregister(task);
            }
        }
    }
}
