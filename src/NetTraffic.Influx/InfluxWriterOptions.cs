namespace NetTraffic.Influx;

/// <summary>How lines are sent.</summary>
public sealed record InfluxWriterOptions
{
    /// <summary>Lines of one request at most. 20,000: where servers are fastest.</summary>
    public int BatchLines { get; init; } = 20_000;

    /// <summary>Bytes of one request at most, before compression. 10 MB: well under what servers take (25 MB for InfluxDB 1.x).</summary>
    public int BatchBytes { get; init; } = 10_000_000;

    /// <summary>Requests in flight at once, over all callers of one writer. 2: more does not make a server faster.</summary>
    public int Connections { get; init; } = 2;

    /// <summary>How long one request may take, to the end of the answer. 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first wait after a failure is a random part of this; it doubles with each further failure. 250 ms.</summary>
    public TimeSpan RetryBase { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait, unless the server asks for more. 30 s.</summary>
    public TimeSpan RetryCap { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server may be away until an error ends it; null: it is waited for without end, the default.</summary>
    public TimeSpan? GiveUpAfter { get; init; }

    /// <summary>Longest wait that a server may ask for with Retry-After. 10 minutes.</summary>
    public TimeSpan RetryAfterCap { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Clock that waiting goes by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Compress request bodies. Null: for every host but this one, where it costs more than it saves.</summary>
    public bool? Compress { get; init; }

    /// <summary>File for the lines a server does not take; null: they are only counted.</summary>
    public string? DeadLetterPath { get; init; }

    /// <summary>Size at which that file is renamed to NAME.1 (replacing an older one) and begun anew. 64 MB.</summary>
    public long DeadLetterBytes { get; init; } = 64L << 20;
}

/// <summary>What became of the lines given to <see cref="InfluxWriter.WriteAsync"/>.</summary>
public sealed record InfluxWriteResult
{
    /// <summary>Lines that the server has.</summary>
    public long Accepted { get; init; }

    /// <summary>Lines that it does not take, for good; they are in the dead-letter file.</summary>
    public long Rejected { get; init; }

    /// <summary>Requests sent.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that were sent again because the server did not answer or was not able to take them then.</summary>
    public long Retries { get; init; }

    /// <summary>Bytes of the bodies of all requests, as they went over the wire.</summary>
    public long Bytes { get; init; }

    /// <summary>The server's reason for the line it rejected last; null: none.</summary>
    public string? LastReason { get; init; }
}
