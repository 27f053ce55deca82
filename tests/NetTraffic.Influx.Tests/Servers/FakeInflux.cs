using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace NetTraffic.Influx.Tests.Servers;

/// <summary>
/// InfluxDB 2.x or 3.x as far as it is written to and set up, after its documentation; and one that can be told to misbehave.
/// 2.x refuses a batch with a bad line whole (400), and stores the rest of one with points too old (422). 3.x stores the good lines of a
/// batch and names the bad (400).
/// </summary>
internal sealed partial class FakeInflux : IAsyncDisposable
{
    public const string Token = "s3cret-t0ken-of-the-tests==";
    public const string Organization = "acme";

    private readonly WebApplication app;
    private readonly int generation;

    private FakeInflux(int generation, int port, X509Certificate2? certificate)
    {
        this.generation = generation;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        app = builder.Build();
        app.Run(ServeAsync);
    }

    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    public InfluxTarget Target => new() { Url = Url, Organization = Organization, Bucket = "traffic", Token = Token };

    /// <summary>Value of each point stored: a point sent again replaces itself.</summary>
    public ConcurrentDictionary<string, long> Stored { get; } = new();

    /// <summary>What the next writes meet, one each; true: the request is answered.</summary>
    public ConcurrentQueue<Func<HttpContext, Task<bool>>> Faults { get; } = new();

    /// <summary>What every request meets first; true: it is answered.</summary>
    public Func<HttpContext, Task<bool>>? Always { get; set; }

    /// <summary>Requests: method, path, and for writes the lines.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>X-Influxdb-Version of /ping; null: none.</summary>
    public string? Version { get; set; } = "v2.7.12";

    public ConcurrentDictionary<string, long> Buckets { get; } = new();

    public ConcurrentDictionary<string, string> Mappings { get; } = new();

    /// <summary>Points before this are beyond the retention policy.</summary>
    public long Oldest { get; set; }

    public static async Task<FakeInflux> StartNewAsync(int generation = 2, int port = 0, X509Certificate2? certificate = null)
    {
        FakeInflux server = new(generation, port, certificate);
        server.Buckets["traffic"] = 0;
        await server.app.StartAsync();
        server.Url = new Uri(server.app.Urls.Single());
        return server;
    }

    public static async Task<bool> Answer(HttpContext context, int status, string body = "", params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        if (body.Length > 0)
        {
            await context.Response.WriteAsync(body);
        }

        return true;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        string path = context.Request.Path;
        Requests.Enqueue($"{context.Request.Method} {path}{context.Request.QueryString}");
        bool write = path is "/api/v2/write" or "/write";
        if ((Always is { } always && await always(context))
            || (write && Faults.TryDequeue(out Func<HttpContext, Task<bool>>? fault) && await fault(context)))
        {
            return;
        }

        string[] scheme = context.Request.Headers.Authorization.ToString().Split(' ', 2);
        string? token = scheme is ["Token" or "Bearer", var given] ? given : null;
        Issued.TryGetValue(token ?? "", out IssuedToken? issued);
        if (path == "/ping" && generation == 2)
        {
            (string, string)[] headers = Version is null ? [] : [("X-Influxdb-Version", Version)];
            await Answer(context, 204, "", headers);
        }
        else if (token != Token && issued is null)
        {
            await Answer(context, 401, generation == 2 ? """{"code":"unauthorized","message":"unauthorized access"}""" : """{"error":"the request was not authenticated"}""");
        }
        else if (path == "/ping")
        {
            await Answer(context, 200, """{"version":"3.4.0","revision":"abc","process_id":"1"}""");
        }
        else if (issued is not null && !issued.Allows(context.Request, path))
        {
            await Answer(context, path == "/api/v2/write" ? 403 : 401, """{"code":"forbidden","message":"insufficient permissions"}""");
        }
        else if (path == "/api/v2/write")
        {
            await WriteAsync(context);
        }
        else if (generation == 2 && path.StartsWith("/api/v2/", StringComparison.Ordinal))
        {
            await SetUpAsync(context, path);
        }
        else if (generation == 3 && path == "/api/v3/configure/database")
        {
            await ConfigureAsync(context);
        }
        else
        {
            await Answer(context, 404, "404 page not found\n");
        }
    }

    private async Task WriteAsync(HttpContext context)
    {
        if (generation == 2 && context.Request.Query["org"] != Organization)
        {
            await Answer(context, 404, """{"code":"not found","message":"organization name \"x\" not found"}""");
            return;
        }

        string bucket = context.Request.Query["bucket"].ToString();
        if (!Buckets.ContainsKey(bucket) || context.Request.Query["precision"] != "ns")
        {
            await Answer(context, 404, $$"""{"code":"not found","message":"bucket \"{{bucket}}\" not found"}""");
            return;
        }

        Stream body = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        using StreamReader reader = new(body, Encoding.UTF8);
        string[] lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (generation == 2 && lines.Length == 0)
        {
            await Answer(context, 400, """{"code":"invalid","message":"writing requires points"}""");
            return;
        }

        Dictionary<string, long> good = [];
        List<string> bad = [];
        int old = 0;
        foreach (string line in lines)
        {
            string[] parts = line.Split(' ');
            if (parts.Length != 3 || !parts[1].EndsWith('i')
                || !long.TryParse(parts[1].AsSpan(parts[1].IndexOf('=') + 1).TrimEnd('i'), out long value)
                    || !long.TryParse(parts[2], out long time))
            {
                bad.Add(line);
            }
            else if (time < Oldest)
            {
                old++;
            }
            else
            {
                good[parts[0] + " " + parts[2]] = value;
            }
        }

        if (bad.Count == 0 || generation == 3)
        {
            foreach ((string key, long value) in good)
            {
                Stored[key] = value;
            }
        }

        if (bad.Count > 0)
        {
            string echoed =
                JsonSerializer.Serialize($"unable to parse '{bad[0]}': bad timestamp ({context.Request.Headers.Authorization})");
            await Answer(context, 400, generation == 2
                ? $$"""{"code":"invalid","message":{{echoed}}}"""
                : $$"""{"error":"partial write of line protocol occurred","data":[{"error_message":{{echoed}},"line_number":1,"original_line":{{JsonSerializer.Serialize(bad[0])}}}]}""");
        }
        else
        {
            await Answer(context, old == 0 ? 204 : 422, old == 0 ? "" : $$"""{"code":"unprocessable entity","message":"failure writing points to database: partial write: points beyond retention policy dropped={{old}}"}""");
        }
    }

    private async Task ConfigureAsync(HttpContext context)
    {
        if (!context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal))
        {
            await Answer(context, 401, """{"error":"Bearer is what the documentation says"}""");
        }
        else if (context.Request.Method == "GET")
        {
            await Answer(context, 200,
                JsonSerializer.Serialize(Buckets.Keys.Select(k => new Dictionary<string, string> { ["iox::database"] = k })));
        }
        else
        {
            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
            string name = body.RootElement.GetProperty("db").GetString()!;
            long hours = body.RootElement.TryGetProperty("retention_period", out JsonElement kept)
                ? long.Parse(kept.GetString()!.TrimEnd('h'))
                : 0;
            await Answer(context, Buckets.TryAdd(name, hours * 3600) ? 200 : 409, "");
        }
    }
}
