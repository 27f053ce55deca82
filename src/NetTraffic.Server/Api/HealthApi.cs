using NetTraffic.Server.Questions;
using NetTraffic.Server.Security;

namespace NetTraffic.Server.Api;

/// <summary>What orchestrators ask; without a key, and without a word about the traffic.</summary>
internal static class HealthApi
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/health").WithTags("Health").WithMetadata(new WithoutKey());
        group.MapGet("/live", () => TypedResults.Ok(new Health("alive")))
            .WithName("GetLiveness").WithSummary("Whether the process answers at all.");

        // Some load balancers ask for the headers only.
        group.MapMethods("/live", [HttpMethods.Head], () => Results.Ok()).ExcludeFromDescription();
        group.MapMethods("/ready", [HttpMethods.Head], Ready).ExcludeFromDescription();
        group.MapGet("/ready", Ready).WithName("GetReadiness")
            .WithSummary("Whether it does what it is for: the store can be read, and the capture that its settings name has not failed.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Ready(SharedStore store, StandingCapture capture)
    {
        store.Mark();
        capture.Check();
        return TypedResults.Ok(new Health("ready"));
    }
}

/// <summary>How the server is.</summary>
/// <param name="State">"alive" or "ready".</param>
internal sealed record Health(string State);
