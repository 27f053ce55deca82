using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.Packets;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell;

/// <summary>A cmdlet that asks about the traffic of the store, of capture files, or of piped flows.</summary>
public abstract class FlowQueryCmdlet : TrafficQueryCmdlet
{
    /// <summary>Name of the parameter set that reads files by path.</summary>
    protected const string PathSet = "Path";

    /// <summary>Name of the parameter set that reads files by literal path.</summary>
    protected const string LiteralSet = "LiteralPath";

    private readonly PipedCaptures piped = new();
    private HostNames? names;

    /// <summary>Captures or imports.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? CaptureId { get; set; }

    /// <summary>Only here to be refused with a better word than PowerShell's.</summary>
    [Parameter(ParameterSetName = StoreSet, DontShow = true)]
    public object? SourceAddress { get; set; }

    /// <summary>Capture files, taken as they are written.</summary>
    [Parameter(ParameterSetName = LiteralSet, Mandatory = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Captures, files or flows, which the pipeline brings.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public override string[]? Address { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public override string[]? PeerAddress { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [PortNumbers]
    [ValidateRange(0, 65535)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public override int[]? Port { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public override string[]? Protocol { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public override string[]? Application { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public override TimeSpan Last { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [Time]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public override DateTime Since { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [Time]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public override DateTime Until { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public override string[]? CommunityId { get; set; }

    /// <summary>The stores to ask and with what filter, at the end of the pipeline.</summary>
    protected IEnumerable<(ITrafficStore Store, TrafficFilter Filter)> Queries()
    {
        foreach ((string? path, List<string> captures) in piped.Queries())
        {
            ITrafficStore store = OpenForReading(path);
            List<string> known = KnownCaptures(store, captures);

            // No capture in a filter means all of them.
            if (captures.Count == 0 || known.Count > 0)
            {
                yield return (store, MakeFilter(known));
            }
        }
    }

    /// <summary>Reverse DNS for -ResolveName.</summary>
    private protected HostNames Names => names ??= new HostNames(
        () => EnrichmentService.Open(Store, null, [EnrichmentTarget.Dns], text => WriteWarning(Display.Text(text))),
        text => WriteWarning(Display.Text(text)), StopToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            names?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>What the parameters ask for, where nothing is piped in.</summary>
    protected abstract void AskNamed();

    /// <summary>Takes a flow of the pipeline.</summary>
    protected abstract void TakeFlow(Flow flow);

    /// <summary>Takes a row of a summary by some key.</summary>
    protected virtual void TakeItem(TrafficSummaryItem item) =>
        WriteError(ErrorRecords.Make(TrafficErrors.NotInput, $"{Command} does not take rows of a summary.", null,
            "Get-NetFlow gives the flows of a row: Get-TrafficSummary -By ... | Get-NetFlow."));

    /// <summary>Takes a file of the pipeline, by its full path.</summary>
    protected abstract void TakeFile(string file);

    /// <summary>Properties that a copy of a flow must have here.</summary>
    protected virtual IReadOnlyList<string> NeededOfFlows => PipedObject.NeededForPackets;

    /// <summary>Whether files are named that flows of the pipeline are to be looked for in.</summary>
    protected virtual bool FlowsChooseInFiles => false;

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        if (IsBound(nameof(SourceAddress)))
        {
            Refuse(TrafficErrors.BadArgument, "-SourceAddress is no filter: a flow has packets of both directions.",
                "Give -Address, and choose the side with Where-Object SourceAddress -eq ...");
        }

        if (!IsBound(nameof(InputObject)))
        {
            AskNamed();
            return;
        }

        if (InputObject is null)
        {
            WriteError(ErrorRecords.Make(TrafficErrors.NotInput, $"Nothing ($null) was piped into {Command}.", null));
        }

        foreach (PSObject one in PipedObject.Each(InputObject))
        {
            Take(new PipedObject(one));
        }
    }

    /// <summary>Remembers the captures that the parameters name; none: all of the store.</summary>
    protected void AddCaptures() => piped.Add(FullStorePath, CaptureId);

    /// <summary>Reads the files that the parameters name, one after the other.</summary>
    /// <param name="paths">Files for <see cref="PathSet"/>.</param>
    /// <param name="read">Reads a file.</param>
    protected void ForEachFile(string[]? paths, Action<string> read)
    {
        bool literal = ParameterSetName == LiteralSet;
        ForEachFile((literal ? LiteralPath : paths) ?? [], literal, read);
    }

    /// <summary>The flows of a file that the filters choose.</summary>
    protected IEnumerable<Flow> FlowsOf(string file) =>
        TrafficEngine.ReadFlows(file, MakeFilter([]), new FlowOptions(), StopToken, remark => WriteRemark(file, remark),
            TrafficEngine.TunnelPortsOf(FullStorePath));

    /// <summary>Warns of what is odd about a file and lost nothing.</summary>
    protected void WriteRemark(string file, string remark) => WriteWarning(Display.Text($"{file}: {remark}"));

    /// <summary>The cmdlet's name.</summary>
    private string Command => MyInvocation.MyCommand.Name;

    private void Take(PipedObject input)
    {
        if (input.IsFlow)
        {
            TakeFlow(input);
            return;
        }

        if (input.IsPacket)
        {
            Refuse(TrafficErrors.NotCaptures,
                $"{Command} does not take packets: their CaptureId would ask for their whole capture.",
                $"Pipe in captures{(Command == "Get-NetFlow" ? "" : ", or flows")}, or choose with -FlowId or -CommunityId.");
        }

        if (ParameterSetName != StoreSet || IsBound(nameof(CaptureId)))
        {
            Refuse(TrafficErrors.BadArgument,
                $"{Command} got a {input.TypeName} from the pipeline, and what to ask about from its parameters as well.",
                "Give it in one way.");
        }

        if (input.ToSummaryItem() is { } item)
        {
            TakeItem(item);
        }
        else if (input.CaptureId is { } capture)
        {
            piped.Add(FullStorePath, [capture]);
        }
        else if (input.File(FileExists) is (string path, bool literal))
        {
            ForEachFile([path], literal, TakeFile);
        }
        else if (input.StorePath is not null)
        {
            piped.Add(FullStorePath, null);
        }
        else
        {
            WriteError(ErrorRecords.Make(TrafficErrors.NotInput, $"{Command} cannot tell what a {input.TypeName} stands for.", null));
        }
    }

    private void TakeFlow(PipedObject input)
    {
        if (ParameterSetName != StoreSet && !FlowsChooseInFiles)
        {
            Refuse(TrafficErrors.BadArgument, $"{Command} got flows from the pipeline, and is to read files as well.",
                "Give it one of the two.");
        }

        if (input.ToFlow(NeededOfFlows, out IReadOnlyList<string> missing) is { } flow)
        {
            TakeFlow(flow);
            return;
        }

        Refuse(TrafficErrors.NotWholeFlows,
            $"This copy of a flow ({input.TypeName}) lacks what {Command} needs of it: {Display.List(missing)}.");
    }

    /// <summary>Reads files, one after the other. Problems of one are reported, and the rest goes on.</summary>
    private void ForEachFile(string[] paths, bool literal, Action<string> read)
    {
        foreach (string file in FileList.Expand(SessionState, paths, literal, WriteError))
        {
            try
            {
                read(file);
            }
            catch (CaptureFormatException damage) when (damage.Offset > 0)
            {
                WriteWarning(Display.Text($"{file}: {Display.Damage(damage.Message, damage.Offset)} Everything before it was read."));
            }
            catch (Exception error) when (FileList.IsOfOneFile(error))
            {
                WriteError(ErrorRecords.From(error, file));
            }
        }
    }
}
