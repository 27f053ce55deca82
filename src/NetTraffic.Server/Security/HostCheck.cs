using System.Net;
using NetTraffic.Server.Errors;

namespace NetTraffic.Server.Security;

/// <summary>
/// Refuses requests under a host name that is none of the server's: a page on the web can have its own name lead here (DNS rebinding), and
/// would then count as one of the server's pages. Under an address nobody can do that.
/// </summary>
internal sealed class HostCheck(RequestDelegate next, ServerOptions options)
{
    private readonly HashSet<string> names =
        new(["localhost", Environment.MachineName, .. options.Hosts], StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context)
    {
        string host = context.Request.Host.Host;
        return IPAddress.TryParse(host.Trim('[', ']'), out _) || names.Contains(host)
            ? next(context)
            : Problems.WriteAsync(context, new TrafficException(TrafficErrors.WrongHost, $"The server is not called '{host}'."));
    }
}
