using System.Diagnostics;
using System.Text;

namespace NetTraffic.Influx;

/// <summary>Looks at a server: who answers, whether it takes a write, and what is wrong when not.</summary>
public static class InfluxProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Asks the server who it is and writes one point of the measurement <c>net_probe</c>. Never waits for a server that is down.
    /// </summary>
    public static Task<InfluxProbeResult> TestAsync(InfluxTarget target, CancellationToken cancellationToken) =>
        ProbeAsync(target, write: true, Limit, cancellationToken);

    /// <summary>Asks the server who it is, and changes nothing on it.</summary>
    /// <param name="target">The server.</param>
    /// <param name="limit">How long its answer is waited for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<InfluxProbeResult> LookAsync(InfluxTarget target, TimeSpan limit, CancellationToken cancellationToken) =>
        ProbeAsync(target, write: false, limit, cancellationToken);

    private static async Task<InfluxProbeResult> ProbeAsync(
        InfluxTarget target, bool write, TimeSpan limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        InfluxProbeResult result = new()
        {
            Url = WithoutCredentials(target.Url),
            Database = target.DatabaseName,
            WriteAccepted = write ? false : null,
            Message = "",
        };
        try
        {
            using InfluxConnection connection = new(target, 1);
            return await ProbeAsync(connection, write, limit, result, cancellationToken).ConfigureAwait(false);
        }
        catch (InfluxException e)
        {
            return Failed(result, e);
        }
    }

    /// <summary>The address without user and password.</summary>
    internal static Uri WithoutCredentials(Uri url) => new(
        url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));

    private static async Task<InfluxProbeResult> ProbeAsync(
        InfluxConnection connection, bool write, TimeSpan limit, InfluxProbeResult result, CancellationToken cancellationToken)
    {
        InfluxTarget target = connection.Target;
        Stopwatch clock = Stopwatch.StartNew();
        ServerReply ping = await connection.SendAsync(
            HttpMethod.Get, "ping", null, preferToken: true, limit, cancellationToken).ConfigureAwait(false);
        result = result with { Reachable = ping.Failure is null, RoundTrip = clock.Elapsed };
        if (ping.Failure is { } failure)
        {
            return Failed(
                result, InfluxProblem.Unreachable, $"Nobody answers at {target} ({failure}). Start the server, or correct -InfluxUrl.");
        }

        InfluxServer server;
        if (InfluxServer.Configured(target) is { } configured)
        {
            server = configured with { Version = ping.Version ?? configured.Version };
        }
        else if (ping.IsTransient)
        {
            return Failed(
                result,
                InfluxProblem.Other,
                $"{target} is not able to serve now ({ping.Describe()}). Try again later; captures go on and nothing is lost.");
        }
        else
        {
            try
            {
                server = InfluxServer.Read(ping, connection);
            }
            catch (InfluxException e)
            {
                return Failed(result, e);
            }
        }

        result = Describe(result, server, target);
        if (!write)
        {
            return result with { Message = $"{Named(server)} answers in {result.RoundTrip.TotalMilliseconds:0.#} ms." };
        }

        while (true)
        {
            ServerReply reply = await WriteAsync(connection, server, cancellationToken).ConfigureAwait(false);
            result = result with { RoundTrip = reply.RoundTrip };
            (Verdict verdict, InfluxException? error) = ReplyJudge.Judge(reply, server, target);
            switch (verdict)
            {
                case Verdict.Accepted:
                    return result with
                    {
                        WriteAccepted = true,
                        Message = $"{Named(server)} answers in " +
                            $"{result.RoundTrip.TotalMilliseconds:0.#} ms and takes what is written to '{result.Database}'.",
                    };
                case Verdict.WrongPath:
                    server = server with { UsesV2Write = false };
                    result = Describe(result, server, target);
                    continue;
                case Verdict.Fatal:
                    return Failed(result, error!);
                case Verdict.Retry when reply.Failure is { } broken:
                    return Failed(
                        result,
                        InfluxProblem.Unreachable,
                        $"{target} gave no answer to a write ({broken}). Look at the server, or at what stands between.");
                case Verdict.Retry:
                    return Failed(
                        result,
                        InfluxProblem.Other,
                        $"{target} is not able to store now ({reply.Describe()}). Look at the server; captures go on and nothing is lost.");
                default:
                    return Failed(
                        result,
                        InfluxProblem.Other,
                        $"{target} refuses a point ({reply.Describe()}). Look at the limits and the retention of '{result.Database}'.");
            }
        }
    }

    private static async Task<ServerReply> WriteAsync(InfluxConnection connection, InfluxServer server, CancellationToken cancellationToken)
    {
        LineEncoder encoder = new(1024);
        encoder.Begin("net_probe");
        encoder.Tag("sensor", Environment.MachineName);
        encoder.Field("value", 1L);
        encoder.End(DateTime.UtcNow);
        using ReadOnlyMemoryContent content = new(encoder.Written);
        content.Headers.ContentType = new("text/plain") { CharSet = Encoding.UTF8.WebName };
        Stopwatch clock = Stopwatch.StartNew();
        ServerReply reply = await connection.SendAsync(
            HttpMethod.Post, server.WritePath(connection.Target), content, server.UsesV2Write, Limit, cancellationToken)
            .ConfigureAwait(false);
        return reply with { RoundTrip = clock.Elapsed };
    }

    private static string Named(InfluxServer server) => $"{server.Product}{(server.Version is { } version ? " " + version : "")}";

    private static InfluxProbeResult Describe(InfluxProbeResult result, InfluxServer server, InfluxTarget target) => result with
    {
        Product = server.Product,
        Version = server.Version,
        Generation = server.Generation,
        Database = server.Generation == InfluxGeneration.V1 ? target.DatabaseName : target.BucketName,
    };

    private static InfluxProbeResult Failed(InfluxProbeResult result, InfluxException error) =>
        Failed(error.Problem == InfluxProblem.Certificate ? result with { Reachable = true } : result, error.Problem, error.Message);

    private static InfluxProbeResult Failed(InfluxProbeResult result, InfluxProblem problem, string message) =>
        result with { Problem = problem, Message = message };
}
