using System.Globalization;
using System.Threading.RateLimiting;
using NetTraffic.Engine;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Server.Questions;
using NetTraffic.Server.Security;

namespace NetTraffic.Server.Api;

/// <summary>Downloads: what Export-NetTraffic writes, on its way as it is made. None is ever kept whole but Parquet, as a file.</summary>
internal static class ExportApi
{
    private const string Dataset = "dataset", PerInterval = "perInterval", Enriched = "enriched", Anonymize = "anonymize";

    public static void MapExport(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/data/export").WithTags("Export");
        Rows(group.MapGet("/csv", (Delegate)((HttpContext context) => WriteRowsAsync(context, ExportFormat.Csv))), "Csv", "text/csv");
        Rows(group.MapGet("/json", (Delegate)((HttpContext context) => WriteRowsAsync(context, ExportFormat.Json))), "Json",
            "application/x-ndjson")
            .Takes("asArray", "One array instead of one object a line.", ApiParameter.Flag);
        Rows(group.MapGet("/parquet", (Delegate)WriteParquetAsync), "Parquet", "application/vnd.apache.parquet");
        group.MapGet("/pcap", (Delegate)WritePacketsAsync).WithName("ExportPcap")
            .WithSummary("Packets that the rings of captures still have, as pcapng.")
            .TakesFilters(PacketsApi.PacketFilters)
            .Takes("filter", "A capture filter in libpcap's syntax.", ApiParameter.Text)
            .Takes("legacy", "A classic pcap file instead of pcapng.", ApiParameter.Flag)
            .Takes(Anonymize, "Pseudonyms instead of addresses; headers that name somebody are left out.", ApiParameter.Flag)
            .Produces<byte[]>(contentType: "application/x-pcapng").AnswersProblems();
    }

    private static RouteHandlerBuilder Rows(RouteHandlerBuilder builder, string format, string type) => builder
        .WithName("Export" + format).WithSummary($"A dataset as {format}, with the columns of its table.")
        .TakesFilters(TrafficFilters.All)
        .Takes(Dataset, "Which dataset. Default flows.", ApiParameter.Choice(Datasets.All.Select(dataset => dataset.Name)))
        .Takes(PerInterval, "Flows: rows as they are stored instead of whole flows.", ApiParameter.Flag)
        .Takes(Enriched, "Flows: adds what is known of their addresses.", ApiParameter.Flag)
        .Takes(Anonymize, "Flows: pseudonyms instead of addresses. Sensors, interfaces and captures keep their names.", ApiParameter.Flag)
        .Produces<byte[]>(contentType: type).AnswersProblems();

    private static Task WriteRowsAsync(HttpContext context, ExportFormat format)
    {
        (Dataset dataset, QueryReader query) = ReadRows(context, format == ExportFormat.Json ? ["asArray"] : []);
        bool csv = format == ExportFormat.Csv, asArray = !csv && query.Flag("asArray");
        bool perInterval = query.Flag(PerInterval), enriched = query.Flag(Enriched), anonymize = query.Flag(Anonymize);
        TrafficFilter filter = query.Filter;
        return DownloadAsync(context, csv ? "text/csv; charset=utf-8" : asArray ? "application/json" : "application/x-ndjson",
            $"{dataset.Name}{(csv ? ".csv" : asArray ? ".json" : ".ndjson")}",
            (store, stream, stop) =>
            {
                using AddressPseudonyms? pseudonyms = Pseudonyms(store, anonymize);
                _ = dataset == Datasets.Captures ? Write(Datasets.Captures, store.GetCaptureIntervals(filter, stop))
                    : dataset == Datasets.Enrichment ? Write(Datasets.Enrichment, store.GetEnrichmentRows(filter, stop))
                    : enriched ? Write(EnrichedFlows.Dataset,
                        EnrichedFlows.Of(store.GetFlows(filter, null, perInterval, stop), Facts(store.Path), pseudonyms))
                    : pseudonyms is not null ? Write(Datasets.Flows,
                        FlowPseudonyms.HideAll(store.GetFlows(filter, null, perInterval, stop), pseudonyms))
                    : Write(Datasets.Flows, store.GetFlows(filter, null, perInterval, stop));

                long Write<T>(Dataset<T> columns, IEnumerable<T> rows)
                    where T : class => DatasetExport.Write(columns, rows, format, asArray, stream, null, stop);
            });
    }

