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

    /// <summary>Name of the parameter set that flows are piped into.</summary>
    protected const string FlowSet = "Flow";

    private readonly PipedCaptures piped = new();

    /// <summary>Captures or imports; objects with a CaptureId can be piped in.</summary>
    [Parameter(ParameterSetName = StoreSet, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? CaptureId { get; set; }

    /// <summary>
    /// Only here to be refused: what has one is a flow or a packet, or a copy of one, whose CaptureId would be taken for a question about
    /// the whole capture.
    /// </summary>
    [Parameter(ParameterSetName = StoreSet, ValueFromPipelineByPropertyName = true, DontShow = true)]
    public object? SourceAddress { get; set; }

    /// <summary>Capture files, taken as they are written; files can be piped in.</summary>
    [Parameter(ParameterSetName = LiteralSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public override string[]? Address { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [PortNumbers]
    [ValidateRange(0, 65535)]
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
    public override DateTime Since { get; set; }

    /// <inheritdoc/>
    [Parameter]
    public override DateTime Until { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [ValidateNotNullOrEmpty]
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

    /// <summary>Remembers the captures of this input.</summary>
    protected void AddCaptures()
    {
        if (IsBound(nameof(SourceAddress)))
        {
            RefuseSourceAddress();
        }

        piped.Add(FullStorePath, CaptureId);
    }

    /// <summary>
    /// Reads the flows of the files of this input, one file after the other. Problems of one are reported, and the rest goes on.
    /// </summary>
    /// <param name="paths">Files for <see cref="PathSet"/>.</param>
    /// <param name="read">Takes the flows of a file; it need not take all.</param>
    protected void ReadFiles(string[]? paths, Action<IEnumerable<Flow>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        ForEachFile(paths, file => read(TrafficEngine.ReadFlows(file, MakeFilter([]), new FlowOptions(), StopToken)));
    }

    private void RefuseSourceAddress()
    {
        if (!MyInvocation.ExpectingInput)
        {
            Refuse(TrafficErrors.BadArgument, "-SourceAddress is no filter: a flow has packets of both directions.",
                "Give -Address, and choose the side with Where-Object SourceAddress -eq ...");
        }

        string command = MyInvocation.MyCommand.Name;
        Refuse(TrafficErrors.NotCaptures, $"{command} does not take packets, nor copies of flows (Select-Object, Import-Clixml, jobs): "
            + $"their CaptureId would ask for their whole capture.",
            $"Pipe in captures{(command == "Get-NetFlow" ? "" : ", or flows as Get-NetFlow gives them")}, or choose with -FlowId or "
                + $"-CommunityId.");
    }

    /// <summary>Reads the files of this input, one after the other. Problems of one are reported, and the rest goes on.</summary>
    /// <param name="paths">Files for <see cref="PathSet"/>.</param>
    /// <param name="read">Reads a file.</param>
    protected void ForEachFile(string[]? paths, Action<string> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        bool literal = ParameterSetName == LiteralSet;
        foreach (string file in FileList.Expand(SessionState, (literal ? LiteralPath : paths) ?? [], literal, WriteError))
        {
            try
            {
                read(file);
            }
            catch (CaptureFormatException damage) when (damage.Offset > 0)
            {
                WriteWarning(Display.Text($"{file}: {Display.Damage(damage.Message, damage.Offset)} Everything before it was read."));
            }
            catch (Exception error)
                when (error is UnauthorizedAccessException or CaptureFormatException or IOException and not TrafficException)
            {
                WriteError(ErrorRecords.From(error, file));
            }
        }
    }
}
