using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;

namespace NetTraffic.Server.Errors;

/// <summary>
/// Makes problem details (RFC 9457) of every error: what is wrong, the id that cmdlets have for it too, and the next move. What nobody
/// foresaw is told of in the log, and to the client only that it happened.
/// </summary>
internal sealed partial class Problems(RequestDelegate next, ILogger<Problems> log)
{
    /// <summary>The member with the error's id.</summary>
    public const string Id = "id";

    /// <summary>The member with what to do.</summary>
    public const string NextMove = "nextMove";

    private const string Unforeseen = "Unforeseen";

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
            {
                await WriteAsync(context, OfStatus(context.Response.StatusCode));
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up, and nobody is there to be told.
            context.Abort();
        }
        catch (Exception error) when (context.Response.HasStarted)
        {
            // A whole answer cannot be told from one that ends here but by the connection's end.
            Cut(context.Request.Path, error);
            context.Abort();
        }
        catch (BadHttpRequestException error)
        {
            await WriteAsync(context, Of(
                new TrafficException(TrafficErrors.BadArgument, error.Message, "GET /openapi.json says what it takes.", error),
                error.StatusCode));
        }
        catch (Exception error)
        {
            if (TrafficErrors.Of(error) is null)
            {
                Failed(context.Request.Path, error);
            }

            await WriteAsync(context, Of(error));
        }
    }

    /// <summary>Answers with an error.</summary>
    public static Task WriteAsync(HttpContext context, Exception error) => WriteAsync(context, Of(error));

    /// <summary>The details of an error.</summary>
    /// <param name="error">The error.</param>
    /// <param name="status">HTTP status; null: that of the error's kind.</param>
    public static ProblemDetails Of(Exception error, int? status = null)
    {
        TrafficError? known = TrafficErrors.Of(error);
        return new ProblemDetails
        {
            Status = status ?? (known is null ? StatusCodes.Status500InternalServerError
                : known.Id == TrafficErrors.TooManyRequests.Id ? StatusCodes.Status429TooManyRequests : Status(known.Kind)),
            Title = known is null ? "Something went wrong that nobody foresaw." : Title(known.Kind),
            Detail = known is null ? null : Display.Text(error.Message),
            Extensions =
            {
                [Id] = known?.Id ?? Unforeseen,
                [NextMove] = known is null ? "The server's log has the details; please report them." : Display.Text(known.NextMove),
            },
        };
    }

    private static ProblemDetails OfStatus(int status) => Of(
        status switch
        {
            StatusCodes.Status405MethodNotAllowed =>
                new TrafficException(TrafficErrors.BadArgument, "The path is there, and does not take this method.",
                    "GET /openapi.json lists what it takes."),
            StatusCodes.Status415UnsupportedMediaType => new TrafficException(TrafficErrors.BadArgument,
                "The body is not JSON.", "Send it as JSON, with 'Content-Type: application/json'."),
            StatusCodes.Status404NotFound => new TrafficException(TrafficErrors.NoSuchPath, "There is no such path."),
            _ => new TrafficException(TrafficErrors.BadArgument, "The request is not understood."),
        },
        status);

    private static Task WriteAsync(HttpContext context, ProblemDetails problem)
    {
        context.Response.StatusCode = problem.Status ?? StatusCodes.Status500InternalServerError;

        // Where the store lies is the server's business.
        if (problem.Detail is { } detail && context.RequestServices.GetService<ServerOptions>() is { } options)
        {
            problem.Detail = detail.Replace(Display.Text(options.StorePath), "(the server's)", StringComparison.Ordinal);
        }

        if (problem.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        return context.Response.WriteAsJsonAsync(problem, ApiJson.Options, contentType: MediaTypeNames.Application.ProblemJson);
    }

    private static int Status(ErrorKind kind) => kind switch
    {
        ErrorKind.BadArgument => StatusCodes.Status400BadRequest,
        ErrorKind.BadData => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Exists => StatusCodes.Status409Conflict,
        ErrorKind.NotPermitted => StatusCodes.Status403Forbidden,
        ErrorKind.NotInstalled or ErrorKind.NotImplemented => StatusCodes.Status501NotImplemented,
        ErrorKind.Credentials => StatusCodes.Status401Unauthorized,
        ErrorKind.TimedOut => StatusCodes.Status504GatewayTimeout,
        ErrorKind.Connection or ErrorKind.Certificate or ErrorKind.Protocol => StatusCodes.Status502BadGateway,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    private static string Title(ErrorKind kind) => kind switch
    {
        ErrorKind.BadArgument => "What was asked for cannot be.",
        ErrorKind.BadData => "A file is damaged, or not what it should be.",
        ErrorKind.NotFound => "It is not there.",
        ErrorKind.Exists => "It is there already.",
        ErrorKind.NotPermitted => "That is not permitted.",
        ErrorKind.NotInstalled => "A program or library is missing.",
        ErrorKind.NotImplemented => "That cannot be done.",
        ErrorKind.Credentials => "A key is needed.",
        ErrorKind.TimedOut => "It did not happen in time.",
        _ => "It cannot be done now.",
    };

    [LoggerMessage(LogLevel.Error, "{Path} failed")]
    private partial void Failed(string path, Exception error);

    [LoggerMessage(LogLevel.Warning, "The answer to {Path} was cut off")]
    private partial void Cut(string path, Exception error);
}