    private static Task WriteParquetAsync(HttpContext context)
    {
        (Dataset dataset, QueryReader query) = ReadRows(context, []);
        bool perInterval = query.Flag(PerInterval), enriched = query.Flag(Enriched), anonymize = query.Flag(Anonymize);
        return DownloadAsync(context, "application/vnd.apache.parquet", $"{dataset.Name}.parquet", (store, stream, stop) =>
        {
            // Its end says where its beginning lies, so it is made as a file first: in the store, which is as private as the traffic.
            string folder = StoreFiles.TemporaryFolder(store.Path);
            Directory.CreateDirectory(folder);
            string path = Path.Combine(folder, $"{Guid.NewGuid():N}.parquet");
            try
            {
                using AddressPseudonyms? pseudonyms = Pseudonyms(store, anonymize);
                store.ExportParquet(dataset.Name, query.Filter, perInterval, path, stop, pseudonyms, enriched);
                using FileStream file = SharedFile.OpenRead(path);
                file.CopyTo(stream);
            }
            finally
            {
                SharedFile.TryDelete(path);
            }
        });
    }

    private static Task WritePacketsAsync(HttpContext context)
    {
        QueryReader query = new(context.Request, PacketsApi.PacketFilters, "filter", "legacy", Anonymize);
        bool legacy = query.Flag("legacy"), anonymize = query.Flag(Anonymize);
        PacketQuery asked = new() { Filter = query.Filter, BpfFilter = query.Text("filter") };
        return DownloadAsync(context, legacy ? "application/vnd.tcpdump.pcap" : "application/x-pcapng",
            legacy ? "packets.pcap" : "packets.pcapng", (store, stream, stop) =>
            {
                using AddressPseudonyms? pseudonyms = Pseudonyms(store, anonymize);
                using PacketExport export =
                    new(stream, legacy, pseudonyms, pseudonyms is null ? [] : TrafficEngine.TunnelPortsOf(store.Path));
                PacketReadResult result = TrafficEngine.ReadPackets(store, asked, Take, stop);
                if (result.NoSuchFlow || result.Rings == 0)
                {
                    TrafficError error = result.NoSuchFlow ? TrafficErrors.NoSuchFlow : TrafficErrors.NoPacketsKept;
                    throw new TrafficException(error, result.NoSuchFlow ? "There is no such flow." : "No capture keeps packets.");
                }

                export.Complete(result.Statistics);
                if (result.Problems is [var problem, ..])
                {
                    throw new StoreException($"Of the packets of {problem.CaptureId} a part could not be read: {problem.Message}");
                }

                bool Take(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin)
                {
                    export.Add(packet, decoded, origin);
                    return true;
                }
            });
    }

    private static (Dataset Dataset, QueryReader Query) ReadRows(HttpContext context, IEnumerable<string> own)
    {
        string wanted = context.Request.Query[Dataset].ToString();
        Dataset dataset = wanted.Length == 0 ? Datasets.Flows
            : Datasets.All.FirstOrDefault(known => known.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new TrafficException(TrafficErrors.BadArgument, $"There is no dataset '{wanted}'.",
                $"Give one of {string.Join(", ", Datasets.All.Select(known => known.Name))}.");
        string[] ofFlows = dataset == Datasets.Flows ? [PerInterval, Enriched, Anonymize] : [];
        return (dataset, new QueryReader(context.Request, TrafficFilters.All.Where(kind => kind.AppliesTo(dataset)),
            [Dataset, .. ofFlows, .. own]));
    }

    /// <summary>Those of the key that is set, else of a new one that nobody keeps, as Export-NetTraffic has them.</summary>
    private static AddressPseudonyms? Pseudonyms(ITrafficStore store, bool wanted) => wanted
        ? new(TrafficEngine.OpenSettings(store.Path).GetAnonymizationKey() ?? AnonymizationKey.Random()) : null;

    private static IAddressFacts Facts(string storePath)
    {
        IAddressFacts facts = TrafficEngine.OpenFacts(storePath);
        AddressFacts.Require(facts, AddressFact.CountryCode);
        AddressFacts.Require(facts, AddressFact.AsNumber);
        return facts;
    }

    /// <summary>
    /// Writes on a thread of its own: a client that reads slowly holds up that one, and nobody else. An error before the first byte is
    /// answered as any other; after it the connection is cut, so that no part is taken for the whole.
    /// </summary>
    private static async Task DownloadAsync(
        HttpContext context, string type, string name, Action<ITrafficStore, Stream, CancellationToken> write)
    {
        QuestionGate gate = context.RequestServices.GetRequiredService<QuestionGate>();
        SharedStore shared = context.RequestServices.GetRequiredService<SharedStore>();
        using RateLimitLease room = await gate.EnterDownloadAsync(ServerLimits.Client(context), context.RequestAborted);
        using SharedStore.Lease lease = shared.Open();
        string stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        await using DownloadStream stream = new(context, type, $"nettraffic-{stamp}-{name}");
        await Task.Factory.StartNew(() => write(lease.Store, stream, context.RequestAborted), context.RequestAborted,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await stream.CompleteAsync();
    }
}
