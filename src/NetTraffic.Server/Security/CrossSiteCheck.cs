using NetTraffic.Server.Errors;

namespace NetTraffic.Server.Security;

/// <summary>
/// Refuses what a page of another site has a visitor's browser ask (Fetch Metadata, and RFC 6454's Origin for browsers without it): every
/// change, and everything that is not a link somebody follows. Programs that are no browser send neither.
/// </summary>
internal sealed class CrossSiteCheck(RequestDelegate next, ServerOptions options)
{
    private readonly HashSet<string> allowed = new(options.Origins, StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context) => IsOwn(context.Request)
        ? next(context)
        : Problems.WriteAsync(context, new TrafficException(TrafficErrors.WrongSite, "A page of another site asked for this."));

    private bool IsOwn(HttpRequest request)
    {
        string? origin = request.Headers.Origin;
        string? site = request.Headers["Sec-Fetch-Site"];
        if (HttpMethods.IsOptions(request.Method) || (origin is not null && allowed.Contains(origin)))
        {
            return true;
        }

        bool isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (isRead && request.Headers["Sec-Fetch-Mode"] == "navigate")
        {
            return true;
        }

        // A proxy in front may have taken the TLS off: then the scheme differs, and the host does not.
        bool ownOrigin = origin is null
            || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? url) && new HostString(url.Authority) == request.Host);
        return ownOrigin && site is null or "same-origin" or "none";
    }
}
