namespace NetTraffic.Influx;

/// <summary>What an answer to a write means.</summary>
internal enum Verdict
{
    /// <summary>Every line is stored.</summary>
    Accepted,

    /// <summary>Send it again later.</summary>
    Retry,

    /// <summary>Send it in smaller pieces.</summary>
    TooLarge,

    /// <summary>Some lines are not taken, for good.</summary>
    BadLines,

    /// <summary>Some lines are older than the retention policy.</summary>
    TooOld,

    /// <summary>This server has the other write path.</summary>
    WrongPath,

    /// <summary>Nothing will be taken until somebody sets something right.</summary>
    Fatal,
}

/// <summary>Reads answers to writes, as measured on influxd 1.6.7 and documented for 2.x and 3.x.</summary>
internal static class ReplyJudge
{
    /// <summary>Judges an answer; the error is set for <see cref="Verdict.Fatal"/> alone.</summary>
    public static (Verdict Verdict, InfluxException? Error) Judge(ServerReply reply, InfluxServer server, InfluxTarget target)
    {
        string message = reply.FullMessage;
        if (reply.Status is >= 200 and < 300)
        {
            return reply.Body.Length == 0 ? (Verdict.Accepted, null) : Fatal(NotInflux(reply, target));
        }

        return reply.Status switch
        {
            500 when Contains(message, "retention policy not found") => Fatal(NotFound(reply, target)),
            _ when reply.IsTransient => (Verdict.Retry, null),
            >= 300 and < 400 => Fatal(Redirected(reply, target)),
            400 or 422 => JudgeLines(reply, message, target),
            401 or 403 => Fatal(Unauthorized(reply, server, target)),
            404 when Contains(message, "page not found") => server.UsesV2Write && target.Generation == InfluxGeneration.Auto
                ? (Verdict.WrongPath, null)
                : Fatal(server.UsesV2Write && reply.Version is { } version
                    && version.TrimStart('v').StartsWith("1.", StringComparison.Ordinal)
                    ? OtherGeneration(version, target) : NotInflux(reply, target)),
            404 when reply.HasJsonError || Contains(message, "not found") && !message.StartsWith('<') => Fatal(NotFound(reply, target)),
            413 => (Verdict.TooLarge, null),
            _ => Fatal(NotInflux(reply, target)),
        };
    }

    /// <summary>The error of an address that points elsewhere.</summary>
    public static InfluxException Redirected(ServerReply reply, InfluxTarget target) => new(
        $"{target} sends elsewhere{(reply.Location is { } place ? $" ({WithoutQuery(place)})" : "")}; credentials are not sent after it. " +
        "Set -InfluxUrl to the address it names.", InfluxProblem.NotInflux);

    /// <summary>The error of something else than a database.</summary>
    public static InfluxException NotInflux(ServerReply reply, InfluxTarget target) => new(
        Contains(reply.Body, "HTTP request to an HTTPS server")
        || Contains(reply.Body, "HTTP request was sent to HTTPS port")
        || Contains(reply.Body, "speaking plain HTTP to an SSL-enabled server port")
            ? $"{target} speaks TLS. Set -InfluxUrl to https://."
            : $"What answers at {target} takes no InfluxDB line protocol ({reply.Describe()}). Correct the address, its port and path, " +
                "or the generation.",
        InfluxProblem.NotInflux);

    /// <summary>The error of a generation that is set and is not the server's.</summary>
    private static InfluxException OtherGeneration(string version, InfluxTarget target) => new(
        $"{target} is InfluxDB {version}, which has no /api/v2/write, and -InfluxGeneration is {(int)target.Generation}. Set " +
        "-InfluxGeneration to 1 or Auto.", InfluxProblem.NotInflux);

    /// <summary>The error of wrong credentials.</summary>
    public static InfluxException Unauthorized(ServerReply reply, InfluxServer server, InfluxTarget target) => new(
        $"{target} refuses the write ({reply.Describe()}). " +
        (server.Generation == InfluxGeneration.V1 && !(server.UsesV2Write && target.Token is not null)
            ? $"Set -InfluxUser and -InfluxPassword of a user who may write to the database '{target.DatabaseName}' (GRANT WRITE)."
            : $"Set -InfluxToken to a token that may write to the bucket '{target.BucketName}'."),
        InfluxProblem.Unauthorized);

    /// <summary>The error of a database, bucket, organisation or retention policy that is not there.</summary>
    public static InfluxException NotFound(ServerReply reply, InfluxTarget target) => new(
        $"{target} does not have where to write to ({reply.Describe()}). Create it with Initialize-NetTrafficInflux, or correct " +
        "-InfluxDatabase, -InfluxBucket or -InfluxOrg.",
        InfluxProblem.NotFound);

    private static (Verdict Verdict, InfluxException? Error) JudgeLines(ServerReply reply, string message, InfluxTarget target)
    {
        bool aboutLines = Contains(message, "unable to parse") || Contains(message, "partial write")
            || Contains(message, "type conflict") || Contains(message, "limit exceeded");
        if (!aboutLines && (Contains(message, "EOF") || Contains(message, "i/o timeout") || Contains(message, "connection reset")))
        {
            return (Verdict.Retry, null); // the body did not arrive whole
        }

        if (Contains(message, "beyond retention policy"))
        {
            return (Verdict.TooOld, null);
        }

        string[] missingNames = ["database is required", "please provide", "bucket", "org"];
        if (missingNames.Any(start => message.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
        {
            return Fatal(new InfluxException(
                $"{target} does not know where to write to ({reply.Describe()}). Set -InfluxBucket and -InfluxOrg (1.x: -InfluxDatabase).",
                InfluxProblem.NotFound));
        }

        // Only what is about lines may cost lines; anything else keeps them until somebody has looked.
        return aboutLines || Contains(message, "line protocol") || Contains(message, "unprocessable") ? (Verdict.BadLines, null)
            : reply.HasJsonError ? Fatal(
                new InfluxException($"{target} takes no points now ({reply.Describe()}). See the server's log; nothing is lost, and it " +
                "is sent later.", InfluxProblem.Other))
            : Fatal(NotInflux(reply, target));
    }

    private static (Verdict Verdict, InfluxException? Error) Fatal(InfluxException error) => (Verdict.Fatal, error);

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string WithoutQuery(string place) => place.Split('?', 2)[0];
}
