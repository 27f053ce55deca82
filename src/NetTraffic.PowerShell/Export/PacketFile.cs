using System.Diagnostics;
using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.PowerShell.Export;

/// <summary>
/// The packets that Export-NetTraffic writes: of the store's rings, of flows or captures that are piped in, or packets that are piped in.
/// </summary>
/// <param name="cmdlet">Whom problems and progress are told.</param>
/// <param name="stream">Where the file goes.</param>
/// <param name="legacy">Whether it is a classic pcap file.</param>
/// <param name="file">Its name, for people.</param>
/// <param name="pseudonyms">What takes the place of addresses; null: nothing.</param>
/// <param name="tunnelPorts">UDP ports on which tunnels with addresses are looked for besides their own.</param>
internal sealed class PacketFile(
    Cmdlet cmdlet, Stream stream, bool legacy, string file, AddressPseudonyms? pseudonyms, IReadOnlyList<TunnelPort> tunnelPorts)
    : IDisposable
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(500);
    private readonly PacketExport export = new(stream, legacy, pseudonyms, tunnelPorts);
    private readonly List<(string, InterfaceStatistics)> statistics = [];
    private readonly Stopwatch sinceProgress = Stopwatch.StartNew();
    private readonly Dictionary<string, FlowSelection> flows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> captures = new(StringComparer.Ordinal);
    private string? kind;
    private bool shown;
    private bool refused;

    /// <summary>Packets written.</summary>
    public long Packets => export.Packets;

    private string Activity => $"Exporting to {Display.Text(Path.GetFileName(file))}";

    /// <summary>Takes an object of the pipeline: a packet is written at once; flows and captures are gathered.</summary>
    /// <param name="input">The object.</param>
    /// <param name="store">The full path of its store; empty: the default one.</param>
    public void Take(PSObject input, string store)
    {
        switch (input.BaseObject)
        {
            case NetPacket packet:
                OneKind("packets");
                export.Add(packet);
                ShowProgress();
                break;
            default:
                TakeWhole(new PipedObject(input), store);
                break;
        }
    }

    private void TakeWhole(PipedObject input, string store)
    {
        IReadOnlyList<string> missing = [];
        if (input.IsFlow && input.ToFlow(PipedObject.NeededForPackets, out missing) is { } flow)
        {
            OneKind(nameof(flows));
            if (!flows.TryGetValue(store, out FlowSelection? selection))
            {
                flows.Add(store, selection = new FlowSelection());
            }

            selection.Add(flow);
        }
        else if (input.CaptureId is { } id)
        {
            OneKind(nameof(captures));
            if (!captures.TryGetValue(store, out List<string>? ids))
            {
                captures.Add(store, ids = []);
            }

            ids.Add(id);
        }
        else if (!refused)
        {
            // Said once: what follows is mostly of the same kind.
            refused = true;
            cmdlet.WriteError(ErrorRecords.Make(
                TrafficErrors.NotPackets,
                missing.Count > 0
                    ? $"This copy of a flow ({input.TypeName}) lacks what says which packets: {Display.List(missing)}."
                    : $"A {input.TypeName} does not say which packets.",
                null));
        }
    }

    /// <summary>A packet that is in a flow and in a capture would be written twice.</summary>
    private void OneKind(string found)
    {
        kind ??= found;
        if (kind != found)
        {
            cmdlet.ThrowTerminatingError(ErrorRecords.Make(
                TrafficErrors.MixedPackets, $"After {kind}, {found} came down the pipeline: the same packets might be written twice.",
                    found));
        }
    }

    /// <summary>Writes what was gathered; false where none of it can have packets. An empty pipeline makes an empty file.</summary>
    /// <param name="open">Opens a store by its full path.</param>
    /// <param name="known">Those of some captures that a store knows.</param>
    /// <param name="filter">Capture filter.</param>
    /// <param name="stop">Ends it early.</param>
    public bool WritePiped(Func<string, ITrafficStore> open, Func<ITrafficStore, List<string>, List<string>> known, string? filter,
        CancellationToken stop)
    {
        if (filter is not null && Packets > 0)
        {
            cmdlet.ThrowTerminatingError(ErrorRecords.Make(
                TrafficErrors.BadArgument,
                "-Filter chooses among the packets of captures and flows; packets that are piped in are written as they come.",
                filter,
                "Give it to Get-NetPacket: Get-NetPacket -Filter ... | Export-NetTraffic ..."));
        }

        bool any = Packets > 0 || (flows.Count == 0 && captures.Count == 0 && !refused);
        if (flows.Values.Any(selection => selection.CaptureIds.Contains("")))
        {
            cmdlet.WriteError(PacketProblems.FlowsOfFile("Get-NetFlow -Path FILE | Get-NetPacket -Path FILE | Export-NetTraffic ..."));
        }

        foreach ((string store, FlowSelection selection) in flows)
        {
            any |= selection.CaptureIds.Any(id => id.Length > 0)
                && Write(open(store), new PacketQuery { Flows = selection, BpfFilter = filter }, stop);
        }

        foreach ((string path, List<string> ids) in captures)
        {
            ITrafficStore store = open(path);
            if (known(store, ids) is { Count: > 0 } listed)
            {
                PacketQuery query = new() { Filter = new TrafficFilter { CaptureId = listed }, BpfFilter = filter };
                any |= Write(store, query, stop);
            }
        }

        return any;
    }

    /// <summary>Writes the packets of the rings that a filter chooses; false where no capture keeps packets.</summary>
    public bool WriteRings(ITrafficStore store, TrafficFilter filter, string? bpf, CancellationToken stop) =>
        Write(store, new PacketQuery { Filter = filter, BpfFilter = bpf }, stop);

    /// <summary>Ends the file.</summary>
    public void Complete()
    {
        export.Complete(statistics);
        if (shown)
        {
            cmdlet.WriteProgress(new ProgressRecord(1, Activity, "ended") { RecordType = ProgressRecordType.Completed });
        }
    }

    public void Dispose() => export.Dispose();

    private bool Write(ITrafficStore store, PacketQuery query, CancellationToken stop)
    {
        PacketReadResult result = TrafficEngine.ReadPackets(store, query, Write, stop);
        statistics.AddRange(result.Statistics);
        PacketProblems.Warn(cmdlet, result);

        if (result.NoSuchFlow)
        {
            cmdlet.WriteError(ErrorRecords.Make(TrafficErrors.NoSuchFlow, PacketProblems.NoSuchFlow, null));
        }
        else if (result.Rings == 0)
        {
            cmdlet.WriteError(ErrorRecords.Make(
                TrafficErrors.NoPacketsKept, "None of these captures keeps packets, so there are none to export.", null));
        }

        return result.Rings > 0;
    }

    private bool Write(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin)
    {
        export.Add(packet, decoded, origin);
        ShowProgress();
        return true;
    }

    private void ShowProgress()
    {
        if ((Packets & 1023) == 0 && sinceProgress.Elapsed > ProgressEvery)
        {
            sinceProgress.Restart();
            shown = true;
            cmdlet.WriteProgress(new ProgressRecord(1, Activity, $"{Display.Count(Packets)} packets"));
        }
    }
}
