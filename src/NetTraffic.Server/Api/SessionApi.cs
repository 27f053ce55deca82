using Microsoft.AspNetCore.Http.HttpResults;
using NetTraffic.Server.Questions;
using NetTraffic.Server.Security;

namespace NetTraffic.Server.Api;

/// <summary>Sessions of browsers, for the dashboard: programs send the key itself with each request.</summary>
internal static class SessionApi
{
    private const string Path = "/api/session";

    public static void MapSession(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("").WithTags("Session").WithMetadata(new WithoutKey());
        group.MapGet(Path, Look).WithName("GetSession")
            .WithSummary("Whether the server has a key, and what the one who asks may do.").AnswersProblems();
        group.MapPost(Path, Begin).WithName("BeginSession")
            .WithSummary("Takes the key, and gives the browser a cookie for it.").AnswersProblems();
        group.MapDelete(Path, End).WithName("EndSession").WithSummary("Ends the browser's session.").AnswersProblems();
    }

    private static Ok<SessionState> Look(HttpContext context, ServerOptions options, BrowserSessions sessions)
    {
        _ = new QueryReader(context.Request, []);
        ApiRole? role = options.Keys.Any ? KeyCheck.RoleOf(context.Request, sessions) : ApiRole.Control;
        return TypedResults.Ok(new SessionState(options.Keys.Any, role));
    }

    private static Ok<SessionState> Begin(SessionKey body, HttpContext context, ServerOptions options, BrowserSessions sessions)
    {
        if (!options.Keys.Any)
        {
            return Look(context, options, sessions);
        }

        // A null passes the contract: what is required is that it stands there.
        ApiRole role = sessions.RoleOf(body.Key ?? "")
            ?? throw new TrafficException(TrafficErrors.NoKey, "This is not the server's key.",
                "Give the key that was set with Set-NetTrafficOption -ServerKey or -ServerReadKey; one that is set anew counts when the "
                + "server starts again.");
        sessions.Begin(context, role);
        return TypedResults.Ok(new SessionState(true, role));
    }

    private static NoContent End(HttpContext context, BrowserSessions sessions)
    {
        sessions.End(context);
        return TypedResults.NoContent();
    }
}

/// <summary>The key that a browser shows.</summary>
internal sealed record SessionKey
{
    /// <summary>It.</summary>
    public required string Key { get; init; }
}

/// <summary>Who a browser is to the server.</summary>
/// <param name="NeedsKey">Whether the server has a key.</param>
/// <param name="Role">What the browser may do; null: nothing, until it shows a key.</param>
internal sealed record SessionState(bool NeedsKey, ApiRole? Role);
