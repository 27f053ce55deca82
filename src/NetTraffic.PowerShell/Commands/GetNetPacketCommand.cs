using System.Management.Automation;
using System.Text.Json;
using NetTraffic.Engine;
using NetTraffic.Packets;
using NetTraffic.PowerShell.Completers;
using NetTraffic.PowerShell.Dissection;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-NetPacket: packets of the rings of captures, of files, or straight from an interface. Streams.</summary>
[Cmdlet(VerbsCommon.Get, "NetPacket", DefaultParameterSetName = StoreSet)]
[OutputType(typeof(NetPacket), typeof(PSObject))]
public sealed class GetNetPacketCommand : FlowQueryCmdlet
{
    private const string InterfaceSet = "Interface";
    private const string TShark = "TShark";
    private static readonly string[] TimeFilters = [nameof(Last), nameof(Since), nameof(Until)];
    private readonly Dictionary<string, FlowSelection> flows = new(StringComparer.Ordinal);
    private long left = long.MaxValue;

    /// <summary>Capture files to read instead of the store; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>An interface to take packets from as they pass.</summary>
    [Parameter(ParameterSetName = InterfaceSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string? Interface { get; set; }

    /// <summary>Sees frames that are not addressed to this machine too.</summary>
    [Parameter(ParameterSetName = InterfaceSet)]
    public SwitchParameter Promiscuous { get; set; }

    /// <summary>Bytes captured of each packet at most.</summary>
    [Parameter(ParameterSetName = InterfaceSet)]
    [ValidateRange(14, 262_144)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int SnapLength { get; set; } = new LivePackets().SnapLength;

    /// <summary>Packets at most.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public long First { get; set; }

    /// <summary>Capture filter in libpcap's syntax.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? Filter { get; set; }

    /// <summary>Who takes the packets apart; default: NetTraffic.</summary>
    [Parameter]
    [ValidateSet("NetTraffic", TShark)]
    public string? Dissector { get; set; }

    /// <summary>TShark's fields that are wanted.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FieldCompleter))]
    public string[]? Field { get; set; }

    /// <summary>TShark's display filter.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FieldCompleter))]
    public string? DisplayFilter { get; set; }

    private bool WithTShark =>
        TShark.Equals(Dissector, StringComparison.OrdinalIgnoreCase) || Field is not null || DisplayFilter is not null;

    /// <inheritdoc/>
    protected override void Begin()
    {
        left = IsBound(nameof(First)) ? First : long.MaxValue;
        if (ParameterSetName == InterfaceSet && TimeFilters.Where(IsBound).ToArray() is { Length: > 0 } times)
        {
            Refuse(TrafficErrors.TimesNeedHistory, $"-{string.Join(", -", times)}: an interface gives the packets of now.");
        }
    }

    /// <inheritdoc/>
    protected override bool FlowsChooseInFiles => ParameterSetName is PathSet or LiteralSet;

    /// <inheritdoc/>
    protected override void AskNamed()
    {
        switch (ParameterSetName)
        {
            case StoreSet:
                RefuseTShark();
                AddCaptures();
                break;
            case InterfaceSet:
                RefuseTShark();
                TrafficEngine.ReadPackets(new LivePackets { Interface = Interface!, Promiscuous = Promiscuous, SnapLength = SnapLength },
                    Query(MakeFilter([]), null), Write, StopToken);
                break;
            default:
                ForEachFile(Path, TakeFile);
                break;
        }
    }

    /// <summary>Flows of a store are gathered, those of each store by themselves.</summary>
    protected override void TakeFlow(Flow flow)
    {
        RefuseTShark();
        string store = FlowsChooseInFiles ? "" : FullStorePath ?? "";
        if (!flows.TryGetValue(store, out FlowSelection? selection))
        {
            flows.Add(store, selection = new FlowSelection());
        }

        selection.Add(flow);
    }

    /// <inheritdoc/>
    protected override void TakeFile(string file) => ReadFile(file, null);

    /// <inheritdoc/>
    protected override void End()
    {
        foreach ((ITrafficStore store, TrafficFilter filter) in Queries())
        {
            RefuseTShark();
            ReadRings(store, filter, null);
        }

        foreach ((string store, FlowSelection selection) in flows)
        {
            if (FlowsChooseInFiles)
            {
                ForEachFile(Path, file => ReadFile(file, selection));
            }
            else
            {
                ReadRings(OpenForReading(store.Length == 0 ? null : store), MakeFilter([]), selection);
            }
        }
    }

    private void RefuseTShark()
    {
        if (WithTShark)
        {
            Refuse(TrafficErrors.TSharkNeedsFile,
                "TShark takes files apart, not what is in a store or passes an interface, and does not choose by flows.",
                "Name a file with -Path. Export-NetTraffic -Format Pcap makes one of a store's packets or of flows, for example: "
                    + "Get-NetFlow ... | Export-NetTraffic x.pcapng; Get-NetPacket x.pcapng -Dissector TShark.");
        }
    }

    private void ReadRings(ITrafficStore store, TrafficFilter filter, FlowSelection? selection)
    {
        if (left == 0)
        {
            return;
        }

        if (selection?.CaptureIds.Contains("") == true)
        {
            WriteError(PacketProblems.FlowsOfFile("Get-NetFlow -Path FILE | Get-NetPacket -Path FILE."));
        }

        using ReadingProgress progress = new(this, "Reading packets");
        PacketReadResult result =
            TrafficEngine.ReadPackets(store, Query(filter, selection) with { Progress = progress.Show }, Write, StopToken);
        PacketProblems.Warn(this, left > 0 ? result : result with { FlowPackets = 0 });

        if (result.NoSuchFlow)
        {
            WriteWarning($"{PacketProblems.NoSuchFlow} {TrafficErrors.NoSuchFlow.NextMove}");
        }
        else if (result.Rings == 0 && store.GetCaptures().Count > 0 && (selection is null || selection.CaptureIds.Any(id => id.Length > 0)))
        {
            WriteWarning($"None of these captures keeps packets. {TrafficErrors.NoPacketsKept.NextMove} Files are read with -Path.");
        }
    }

    private void ReadFile(string file, FlowSelection? selection)
    {
        if (WithTShark)
        {
            CheckForTShark();
        }

        if (left == 0)
        {
            return;
        }

        if (WithTShark && file == TrafficEngine.StandardInput)
        {
            Refuse(TrafficErrors.TSharkNeedsFile, "TShark is given files, and cannot read standard input here.",
                "Send it through a named pipe (mkfifo P; Get-NetPacket P -DisplayFilter ...), or write it to a file first.");
        }

        if (WithTShark)
        {
            Dissect(file);
            return;
        }

        using ReadingProgress progress = new(this, $"Reading {Display.Text(System.IO.Path.GetFileName(file))}");
        PacketQuery query = Query(MakeFilter([]), selection) with { Progress = progress.Show };
        if (TrafficEngine.ReadPackets(file, query, Write, StopToken).Remark is { } remark)
        {
            WriteRemark(file, remark);
        }
    }

    private PacketQuery Query(TrafficFilter filter, FlowSelection? selection) => new()
    {
        Filter = filter,
        BpfFilter = Filter,
        Flows = selection,
        TunnelPorts = TrafficEngine.TunnelPortsOf(FullStorePath),
    };

    private bool Write(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin)
    {
        WriteObject(PacketMapper.ToPacket(packet, decoded, origin));
        return --left > 0;
    }

    private void Dissect(string file)
    {
        try
        {
            string[] fields = Field ?? [];
            foreach (JsonElement layers in TSharkPackets.Read(file, fields, DisplayFilter, StopToken))
            {
                WriteObject(TSharkObjects.Make(layers, fields));
                if (--left == 0)
                {
                    return;
                }
            }
        }
        catch (DissectorException error) when (error.Error == TrafficErrors.NotACaptureFile)
        {
            WriteError(ErrorRecords.From(error, file));
        }
        catch (DissectorException error)
        {
            ThrowTerminatingError(ErrorRecords.From(error, file));
        }
    }

    private void CheckForTShark()
    {
        if ("NetTraffic".Equals(Dissector, StringComparison.OrdinalIgnoreCase))
        {
            Refuse(TrafficErrors.NeedsTShark, "-Field and -DisplayFilter are TShark's.");
        }

        string[] given = Given([.. FilterNames, nameof(Filter)]);
        if (given.Length > 0)
        {
            Refuse(TrafficErrors.FiltersOfTwoKinds, $"{string.Join(", ", given)}: TShark has filters of its own.");
        }
    }
}
