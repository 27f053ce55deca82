using System.Diagnostics;
using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.Net;
using NetTraffic.PowerShell.Completers;
using NetTraffic.PowerShell.Export;

namespace NetTraffic.PowerShell.Commands;

/// <summary>
/// Export-NetTraffic: a dataset of the store, or objects from the pipeline, into a CSV, JSON or Parquet file that is there whole or not at
/// all.
/// </summary>
[Cmdlet(VerbsData.Export, "NetTraffic", DefaultParameterSetName = StoreSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed partial class ExportNetTrafficCommand : TrafficQueryCmdlet
{
    private const string PipelineSet = "Pipeline";
    private const string FlowsDataset = "Flows";
    private const string Gzip = ".gz";
    private readonly PipelineRow row = new();
    private OutputFile? output;
    private Stream? text;
    private RowWriter? writer;
    private string file = "";
    private ExportFormat format;
    private bool compress;
    private long rows;
    private bool asked;
    private List<string> captures = [];
    private PacketFile? packets;
    private AddressPseudonyms? pseudonyms;

    /// <summary>The file to make.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>
    /// Format; default by the file's extension: .csv, .json, .jsonl, .ndjson, .parquet, .pcapng, .pcap; .gz behind it compresses.
    /// </summary>
    [Parameter]
    [EnumName(typeof(ExportFormat), "format")]
    public ExportFormat Format { get; set; }

    /// <summary>Dataset of the store.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateSet(FlowsDataset, "Captures", "Enrichment")]
    public string Dataset { get; set; } = FlowsDataset;

    /// <summary>Flow rows as they are stored, one per flow and flush interval, instead of whole flows.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    public SwitchParameter PerInterval { get; set; }

    /// <summary>Captures or imports.</summary>
    [Parameter(ParameterSetName = StoreSet)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public string[]? CaptureId { get; set; }

    /// <summary>Objects to write, of any kind.</summary>
    [Parameter(ParameterSetName = PipelineSet, Mandatory = true, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>JSON: one array instead of one object a line.</summary>
    [Parameter]
    public SwitchParameter AsArray { get; set; }

    /// <summary>Raw packets: a classic pcap file instead of pcapng.</summary>
    [Parameter]
    public SwitchParameter Legacy { get; set; }

    /// <summary>Raw packets that this capture filter (libpcap's syntax) lets pass.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? Filter { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private Dataset ChosenDataset =>
        Datasets.All.First(known => known.Name.Equals(Dataset, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    protected override void Begin()
    {
        RefuseForeignFilters();
        file = FullPath(Path);
        compress = file.EndsWith(Gzip, StringComparison.OrdinalIgnoreCase);
        format = ChooseFormat();
        bool piped = MyInvocation.ExpectingInput || IsBound(nameof(InputObject));
        if (piped && format == ExportFormat.Parquet)
        {
            Refuse(TrafficErrors.ParquetNeedsDataset,
                "Objects from the pipeline cannot be written as Parquet, whose columns must be known beforehand.");
        }

        if (compress && format == ExportFormat.Parquet)
        {
            Refuse(TrafficErrors.ParquetIsCompressed, "Parquet compresses its columns by itself, and a .gz of it could not be queried.");
        }

        if (AsArray && format != ExportFormat.Json)
        {
            Refuse(TrafficErrors.AsArrayIsForJson, $"-AsArray does not go with {format}.");
        }

        RefusePacketParameters();
        RefuseEnriched();
        byte[]? key = ChooseKey();
        CheckPlace();
        if (!piped && !FindCaptures())
        {
            return;
        }

        if (ShouldProcess(Display.Text(file),
            (format == ExportFormat.Pcap ? "Export packets" : piped ? $"Export objects as {format}"
                : $"Export the dataset {Dataset} as {format}") + (Anonymize ? " under pseudonyms" : "")))
        {
            pseudonyms = Anonymize ? MakePseudonyms(key) : null;
            output = new OutputFile(file, Force);
            if (format == ExportFormat.Parquet)
            {
                output.Try();
            }

            packets = format == ExportFormat.Pcap ? MakePacketFile() : null;
            text = format is ExportFormat.Parquet or ExportFormat.Pcap ? null : output.Open(compress);
            writer = text is not null && piped ? RowWriter.Create(format, text, AsArray) : null;
        }
    }

    /// <inheritdoc/>
    protected override void Process() => Named(TakeInput);

    /// <inheritdoc/>
    protected override void End() => Named(Finish);

    /// <summary>An error of the temporary file is told as one of the file that was asked for.</summary>
    private void Named(Action step)
    {
        try
        {
            step();
        }
        catch (IOException error) when (output?.IsMeant(error) == true)
        {
            throw output.Named(error);
        }
    }

    private void TakeInput()
    {
        // An empty pipeline never gets here, though its parameter set is the store's: it asks for nothing, not for everything.
        asked = true;
        if (ParameterSetName == PipelineSet && InputObject is not null && packets is not null)
        {
            packets.Take(InputObject, FullStorePath ?? "");
        }
        else if (ParameterSetName == PipelineSet && InputObject is not null && writer is not null)
        {
            row.Read(pseudonyms is null ? InputObject : Hidden(InputObject, pseudonyms));
            writer.Write(row.Names, row.Values);
            rows++;
        }
    }

    private void Finish()
    {
        if (output is null)
        {
            return;
        }

        if (packets is not null)
        {
            if (!WritePackets(packets))
            {
                return;
            }
        }
        else if (ParameterSetName == StoreSet && asked)
        {
            WriteDataset(MakeFilter(captures));
        }
        else
        {
            writer?.Complete();
        }

        if (writer is { LeftOut.Count: > 0 })
        {
            WriteWarning("The CSV's columns are the first object's properties; later objects had others, which are not in the file: "
                + $"{Display.List(writer.LeftOut)}.");
        }

        writer?.Dispose();
        writer = null;
        output.Commit();
        PSObject written = new(new FileInfo(file));
        written.TypeNames.Insert(0, "NetTraffic.ExportedFile");
        written.Properties.Add(new PSNoteProperty("Rows", rows));
        written.Properties.Add(new PSNoteProperty("Format", format));
        WriteObject(written);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                writer?.Dispose();
                packets?.Dispose();
            }
            catch (IOException)
            {
                // What it still held cannot be written, to a file that is given up anyway.
            }
            finally
            {
                output?.Dispose();
                pseudonyms?.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    /// <summary>False: none of the captures asked for is there, which is no reason to make an empty file.</summary>
    private bool FindCaptures()
    {
        captures = KnownCaptures(OpenForReading(FullStorePath), CaptureId ?? []);
        return CaptureId is null || captures.Count > 0;
    }

    private void RefuseForeignFilters()
    {
        FilterKind[] foreign = [.. TrafficFilters.All.Where(kind => !kind.AppliesTo(ChosenDataset))];
        string[] given = Given(foreign.Select(kind => kind.Name));
        if (given.Length > 0)
        {
            string[] left = [nameof(Last), .. TrafficFilters.All.Except(foreign).Select(kind => kind.Name)];
            Refuse(TrafficErrors.BadArgument,
                $"{string.Join(", ", given)}: the dataset {Dataset} has no such column, so filters by it do not apply.",
                $"Leave them out; {string.Join(", ", left.Select(name => "-" + name))} apply.");
        }
    }

    private void RefusePacketParameters()
    {
        string[] wrong = format == ExportFormat.Pcap
            ? [.. new[] { nameof(Dataset), nameof(PerInterval) }.Where(IsBound).Select(name => "-" + name)]
            : [.. new[] { nameof(Legacy), nameof(Filter) }.Where(IsBound).Select(name => "-" + name)];
        if (wrong.Length > 0)
        {
            Refuse(TrafficErrors.BadArgument, $"{string.Join(", ", wrong)}: that does not go with {format}.",
                format == ExportFormat.Pcap ? "Leave it out: packets are of no dataset." : "Leave it out, or choose -Format Pcap.");
        }
    }

    /// <summary>False: there is nothing to write, which is no reason to make an empty file.</summary>
    private bool WritePackets(PacketFile target)
    {
        bool any = ParameterSetName == StoreSet && asked
            ? target.WriteRings(OpenForReading(FullStorePath), MakeFilter(captures), Filter, StopToken)
            : target.WritePiped(path => OpenForReading(path.Length == 0 ? null : path), KnownCaptures, Filter, StopToken);
        if (any)
        {
            target.Complete();
            rows = target.Packets;
            if (rows == 0)
            {
                WriteWarning($"Not one packet was there to export: '{Display.Text(file)}' is a capture file without packets.");
            }
        }

        return any;
    }

    private ExportFormat ChooseFormat()
    {
        if (IsBound(nameof(Format)))
        {
            return Format;
        }

        switch (System.IO.Path.GetExtension(compress ? file[..^Gzip.Length] : file).ToUpperInvariant())
        {
            case ".CSV": return ExportFormat.Csv;
            case ".JSON" or ".JSONL" or ".NDJSON": return ExportFormat.Json;
            case ".PARQUET": return ExportFormat.Parquet;
            case ".PCAPNG" or ".PCAP": return ExportFormat.Pcap;
            default:
                RefuseFolder();
                Refuse(TrafficErrors.UnknownExportFormat, $"The name '{Path}' does not say in which format to export.", target: Path);
                return default;
        }
    }

    private void RefuseFolder()
    {
        if (Directory.Exists(file))
        {
            Refuse(TrafficErrors.ExportPathIsFolder, $"'{Path}' is a folder.", target: Path);
        }
    }

    private void CheckPlace()
    {
        RefuseFolder();
        if (IsNoFile(OutputFile.PlaceOf(file)))
        {
            Refuse(TrafficErrors.ExportPathIsDevice, $"'{Path}' is a device or a pipe; putting a file in its place would remove it.",
                target: Path);
        }

        if (File.Exists(file) && !Force)
        {
            Refuse(TrafficErrors.ExportFileExists, $"'{Path}' exists already, and is not overwritten.", target: Path);
        }

        if (!Directory.Exists(System.IO.Path.GetDirectoryName(file)))
        {
            Refuse(TrafficErrors.FolderNotFound, $"The folder of '{Path}' is not there.", "Make it first, or give another one.",
                target: Path);
        }
    }

    /// <summary>
    /// Whether a pipe, a socket or a device is there: on Unix the file system provider of PowerShell tells, and .NET does not.
    /// </summary>
    private bool IsNoFile(string place) =>
        (place.StartsWith("/dev/", StringComparison.Ordinal) && !place.StartsWith("/dev/shm/", StringComparison.Ordinal))
        || (File.Exists(place)
            && InvokeProvider.Item.Get([place], force: true, literalPath: true) is [PSObject item, ..]
            && item.Properties["UnixStat"]?.Value is { } stat
            && PSObject.AsPSObject(stat).Properties["ItemType"]?.Value?.ToString() is not (null or "File"));

    private void WriteDataset(TrafficFilter filter)
    {
        rows = text is null ? Store.ExportParquet(Dataset, filter, PerInterval, output!.TemporaryPath, StopToken, pseudonyms, Enriched)
            : Enriched ? WriteText(text, EnrichedFlows.Dataset, WithFacts(Store.GetFlows(filter, null, PerInterval, StopToken)))
            : ChosenDataset == Datasets.Flows
                ? WriteText(text, Datasets.Flows, Hidden(Store.GetFlows(filter, null, PerInterval, StopToken)))
            : ChosenDataset == Datasets.Captures ? WriteText(text, Datasets.Captures, Store.GetCaptureIntervals(filter, StopToken))
            : WriteText(text, Datasets.Enrichment, Store.GetEnrichmentRows(filter, StopToken));
        WriteVerbose($"{Display.Count(rows)} rows exported.");
    }

    private long WriteText<T>(Stream stream, Dataset<T> dataset, IEnumerable<T> records)
        where T : class
    {
        Stopwatch sinceProgress = Stopwatch.StartNew();
        string activity = $"Exporting to {Display.Text(System.IO.Path.GetFileName(file))}";
        bool shown = false;
        long written = DatasetExport.Write(dataset, records, format, AsArray, stream, Show, StopToken);
        if (shown)
        {
            WriteProgress(new ProgressRecord(1, activity, "ended") { RecordType = ProgressRecordType.Completed });
        }

        return written;

        void Show(long count)
        {
            if ((count & 1023) == 0 && sinceProgress.ElapsedMilliseconds > 500)
            {
                sinceProgress.Restart();
                shown = true;
                WriteProgress(new ProgressRecord(1, activity, $"{Display.Count(count)} rows"));
            }
        }
    }
}
