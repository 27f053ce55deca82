using System.Management.Automation;
using NetTraffic.Packets;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell;

/// <summary>A cmdlet that says how to capture: at once, or later.</summary>
public abstract class CaptureCmdlet : StoreCmdlet
{
    private readonly List<string> piped = [];
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

    /// <summary>Whether anything was asked for; of an empty pipeline nothing was, which is not the default interface.</summary>
    protected bool IsAsked => asked;

    /// <summary>The interfaces that were named or piped in; empty: the one with the default route.</summary>
    protected IReadOnlyList<string> GivenInterfaces => piped;

    /// <summary>
    /// Interfaces that are piped in make one capture together. What PowerShell could not bind, and an empty pipeline, never get here: then
    /// nothing was asked for, which is not the default interface.
    /// </summary>
    protected sealed override void Process()
    {
        asked = true;
        piped.AddRange(Interface ?? []);
    }

    /// <summary>Refuses times that make no sense.</summary>
    protected void CheckTimes()
    {
        if (IsBound(nameof(FlushInterval)) && (FlushInterval < TimeSpan.FromSeconds(1) || FlushInterval > TimeSpan.FromHours(1)))
        {
            Refuse(TrafficErrors.BadFlushInterval, "-FlushInterval lies outside 1s to 1h.", target: FlushInterval);
        }

        if (IsBound(nameof(Duration)) && Duration <= TimeSpan.Zero)
        {
            Refuse(TrafficErrors.BadDuration, "-Duration must be longer than nothing.", target: Duration);
        }
    }
}
