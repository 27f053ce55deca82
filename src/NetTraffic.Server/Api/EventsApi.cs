using NetTraffic.Server.Questions;

namespace NetTraffic.Server.Api;

/// <summary>Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html.</summary>
internal static class EventsApi
{
    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/events", (Delegate)SendAsync).WithName("GetEvents").WithTags("Live")
            .WithSummary("Once a second what happens now: rates, running captures, top talkers; as server-sent events.")
            .Produces<LiveEvent>(contentType: "text/event-stream").AnswersProblems();

    private static async Task SendAsync(HttpContext context, LiveEvents events)
    {
        _ = new QueryReader(context.Request, []);
        await using IAsyncEnumerator<byte[]> texts = events.ListenAsync(context.RequestAborted).GetAsyncEnumerator();
        Task<bool> first = texts.MoveNextAsync().AsTask();
        if (!first.IsFaulted)
        {
            // Who listens is to know at once that he does.
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("retry: 2000\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        for (bool any = await first; any; any = await texts.MoveNextAsync())
        {
            await context.Response.Body.WriteAsync(texts.Current, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
