using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using NetTraffic.Engine;
using NetTraffic.Packets;
using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>Captures: what Start-, Stop- and Get-NetCapture do. Those that are started here run in the server.</summary>
internal static class CapturesApi
{
    private const int MostTop = 100_000;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50), LongestStop = TimeSpan.FromSeconds(30);

    public static void MapCaptures(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api").WithTags("Captures");
        group.MapGet("/captures", (Delegate)GetCapturesAsync).WithName("GetCaptures")
            .WithSummary("Running and past captures and imports, newest first, those of other processes included.")
            .Takes("state", "Only those in this state.", ApiParameter.Choice<CaptureState>())
            .Takes("top", "The newest so many. Default all.", ApiParameter.Whole(1, MostTop)).AnswersProblems();
        group.MapGet("/captures/{id}", GetCaptureAsync).WithName("GetCapture").WithSummary("One capture.").AnswersProblems();
        group.MapDelete("/captures/{id}", StopAsync).WithName("DeleteCapture")
            .WithSummary("Stops a capture, as POST /api/capture/stop does; its traffic stays in the store.").AnswersProblems();
        group.MapPost("/capture/start", StartAsync).WithName("StartCapture").WithSummary("Starts a capture in the server.")
            .AnswersProblems();
        group.MapPost("/capture/stop", (CaptureStop body, HttpContext context) => StopAsync(body.CaptureId, context))
            .WithName("StopCapture")
            .WithSummary("Stops a capture, of whichever process; answers when everything is stored.")
            .Produces<CaptureStatus>().AnswersProblems();
    }

    private static Task<Ok<CaptureStatus[]>> GetCapturesAsync(HttpContext context)
    {
        QueryReader query = new(context.Request, [], "state", "top");
        CaptureState? state = query.Text("state") is null ? null : query.OneOf("state", CaptureState.Running);
        int top = query.Number("top", int.MaxValue, 1, MostTop);
        return Answer(context, store =>
            TypedResults.Ok(store.Captures().Where(capture => state is null || capture.State == state).Take(top).ToArray()));
    }

    private static Task<Ok<CaptureStatus>> GetCaptureAsync(string id, HttpContext context)
    {
        _ = new QueryReader(context.Request, []);
        return Answer(context, store => TypedResults.Ok(Find(store, id)));
    }

    private static async Task<Created<CaptureStatus>> StartAsync(CaptureStart body, HttpContext context, SharedStore store)
    {
        CaptureRequest request = body.ToRequest(store.Path);
        CaptureStatus status = await Task.Run(() =>
        {
            CaptureSession session = TrafficEngine.StartCapture(request);
            RunningCaptures.Add(session);
            return session.GetStatus();
        });
        return TypedResults.Created($"/api/captures/{status.CaptureId}", status);
    }

    private static async Task<Ok<CaptureStatus>> StopAsync(string id, HttpContext context)
    {
        using SharedStore.Lease lease = context.RequestServices.GetRequiredService<SharedStore>().Open();
        ITrafficStore store = lease.Store;
        CaptureStatus capture = Find(store, id);
        if (RunningCaptures.Find(capture.CaptureId) is { } session)
        {
            session.Stop();
            return TypedResults.Ok(await session.Finish.WaitAsync(LongestStop, context.RequestAborted).ContinueWith(
                done => done.IsCompletedSuccessfully ? done.Result : throw TooSlow(capture), TaskScheduler.Default));
        }

        Stopwatch waited = Stopwatch.StartNew();
        store.RequestStop(capture.CaptureId);
        while (capture.State == CaptureState.Running)
        {
            if (waited.Elapsed > LongestStop)
            {
                throw TooSlow(capture);
            }

            await Task.Delay(Poll, context.RequestAborted);
            capture = Find(store, capture.CaptureId);
        }

        return TypedResults.Ok(capture);
    }

    private static TrafficException TooSlow(CaptureStatus capture) => new(TrafficErrors.StopTimedOut,
        $"The capture {capture.CaptureId} was asked to stop, and has not ended yet.", $"Look again: GET /api/captures/{capture.CaptureId}");

    private static async Task<T> Answer<T>(HttpContext context, Func<ITrafficStore, T> ask)
    {
        using SharedStore.Lease lease = context.RequestServices.GetRequiredService<SharedStore>().Open();
        return await Task.Run(() => ask(lease.Store), context.RequestAborted);
    }

    private static CaptureStatus Find(ITrafficStore store, string id) =>
        store.Captures().FirstOrDefault(capture => capture.CaptureId.Equals(id, StringComparison.OrdinalIgnoreCase))
        ?? throw new TrafficException(TrafficErrors.CaptureNotFound, $"There is no capture '{id}'.", "GET /api/captures lists them.");
}

