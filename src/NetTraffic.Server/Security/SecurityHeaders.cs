using Scalar.AspNetCore;

namespace NetTraffic.Server.Security;

/// <summary>What browsers are told of every answer: no guessing of types, no frames, nothing loaded from elsewhere, nothing kept.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private const string Dashboard =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = context.Request.Path == "/" ? Dashboard : Nothing;
        if (context.Request.Path.StartsWithSegments("/docs"))
        {
            context.Response.OnStarting(() =>
            {
                headers.ContentSecurityPolicy = Reference(context.Items[ScalarOptions.NonceHttpContextItemKey] as string);
                return Task.CompletedTask;
            });
        }

        return next(context);
    }

    // Scalar's page begins with a script in itself, which it marks with a number of this answer, and makes its own styles.
    private static string Reference(string? nonce) =>
        $"default-src 'none'; script-src 'self'{(nonce is null ? "" : $" 'nonce-{nonce}'")}; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
}
