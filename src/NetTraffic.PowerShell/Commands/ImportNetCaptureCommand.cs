using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.Packets;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Import-NetCapture: capture files into the store.</summary>
[Cmdlet(VerbsData.Import, "NetCapture", DefaultParameterSetName = "Path")]
[OutputType(typeof(ImportResult))]
public sealed class ImportNetCaptureCommand : StoreCmdlet
{
    private PacketRingOptions? ring;

    /// <summary>Capture files or named pipes; wildcards are allowed. "-" is standard input.</summary>
    [Parameter(ParameterSetName = "Path", Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Capture files, taken as they are written.</summary>
    [Parameter(ParameterSetName = "LiteralPath", Mandatory = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Files, or names of files, which the pipeline brings.</summary>
    [Parameter(ParameterSetName = "InputObject", Mandatory = true, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Name under which the traffic is stored.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public string? Sensor { get; set; }

    /// <summary>A name for people; default the file's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? Name { get; set; }

    /// <summary>Keeps the raw packets in the store too, all of them where -PacketRing gives no bound.</summary>
    [Parameter]
    public SwitchParameter KeepPackets { get; set; }

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

    /// <summary>Leaves out what the store has already: whole files, and of those that have grown since the packets that it has.</summary>
    [Parameter]
    public SwitchParameter SkipKnown { get; set; }

    /// <summary>Flows held in memory at most.</summary>
    [Parameter]
    [ValidateRange(16, 100_000_000)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int MaxFlows { get; set; } = new FlowOptions().MaxFlows;

    /// <inheritdoc/>
    protected override void Begin()
    {
        ring = RingOptions(IsBound(nameof(PacketRing)) ? PacketRing : KeepPackets ? long.MaxValue : null, PacketRingSnapLength);
        if (MyInvocation.ExpectingInput && Path is [TrafficEngine.StandardInput])
        {
            Refuse(TrafficErrors.PipelineIsText,
                "PowerShell makes lines of text of what another program sends through its pipeline, so the packets would be spoilt.");
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (InputObject is null)
        {
            bool literal = LiteralPath is not null;
            ImportAll((literal ? LiteralPath : Path) ?? [], literal);
            return;
        }

        foreach ((string path, bool literal) in PipedObject.Files(InputObject, FileExists, MyInvocation.MyCommand.Name, WriteError))
        {
            ImportAll([path], literal);
        }
    }

    private void ImportAll(string[] paths, bool literal)
    {
        List<string> files = FileList.Expand(SessionState, paths, literal, WriteError);
        for (int i = 0; i < files.Count; i++)
        {
            Import(files[i], files.Count == 1 ? "" : $"file {i + 1} of {files.Count}, ");
        }
    }

    private void Import(string file, string which)
    {
        ImportRequest request = new()
        {
            Path = file,
            StorePath = FullStorePath,
            Sensor = Sensor,
            Name = Name,
            PacketRing = ring,
            SkipKnown = SkipKnown,
            Flows = new FlowOptions { MaxFlows = MaxFlows },
        };
        string activity = $"Importing {Display.Text(System.IO.Path.GetFileName(file))}";
        ImportResult result;
        try
        {
            result = TrafficEngine.Import(request, new ImportProgressBar(this, activity, which), StopToken);
        }
        catch (Exception error) when (FileList.IsOfOneFile(error))
        {
            WriteError(ErrorRecords.From(error, file));
            return;
        }
        finally
        {
            WriteProgress(new ProgressRecord(1, activity, "ended") { RecordType = ProgressRecordType.Completed });
        }

        if (!result.Complete && result.Message is not null)
        {
            WriteWarning(Display.Text($"{file}: {Display.Damage(result.Message, result.DamageOffset)} {Display.Count(result.Packets)} "
                + $"packets before it were imported."));
        }

        if (result.Complete && result.Message is not null)
        {
            WriteWarning(Display.Text($"{file}: {result.Message}"));
        }

        if (result.PacketRingLostPackets > 0)
        {
            WriteWarning(Display.Text($"{file}: {Display.Count(result.PacketRingLostPackets)} raw packets could not be kept (is the disk "
                + $"full?). Its flows are stored."));
        }
        else if (result.PacketRingMessage is not null)
        {
            WriteWarning(Display.Text($"{file}: not all of its raw packets are in the store. {result.PacketRingMessage}"));
        }

        TellOfEarlier(result);
        result.StorePath = Store.Path;
        WriteObject(result);
    }

    /// <summary>One file twice in a store counts twice in every sum.</summary>
    private void TellOfEarlier(ImportResult result)
    {
        if (result.EarlierCaptureId is not { } earlier || result.EarlierPackets == 0)
        {
            return;
        }

        string had = result.EarlierPackets == result.Packets || result.CaptureId == earlier ? "this file"
            : $"the first {Display.Count(result.EarlierPackets)} packets of this file";
        if (SkipKnown)
        {
            WriteVerbose(Display.Text($"{result.Path}: the store has {had} already, as {earlier}."));
            return;
        }

        WriteWarning(Display.Text($"{result.Path}: the store has {had} already, as {earlier}, so that traffic now counts twice. -SkipKnown "
            + $"leaves it out; ask for one import with -CaptureId {result.CaptureId}, or import into a store of its own with -StorePath."));
    }
}
