using Microsoft.AspNetCore.Http.HttpResults;
using NetTraffic.Engine;
using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>Interfaces: what Get-NetCaptureInterface answers.</summary>
internal static class InterfacesApi
{
    public static void MapInterfaces(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/interfaces", (Delegate)GetInterfacesAsync).WithName("GetInterfaces").WithTags("Captures")
            .WithSummary("The server's interfaces, and whether it may capture on each.").AnswersProblems();

    private static async Task<Ok<IReadOnlyList<CaptureInterface>>> GetInterfacesAsync(HttpContext context)
    {
        _ = new QueryReader(context.Request, []);
        return TypedResults.Ok(await Task.Run(TrafficEngine.GetInterfaces, context.RequestAborted));
    }
}