/// <summary>Which capture is to stop.</summary>
internal sealed record CaptureStop
{
    /// <summary>Its identifier.</summary>
    public required string CaptureId { get; init; }
}

/// <summary>What a capture is to do: the parameters of Start-NetCapture.</summary>
internal sealed record CaptureStart
{
    /// <summary>Names of interfaces; without one, that with the default route.</summary>
    public string[] Interface { get; init; } = [];

    /// <summary>Capture filter in libpcap's syntax.</summary>
    public string? Filter { get; init; }

    /// <summary>What captures.</summary>
    public CaptureEngine Engine { get; init; }

    /// <summary>Whether to see frames that are not addressed to the server too.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Bytes captured of each packet at most: 14 to 262,144.</summary>
    public int SnapLength { get; init; } = 262_144;

    /// <summary>Bytes of disk for the newest raw packets; null: none are kept.</summary>
    public long? PacketRing { get; init; }

    /// <summary>Ends after so many seconds; null: when it is stopped.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Ends after so many packets.</summary>
    public long? PacketCount { get; init; }

    /// <summary>Asks the providers that are set about new talkers, in the background.</summary>
    public bool Enrich { get; init; }

    /// <summary>A name for people.</summary>
    public string? Name { get; init; }

    /// <summary>Name under which the traffic is stored; null: the setting.</summary>
    public string? Sensor { get; init; }

    /// <summary>The request, checked as the cmdlet's parameters are.</summary>
    /// <exception cref="TrafficException">Something cannot be.</exception>
    public CaptureRequest ToRequest(string storePath)
    {
        Check(SnapLength is >= 14 and <= 262_144, $"{nameof(SnapLength)} {SnapLength} cannot be.", "Give 14 to 262144 bytes.");
        Check(PacketRing is null or >= 1 << 20, $"{nameof(PacketRing)} {PacketRing} is too small.", "Give 1048576 bytes or more.");
        Check(PacketCount is null or >= 1, $"{nameof(PacketCount)} {PacketCount} cannot be.", "Give 1 or more.");
        Check(Duration is null || Duration > TimeSpan.Zero, $"{nameof(Duration)} must be longer than nothing.", "Give seconds: 60.");
        Check(Interface.All(name => !string.IsNullOrWhiteSpace(name)), "The name of an interface is empty.",
            "GET /api/interfaces lists them.");
        return new CaptureRequest
        {
            Interfaces = Interface.Length > 0 ? Interface : [DefaultInterface()],
            Engine = Engine,
            Filter = Filter,
            Promiscuous = Promiscuous,
            SnapLength = SnapLength,
            Duration = Duration,
            PacketCount = PacketCount,
            Enrich = Enrich,
            Name = Name,
            Sensor = Sensor,
            StorePath = storePath,
            PacketRing = PacketRing is { } bytes ? new PacketRingOptions { MaxBytes = bytes } : null,
        };
    }

    private static void Check(bool right, string message, string nextMove)
    {
        if (!right)
        {
            throw new TrafficException(TrafficErrors.BadArgument, message, nextMove);
        }
    }

    /// <summary>The interface with the default route.</summary>
    /// <exception cref="CaptureException">None has it.</exception>
    public static string DefaultInterface() => TrafficEngine.GetInterfaces().FirstOrDefault(one => one.IsDefault)?.Name
        ?? throw new CaptureException(CaptureProblem.UnknownInterface, "No interface has the default route.",
            "Name one: Get-NetCaptureInterface and GET /api/interfaces list them.");
}
