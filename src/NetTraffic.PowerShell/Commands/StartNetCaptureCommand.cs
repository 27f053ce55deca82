using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.Packets;
using NetTraffic.PowerShell.Completers;
using NetTraffic.PowerShell.Jobs;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Start-NetCapture: a live capture as a job, or with -Wait as a command that blocks.</summary>
[Cmdlet(VerbsLifecycle.Start, "NetCapture", SupportsShouldProcess = true)]
[OutputType("NetTraffic.NetCaptureJob")]
[OutputType(typeof(CaptureStatus))]
public sealed class StartNetCaptureCommand : StoreCmdlet
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(500);
    private readonly List<string> piped = [];

    // pwsh -Command "Start-NetCapture lo -Duration 10s" has nothing more to do, and ends at once. A script may well wait for the job: that
    // is known only when the process ends, and nobody reads warnings then but standard error.
    static StartNetCaptureCommand() => RunningCaptures.EndedWithProcess += last => Console.Error.WriteLine(Display.Text(
        $"WARNING: The capture '{last.Name}' ({last.CaptureId}) ended with the PowerShell that ran it, after "
        + $"{Display.Span(last.EndTime - last.StartTime ?? TimeSpan.Zero)}: {Display.Count(last.Packets)} packets in "
        + $"{Display.Count(last.Flows)} flows are stored. A capture is a job of its PowerShell; "
        + "Start-NetCapture -Wait returns when the capture has ended."));

    private bool asked;

    /// <summary>Interfaces; wildcards are allowed, and <c>any</c> on Linux. Default: the one with the default route.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [InterfaceName]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string[]? Interface { get; set; }

    /// <summary>Capture filter in libpcap's syntax.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? Filter { get; set; }

    /// <summary>
    /// What captures: libpcap in this process, or Wireshark's dumpcap or tshark, which may be permitted to where this process is not.
    /// </summary>
    [Parameter]
    [EnumName(typeof(CaptureEngine), "engine")]
    public CaptureEngine Engine { get; set; }

    /// <summary>Sees frames that are not addressed to this machine too.</summary>
    [Parameter]
    public SwitchParameter Promiscuous { get; set; }

    /// <summary>Bytes captured of each packet at most.</summary>
    [Parameter]
    [ValidateRange(14, 262_144)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int SnapLength { get; set; } = 262_144;

    /// <summary>Kernel buffer per interface in bytes.</summary>
    [Parameter]
    [ValidateRange(64 << 10, 1 << 30)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int BufferSize { get; set; } = 64 << 20;

    /// <summary>Keeps the newest raw packets, in at most so many bytes on disk: 1 MB at least.</summary>
    [Parameter]
    [ValidateRange(1 << 20, long.MaxValue)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public long PacketRing { get; set; }

    /// <summary>Bytes kept of each raw packet at most.</summary>
    [Parameter]
    [ValidateRange(1, 262_144)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int PacketRingSnapLength { get; set; } = new PacketRingOptions().SnapLength;

    /// <summary>Asks the providers that are set about new talkers, in the background.</summary>
    [Parameter]
    public SwitchParameter Enrich { get; set; }

    /// <summary>Ends after this long.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Duration { get; set; }

    /// <summary>Ends after this many packets.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public long PacketCount { get; set; }

    /// <summary>How often flows are written to the store: 1 s to 1 h.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan FlushInterval { get; set; }

    /// <summary>Flows held in memory at most.</summary>
    [Parameter]
    [ValidateRange(16, 100_000_000)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int MaxFlows { get; set; } = new FlowOptions().MaxFlows;

    /// <summary>Name under which the traffic is stored.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public string? Sensor { get; set; }

    /// <summary>A name for people, and of the job.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? Name { get; set; }

    /// <summary>Blocks until the capture ends, with a progress bar, and returns its numbers.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>
    /// Interfaces that are piped in make one capture together. What PowerShell could not bind, and an empty pipeline, never get here: then
    /// nothing was asked for, which is not the default interface.
    /// </summary>
    protected override void Process()
    {
        asked = true;
        piped.AddRange(Interface ?? []);
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (!asked)
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
        if (IsBound(nameof(FlushInterval)) && (FlushInterval < TimeSpan.FromSeconds(1) || FlushInterval > TimeSpan.FromHours(1)))
        {
            Refuse(TrafficErrors.BadFlushInterval, "-FlushInterval lies outside 1s to 1h.", target: FlushInterval);
        }

        if (IsBound(nameof(Duration)) && Duration <= TimeSpan.Zero)
        {
            Refuse(TrafficErrors.BadDuration, "-Duration must be longer than nothing.", target: Duration);
        }

        return new CaptureRequest
        {
            Interfaces =
                InterfaceNames.Expand(piped.Count > 0 ? piped : [DefaultInterface()], TrafficEngine.GetInterfaces,
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
