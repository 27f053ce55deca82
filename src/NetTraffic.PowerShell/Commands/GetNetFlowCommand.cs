using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.Packets;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-NetFlow: flows of the store, newest first, or of a capture file. Streams.</summary>
[Cmdlet(VerbsCommon.Get, "NetFlow", DefaultParameterSetName = StoreSet)]
[OutputType(typeof(Flow))]
public sealed class GetNetFlowCommand : TrafficQueryCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private readonly PipedCaptures piped = new();
    private long left = long.MaxValue;

    /// <summary>Capture files to read instead of the store; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Capture files, taken as they are written; files can be piped in.</summary>
    [Parameter(ParameterSetName = LiteralSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Captures or imports; objects with a CaptureId can be piped in.</summary>
    [Parameter(ParameterSetName = StoreSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? CaptureId { get; set; }

    /// <summary>Flows at most.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long First { get; set; }

    /// <summary>Rows as they are stored, one per flow and flush interval, instead of whole flows.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    public SwitchParameter PerInterval { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public override string[]? Address { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    [ValidateRange(0, 65535)]
    public override int[]? Port { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public override string[]? Protocol { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public override string[]? Application { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public override TimeSpan Last { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    public override DateTime Since { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = StoreSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    public override DateTime Until { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (IsBound(nameof(First)))
        {
            left = First;
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == StoreSet)
        {
            piped.Add(FullStorePath, CaptureId);
            return;
        }

        bool literal = ParameterSetName == LiteralSet;
        foreach (string file in FileList.Expand(SessionState, (literal ? LiteralPath : Path) ?? [], literal, WriteError))
        {
            ReadFile(file);
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        foreach ((string? store, List<string> captures) in piped.Queries())
        {
            Write(OpenStore(store).GetFlows(MakeFilter(captures), left == long.MaxValue ? null : left, PerInterval, StopToken), PerInterval ? "NetTraffic.Flow#Interval" : null);
        }
    }

    private void ReadFile(string file)
    {
        try
        {
            Write(TrafficEngine.ReadFlows(file, MakeFilter([]), new FlowOptions(), StopToken), null);
        }
        catch (CaptureFormatException damage) when (damage.Offset > 0)
        {
            WriteWarning(Display.Text($"{file}: {damage.Message} (at byte {damage.Offset}) Everything before it was read."));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WriteError(ErrorRecords.From(error, file));
        }
    }

    /// <summary>Ends the query, or the reading of the file, as soon as enough is written or the pipeline wants no more: leaving the loop disposes it.</summary>
    private void Write(IEnumerable<Flow> flows, string? view)
    {
        if (left == 0)
        {
            return;
        }

        foreach (Flow flow in flows)
        {
            if (view is null)
            {
                WriteObject(flow);
            }
            else
            {
                PSObject row = new(flow);
                row.TypeNames.Insert(0, view);
                WriteObject(row);
            }

            if (--left == 0)
            {
                return;
            }
        }
    }
}
