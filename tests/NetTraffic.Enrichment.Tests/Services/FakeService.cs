using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NetTraffic.Enrichment.Tests.Services;

/// <summary>A web service on this machine, and one that can be told to misbehave.</summary>
internal abstract class FakeService : IAsyncDisposable
{
    private readonly WebApplication app;

    protected FakeService(X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        app = builder.Build();
        app.Run(ServeAsync);
    }

    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    /// <summary>What was asked: path and query.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What the next requests meet instead of the service.</summary>
    public ConcurrentQueue<Func<HttpContext, Task>> Faults { get; } = new();

    /// <summary>What every request meets instead of the service.</summary>
    public Func<HttpContext, Task>? Always { get; set; }

    public async Task StartAsync()
    {
        await app.StartAsync();
        Url = new Uri(app.Urls.Single());
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    public static async Task AnswerAsync(
        HttpContext context, int status, string type, string body, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type.Length == 0 ? null : type;
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(body);
    }

    /// <summary>A fault that is an answer.</summary>
    public static Func<HttpContext, Task> Say(
        int status, string body = "", string type = "application/json", params (string, string)[] headers) =>
        context => AnswerAsync(context, status, type, body, headers);

    protected abstract Task AskAsync(HttpContext context);

    private Task ServeAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        return Always is { } always ? always(context)
            : Faults.TryDequeue(out Func<HttpContext, Task>? fault) ? fault(context)
            : AskAsync(context);
    }
}
