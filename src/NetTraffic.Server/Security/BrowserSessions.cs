using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using NetTraffic.Net;

namespace NetTraffic.Server.Security;

/// <summary>What somebody with a key may do.</summary>
internal enum ApiRole
{
    /// <summary>Ask, and change nothing.</summary>
    Read,

    /// <summary>Everything.</summary>
    Control,
}

/// <summary>
/// Browsers that showed a key once: links, downloads and server-sent events carry no Authorization, and a key that a page keeps is one that
/// a script can take. A session is a cookie of chance that scripts do not see, and lasts until the browser or the server ends, or for half
/// a day without use. Of a cookie only its hash is kept, and of each key's a thousand:
/// whoever may read cannot end the sessions of those who may do more, by beginning many.
/// </summary>
internal sealed class BrowserSessions(ServerOptions options, TimeProvider clock)
{
    private const int Most = 1000;
    private static readonly TimeSpan Unused = TimeSpan.FromHours(12);
    private readonly ConcurrentDictionary<string, Session> sessions = new(StringComparer.Ordinal);

    /// <summary>What a key lets do; null: it is none of the server's.</summary>
    public ApiRole? RoleOf(string key) => ApiKey.Matches(options.Keys.Control, key) ? ApiRole.Control
        : ApiKey.Matches(options.Keys.Read, key) ? ApiRole.Read : null;

    /// <summary>What the session of a request lets do; null: it has none.</summary>
    public ApiRole? RoleOf(HttpRequest request)
    {
        if (!request.Cookies.TryGetValue(CookieName(request), out string? token)
            || !sessions.TryGetValue(Hash(token), out Session? session))
        {
            return null;
        }

        DateTimeOffset now = clock.GetUtcNow();
        if (now - session.Used > Unused)
        {
            sessions.TryRemove(Hash(token), out _);
            return null;
        }

        session.Used = now;
        return session.Role;
    }

    /// <summary>Begins a session, and gives its cookie to the browser.</summary>
    public void Begin(HttpContext context, ApiRole role)
    {
        while (sessions.Where(pair => pair.Value.Role == role).ToArray() is { Length: >= Most } own)
        {
            sessions.TryRemove(own.MinBy(pair => pair.Value.Used).Key, out _);
        }

        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        sessions[Hash(token)] = new Session { Role = role, Used = clock.GetUtcNow() };
        context.Response.Cookies.Append(CookieName(context.Request), token, Cookie(context.Request));
    }

    /// <summary>Ends the session of a request.</summary>
    public void End(HttpContext context)
    {
        string name = CookieName(context.Request);
        if (context.Request.Cookies.TryGetValue(name, out string? token))
        {
            sessions.TryRemove(Hash(token), out _);
            context.Response.Cookies.Delete(name, Cookie(context.Request));
        }
    }

    // Browsers send a host's cookies to all of its ports: two servers of a machine must not take each other's.
    private static string CookieName(HttpRequest request) =>
        string.Create(CultureInfo.InvariantCulture, $"nettraffic-{request.Host.Port ?? (request.IsHttps ? 443 : 80)}");

    // Lax: a link on another page, Grafana's say, opens a view or a download; what changes something is never sent along from there.
    private static CookieOptions Cookie(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = request.IsHttps,
        Path = "/",
    };

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token)));

    private sealed class Session
    {
        public ApiRole Role { get; init; }

        public DateTimeOffset Used { get; set; }
    }
}
