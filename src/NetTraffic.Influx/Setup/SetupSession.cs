using System.Text;
using System.Text.Json;

namespace NetTraffic.Influx;

/// <summary>One setting up: sends requests, collects steps, and turns answers into errors with a next move.</summary>
internal sealed class SetupSession(InfluxConnection connection, bool whatIf, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public InfluxConnection Connection => connection;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The steps done, or planned.</summary>
    public List<string> Actions { get; } = [];

    /// <summary>What the steps take away.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>What was not set up, and how to do it instead.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>File with the token that may only read; null: none.</summary>
    public string? ReadTokenPath { get; set; }

    /// <summary>File with the token that may only write; null: none.</summary>
    public string? WriteTokenPath { get; set; }

    /// <summary>Warns where points that are there would go.</summary>
    /// <param name="place">Which retention, for people.</param>
    /// <param name="now">As it is; zero: for ever.</param>
    /// <param name="wanted">As it is to be; zero: for ever.</param>
    public void WarnOfLess(string place, TimeSpan now, TimeSpan wanted)
    {
        if (wanted != TimeSpan.Zero && (now == TimeSpan.Zero || wanted < now))
        {
            Warnings.Add(
                $"{place} keeps points {(now == TimeSpan.Zero ? "for ever" : "for " + SetupV1.DurationText(now))} now. With " +
                $"{SetupV1.DurationText(wanted)} InfluxDB deletes those that are older.");
        }
    }

    /// <summary>Notes a step, and does it unless only asked.</summary>
    public async Task DoAsync(string action, Func<Task> step)
    {
        if (!whatIf)
        {
            await step().ConfigureAwait(false);
        }

        Actions.Add(action);
    }

    /// <summary>Sends a request; a server that does not answer or cannot serve now is an error.</summary>
    public async Task<ServerReply> SendAsync(HttpMethod method, string path, HttpContent? content, bool preferToken = true)
    {
        ServerReply reply = await connection.SendAsync(method, path, content, preferToken, Limit, cancellationToken).ConfigureAwait(false);
        return reply switch
        {
            { Failure: { } failure } => throw new InfluxException(
                $"Nobody answers at {connection.Target} ({failure}). Start the server, or correct -InfluxUrl.", InfluxProblem.Unreachable),
            { IsTransient: true } => throw new InfluxException(
                $"{connection.Target} is not able to serve now ({reply.Describe()}). Try again later.", InfluxProblem.Unreachable),
            { Status: >= 300 and < 400 } => throw ReplyJudge.Redirected(reply, connection.Target),
            _ => reply,
        };
    }

    /// <summary>
    /// Sends a request with a JSON body, and gives the answer's JSON; null where the status is one of those that are no error.
    /// </summary>
    public async Task<JsonElement?> CallAsync(HttpMethod method, string path, object? body, params int[] allowed)
    {
        using StringContent? content = body is null
            ? null
            : new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        ServerReply reply = await SendAsync(method, path, content).ConfigureAwait(false);
        if (allowed.Contains(reply.Status))
        {
            return null;
        }

        if (reply.Status is < 200 or >= 300)
        {
            throw Error(reply);
        }

        try
        {
            return reply.Body.Length == 0 ? default(JsonElement) : JsonDocument.Parse(reply.Body).RootElement;
        }
        catch (JsonException)
        {
            throw ReplyJudge.NotInflux(reply, connection.Target);
        }
    }

    /// <summary>The error of a name that the server does not take.</summary>
    /// <param name="name">The name.</param>
    /// <param name="reason">Its words, safe to show.</param>
    public InfluxException BadName(string name, string reason) =>
        new(
            $"{connection.Target} does not take the name '{name}' ({reason}). Choose another one, of letters, digits, '-' and '_'.",
            InfluxProblem.BadName);

    /// <summary>The error an answer stands for.</summary>
    public InfluxException Error(ServerReply reply) => reply.Status switch
    {
        401 or 403 => new InfluxException(
            $"{connection.Target} does not let these credentials set it up ({reply.Describe()}). " +
            "Use an administrator's user and password (1.x), or with -AdminToken a token that may create buckets or databases (2.x, 3.x).",
            InfluxProblem.Unauthorized)
        {
            NextMove = "Initialize-NetTrafficInflux -AdminToken (Read-Host -AsSecureString); for 1.x Set-NetTrafficOption -InfluxUser " +
                "and -InfluxPassword.",
        },
        404 when reply.HasJsonError => new InfluxException(
            $"{connection.Target} does not have what it takes ({reply.Describe()}). Correct -InfluxOrg or -InfluxGeneration.",
            InfluxProblem.NotFound),
        404 or 405 => ReplyJudge.NotInflux(reply, connection.Target),
        400 or 422 when reply.FullMessage.Contains("name", StringComparison.OrdinalIgnoreCase) => BadName(
            connection.Target.BucketName, reply.Describe()),
        _ => new InfluxException($"{connection.Target} refuses to be set up ({reply.Describe()}).", InfluxProblem.Other),
    };
}
