using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;
using NetTraffic.PowerShell.Jobs;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Start-NetCapture: a live capture as a job, or with -Wait as a command that blocks.</summary>
[Cmdlet(VerbsLifecycle.Start, "NetCapture", SupportsShouldProcess = true)]
[OutputType("NetTraffic.NetCaptureJob")]
[OutputType(typeof(CaptureStatus))]
public sealed class StartNetCaptureCommand : CaptureCmdlet
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(500);

    // pwsh -Command "Start-NetCapture lo -Duration 10s" has nothing more to do, and ends at once. A script may well wait for the job: that
    // is known only when the process ends, and nobody reads warnings then but standard error.
    static StartNetCaptureCommand() => RunningCaptures.EndedWithProcess += last => Console.Error.WriteLine(Display.Text(
        $"WARNING: The capture '{last.Name}' ({last.CaptureId}) ended with the PowerShell that ran it, after "
        + $"{Display.Span(last.EndTime - last.StartTime ?? TimeSpan.Zero)}: {Display.Count(last.Packets)} packets in "
        + $"{Display.Count(last.Flows)} flows are stored. A capture is a job of its PowerShell; "
        + "Start-NetCapture -Wait returns when the capture has ended."));

    /// <summary>A name for people, and of the job.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? Name { get; set; }

    /// <summary>Blocks until the capture ends, with a progress bar, and returns its numbers.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override void End()
    {
        if (!IsAsked)
        {
            return;
        }

        CaptureRequest request = MakeRequest();
        if (!ShouldProcess($"interface {Display.List(request.Interfaces)}", "Start capture"))
        {
            return;
        }

        CaptureSession session = TrafficEngine.StartCapture(request);
        RunningCaptures.Add(session);
        if (Wait)
        {
            WaitForEnd(session, request);
            return;
        }

        NetCaptureJob job = new(session, MyInvocation.Line.Trim());
        JobRepository.Add(job);
        PSObject visible = PSObject.AsPSObject(job);
        visible.TypeNames.Insert(0, NetCaptureJob.TypeName);
        WriteObject(visible);
    }

    private CaptureRequest MakeRequest()
    {
        CheckTimes();
        return new CaptureRequest
        {
            Interfaces =
                InterfaceNames.Expand(GivenInterfaces.Count > 0 ? GivenInterfaces : [DefaultInterface()], TrafficEngine.GetInterfaces,
                    Engine != CaptureEngine.Libpcap),
            Engine = Engine,
            Filter = Filter,
            Promiscuous = Promiscuous,
            SnapLength = SnapLength,
            BufferSize = BufferSize,
            Duration = IsBound(nameof(Duration)) ? Duration : null,
            PacketCount = IsBound(nameof(PacketCount)) ? PacketCount : null,
            Sensor = Sensor,
            StorePath = FullStorePath,
            Name = Name,
            FlushInterval = IsBound(nameof(FlushInterval)) ? FlushInterval : null,
            Enrich = Enrich,
            PacketRing = RingOptions(IsBound(nameof(PacketRing)) ? PacketRing : null, PacketRingSnapLength),
            Flows = new FlowOptions { MaxFlows = MaxFlows },
        };
    }

    private static string DefaultInterface() =>
        TrafficEngine.GetInterfaces().FirstOrDefault(one => one.IsDefault)?.Name
        ?? throw new CaptureException(CaptureProblem.UnknownInterface, "No interface has the default route.",
            "Name one with -Interface; Get-NetCaptureInterface lists them.");

    private void WaitForEnd(CaptureSession session, CaptureRequest request)
    {
        using (session)
        {
            using CancellationTokenRegistration stop = StopToken.Register(session.Stop);
            using WarningQueue warnings = new(session);
            try
            {
                ShowUntilEnd(session, request, warnings);
            }
            catch (PipelineStoppedException)
            {
                // A stopped pipeline takes no objects any more, but whoever pressed Ctrl+C wants to know what there is.
                session.Stop();
                CaptureStatus last = session.Completion.GetAwaiter().GetResult();
                Host.UI.WriteWarningLine(Display.Text($"Stopped: {Display.Count(last.Packets)} packets in {Display.Count(last.Flows)} "
                    + $"flows are stored. See Get-NetCapture -CaptureId {last.CaptureId}"));
                throw;
            }
        }
    }

    private void ShowUntilEnd(CaptureSession session, CaptureRequest request, WarningQueue warnings)
    {
        string activity = $"Capturing on {Display.List(request.Interfaces)}";
        while (!session.Completion.Wait(ProgressInterval))
        {
            CaptureStatus now = session.GetStatus();
            warnings.WriteTo(this);
            WriteProgress(new ProgressRecord(1, activity, CaptureTexts.Numbers(now))
            {
                PercentComplete = CaptureTexts.Percent(now, request.Duration, request.PacketCount),
                SecondsRemaining = CaptureTexts.SecondsLeft(now, request.Duration),
            });
        }

        WriteProgress(new ProgressRecord(1, activity, "ended") { RecordType = ProgressRecordType.Completed });
        warnings.WriteTo(this);
        CaptureStatus last = session.Completion.Result;
        WriteObject(last);
        if (last.State == CaptureState.Failed)
        {
            WriteError(ErrorRecords.From(CaptureTexts.Failure(last), last.CaptureId));
        }
    }
}
