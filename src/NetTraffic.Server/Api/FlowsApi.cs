using Microsoft.AspNetCore.Http.HttpResults;
using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>Flows: what Get-NetFlow answers, in pages.</summary>
internal static class FlowsApi
{
    private const int DefaultPage = 100, MostPage = 10_000;

    public static void MapFlows(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/flows", (Delegate)GetFlowsAsync).WithName("GetFlows").WithTags("Flows")
            .WithSummary("Flows, newest first by their last packet, in pages.")
            .TakesFilters(TrafficFilters.All)
            .Takes("top", "Flows of a page at most. Default 100.", ApiParameter.Whole(1, MostPage))
            .Takes("perInterval", "Rows as they are stored, one a flow and flush interval, instead of whole flows.", ApiParameter.Flag)
            .Takes("cursor", "The Next of the page before, with the same filters.", ApiParameter.Text)
            .AnswersProblems();

    private static async Task<Ok<FlowPage>> GetFlowsAsync(HttpContext context)
    {
        QueryReader query = new(context.Request, TrafficFilters.All, "top", "perInterval", "cursor");
        int top = query.Number("top", DefaultPage, 1, MostPage);
        bool perInterval = query.Flag("perInterval");
        PageCursor? cursor = query.Text("cursor") is { } text ? PageCursor.Parse(text) : null;
        TrafficFilter filter = cursor is { } place && (query.Filter.Until is not { } until || until > place.Until)
            ? query.Filter with { Until = place.Until } : query.Filter;
        List<Flow> flows = await context.AskAsync((store, stop) =>
            store.GetFlows(filter, top + 1, perInterval, stop, cursor?.After).ToList());
        bool more = flows.Count > top;
        List<Flow> page = more ? flows[..top] : flows;

        // The newest row ends the time that all pages look at: nothing that comes later is in one of them.
        DateTime end = cursor?.Until ?? filter.Until ?? (page.Count > 0 ? page[0].EndTime.ToUniversalTime().AddMicroseconds(1) : default);
        return TypedResults.Ok(new FlowPage(page, more ? new PageCursor(end, FlowPosition.Behind(page[^1])).ToString() : null));
    }
}

/// <summary>A page of flows.</summary>
/// <param name="Items">The flows.</param>
/// <param name="Next">The cursor of the next page; null: this is the last one.</param>
internal sealed record FlowPage(IReadOnlyList<Flow> Items, string? Next);
