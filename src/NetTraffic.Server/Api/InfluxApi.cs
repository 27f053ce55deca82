using Microsoft.AspNetCore.Http.HttpResults;
using NetTraffic.Engine;
using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>The InfluxDB that is set: what Test-NetTrafficInflux finds, but for the point that it writes.</summary>
internal static class InfluxApi
{
    public static void MapInflux(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/stats/influxdb", GetInfluxAsync).WithName("GetInflux").WithTags("Statistics")
            .WithSummary("The InfluxDB that is set: its generation, whether it answers, points it took and refused, how far behind it is.")
            .AnswersProblems();

    private static async Task<Ok<InfluxProbeResult>> GetInfluxAsync(HttpContext context, InfluxLook influx)
    {
        _ = new QueryReader(context.Request, []);
        InfluxProbeResult found = await influx.LookAsync().WaitAsync(context.RequestAborted);
        ForwardState? forward = await context.AskAsync((store, _) => TrafficEngine.GetForwardState(store));
        return TypedResults.Ok(found with { Forward = forward });
    }
}
