using NetTraffic.Server.Errors;

namespace NetTraffic.Server.Security;

/// <summary>Marks an endpoint that needs no key.</summary>
internal sealed class WithoutKey;

/// <summary>
/// Where keys are set, lets pass who has one, or the session of a browser that showed one: any to read, the one that may do everything to
/// change something.
/// </summary>
internal sealed class KeyCheck(RequestDelegate next, ServerOptions options, BrowserSessions sessions)
{
    private const string Bearer = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (!options.Keys.Any || context.GetEndpoint()?.Metadata.GetMetadata<WithoutKey>() is not null)
        {
            return next(context);
        }

        ApiRole? role = RoleOf(context.Request, sessions);
        if (role is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.WriteAsync(context, new TrafficException(TrafficErrors.NoKey, Key(context.Request).Length == 0
                ? "The server has a key, and the request none." : "The request's key is not the server's."));
        }

        bool isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        return isRead || role == ApiRole.Control ? next(context)
            : Problems.WriteAsync(context, new TrafficException(TrafficErrors.ReadOnlyKey, "This key may only read."));
    }

    /// <summary>What a request may do by its key or session: who sends a key is judged by it. Null: nothing.</summary>
    public static ApiRole? RoleOf(HttpRequest request, BrowserSessions sessions) =>
        Key(request) is { Length: > 0 } key ? sessions.RoleOf(key) : sessions.RoleOf(request);

    private static string Key(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        return header?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true ? header[Bearer.Length..].Trim() : "";
    }
}
