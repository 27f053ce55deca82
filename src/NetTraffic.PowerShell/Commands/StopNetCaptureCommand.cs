using System.Diagnostics;
using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Stop-NetCapture: stops captures of this or another process and waits until everything is stored.</summary>
[Cmdlet(VerbsLifecycle.Stop, "NetCapture", DefaultParameterSetName = "Name", SupportsShouldProcess = true)]
[OutputType(typeof(CaptureStatus))]
public sealed class StopNetCaptureCommand : StoreCmdlet
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Ids.</summary>
    [Parameter(ParameterSetName = "Id", Mandatory = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? CaptureId { get; set; }

    /// <summary>Names, for which ids will do; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = "Name", Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Every running capture of the store.</summary>
    [Parameter(ParameterSetName = "All", Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>Captures, capture jobs, names or ids, which the pipeline brings.</summary>
    [Parameter(ParameterSetName = "InputObject", Mandatory = true, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>How long to wait for the end of each capture.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Returns the final numbers.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        ITrafficStore store = Store;
        List<CaptureStatus> asked = [];
        string[]? ids = CaptureId;
        string[]? names = Name;
        if (InputObject is not null && !CaptureNames.Read(InputObject, MyInvocation.MyCommand.Name, out ids, out names, WriteError))
        {
            return;
        }

        foreach (CaptureStatus capture in CaptureNames.Find(store.GetCaptures(), ids, names, WriteError))
        {
            // One that is written out to its end may have something to do yet: passing on to InfluxDB, and telling its job.
            if (capture.State != CaptureState.Running && RunningCaptures.Find(capture.CaptureId) is null)
            {
                // Ended already is what the user wants; only -PassThru has something to say.
                WriteVerbose($"The capture {capture.CaptureId} is not running: {capture.State}.");
                if (PassThru && !All && (Name is null || Name.Any(name => CaptureNames.IsNamed(capture, name))))
                {
                    WriteObject(capture);
                }
            }
            else if (ShouldProcess($"{Display.Text(capture.Name)} ({capture.CaptureId}, process {capture.ProcessId} on "
                + $"{Display.Text(capture.HostName)})", "Stop capture"))
            {
                Ask(store, capture.CaptureId);
                asked.Add(capture);
            }
        }

        foreach (CaptureStatus capture in asked)
        {
            WaitForEnd(store, capture);
        }
    }

    private static void Ask(ITrafficStore store, string captureId)
    {
        if (RunningCaptures.Find(captureId) is { } session)
        {
            session.Stop();
        }
        else
        {
            store.RequestStop(captureId);
        }
    }

    private void WaitForEnd(ITrafficStore store, CaptureStatus capture)
    {
        Stopwatch waited = Stopwatch.StartNew();
        CaptureStatus? last = null;
        bool shown = false;
        while (last is null && waited.Elapsed < Timeout)
        {
            last = Ended(store, capture.CaptureId);
            if (last is null && waited.Elapsed.TotalSeconds > 1)
            {
                shown = true;
                WriteProgress(new ProgressRecord(1, $"Stopping capture {Display.Text(capture.Name)}",
                    "waiting until everything is stored"));
            }
        }

        if (shown)
        {
            WriteProgress(new ProgressRecord(1, $"Stopping capture {Display.Text(capture.Name)}",
                "ended")
            { RecordType = ProgressRecordType.Completed });
        }

        if (last is null)
        {
            WriteError(ErrorRecords.Make(
                TrafficErrors.StopTimedOut,
                $"The capture {capture.CaptureId} was asked to stop, and has not ended after {Display.Span(Timeout)}.",
                capture.CaptureId,
                $"Look at it again with Get-NetCapture -CaptureId {capture.CaptureId}; it runs in process {capture.ProcessId} on "
                    + $"{Display.Text(capture.HostName)}."));
        }
        else if (PassThru)
        {
            WriteObject(last);
        }
    }

    private CaptureStatus? Ended(ITrafficStore store, string captureId)
    {
        if (RunningCaptures.Find(captureId) is { } session)
        {
            return session.Finish.Wait((int)PollInterval.TotalMilliseconds, StopToken) ? session.Finish.Result : null;
        }

        CaptureStatus? now = store.GetCaptures().FirstOrDefault(capture => capture.CaptureId == captureId);
        if (now is not null && now.State == CaptureState.Running)
        {
            StopToken.WaitHandle.WaitOne(PollInterval);
            StopToken.ThrowIfCancellationRequested();
            return null;
        }

        return now;
    }
}
