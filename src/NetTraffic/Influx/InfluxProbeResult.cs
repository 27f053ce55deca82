namespace NetTraffic;

/// <summary>What a look at an InfluxDB server found.</summary>
public sealed record InfluxProbeResult
{
    /// <summary>Address, without credentials.</summary>
    public required Uri Url { get; init; }

    /// <summary>Database (1.x, 3.x) or bucket (2.x) written to.</summary>
    public string? Database { get; init; }

    /// <summary>Somebody answered.</summary>
    public bool Reachable { get; init; }

    /// <summary>Who answers: InfluxDB, VictoriaMetrics; null where that is not known.</summary>
    public string? Product { get; init; }

    /// <summary>Its version; null where it does not tell.</summary>
    public string? Version { get; init; }

    /// <summary>Whose API is spoken; Auto where that is not known.</summary>
    public InfluxGeneration Generation { get; init; }

    /// <summary>One point of the measurement <c>net_probe</c> was written and is there; null: that was not tried.</summary>
    public bool? WriteAccepted { get; init; }

    /// <summary>From a request to its answer.</summary>
    public TimeSpan RoundTrip { get; init; }

    /// <summary>What is wrong; null: nothing.</summary>
    public InfluxProblem? Problem { get; init; }

    /// <summary>How far the store has been passed on; null: the server was looked at for no store.</summary>
    public ForwardState? Forward { get; init; }

    /// <summary>The state in a sentence, and what to do where something is wrong.</summary>
    public required string Message { get; init; }
}
