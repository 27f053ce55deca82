using NetTraffic.Engine;
using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>How the server and its store are.</summary>
internal static class StatusApi
{
    public static void MapStatus(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/status", GetStatusAsync).WithName("GetStatus").WithTags("Status")
            .WithSummary("The server's version and age, its running captures with what they lost, the store's size, how far InfluxDB has "
                + "it, and the quotas of providers.")
            .Produces<ServerState>().AnswersProblems();

    private static Task<IResult> GetStatusAsync(HttpContext context, AnswerCache answers)
    {
        _ = new QueryReader(context.Request, []);
        return answers.AnswerAsync(context, TimeSpan.FromSeconds(1), (store, _) => Look(store));
    }

    private static ServerState Look(ITrafficStore store)
    {
        CaptureStatus[] running = store.RunningNow();
        IReadOnlyList<StoreSegment> segments = store.Segments.ListSegments();
        return new ServerState
        {
            Version = ServerHost.Version,
            StartTime = ServerHost.Started,
            Uptime = DateTime.UtcNow - ServerHost.Started,
            Sensor = TrafficEngine.OpenSettings(store.Path).GetOption().Sensor,
            Segments = segments.Count,
            StoreBytes = segments.Sum(segment => segment.Bytes),
            Dropped = running.Sum(capture => capture.KernelDrops + capture.InterfaceDrops),
            Captures = running,
            DamagedFiles = store.DamagedFiles.Count,
            Forward = TrafficEngine.GetForwardState(store, segments),
            Quotas = EnrichmentService.Quotas(store),
        };
    }
}

/// <summary>How the server and its store are.</summary>
internal sealed record ServerState
{
    /// <summary>The product's version.</summary>
    public required string Version { get; init; }

    /// <summary>When the server began.</summary>
    public DateTime StartTime { get; init; }

    /// <summary>How long it runs.</summary>
    public TimeSpan Uptime { get; init; }

    /// <summary>Name under which this machine's traffic is stored.</summary>
    public required string Sensor { get; init; }

    /// <summary>Files of traffic in the store.</summary>
    public int Segments { get; init; }

    /// <summary>Their bytes.</summary>
    public long StoreBytes { get; init; }

    /// <summary>Damaged files of the store that answers lack.</summary>
    public int DamagedFiles { get; init; }

    /// <summary>Packets that the running captures lost.</summary>
    public long Dropped { get; init; }

    /// <summary>How far the store has been passed on to InfluxDB; null: none is set.</summary>
    public ForwardState? Forward { get; init; }

    /// <summary>How much of their limits providers have been asked, those that are set and have one.</summary>
    public IReadOnlyList<ProviderQuota> Quotas { get; init; } = [];

    /// <summary>Captures and imports that run, those of other processes included.</summary>
    public IReadOnlyList<CaptureStatus> Captures { get; init; } = [];
}
