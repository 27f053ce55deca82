namespace NetTraffic;

/// <summary>What was set up on an InfluxDB server, or would be.</summary>
public sealed record InfluxSetupResult
{
    /// <summary>Address, without credentials.</summary>
    public required Uri Url { get; init; }

    /// <summary>Who answers.</summary>
    public required string Product { get; init; }

    /// <summary>Its version; null where it does not tell.</summary>
    public string? Version { get; init; }

    /// <summary>Whose API is spoken.</summary>
    public InfluxGeneration Generation { get; init; }

    /// <summary>Database (1.x, 3.x) or bucket (2.x).</summary>
    public required string Database { get; init; }

    /// <summary>The steps that were done, or would be; empty: all is as it should be.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>What the steps take away: points that are there, or that would be refused; empty: nothing.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Something on the server was changed.</summary>
    public bool Changed { get; init; }

    /// <summary>2.x: file with the token that may only read the bucket, for Grafana; only its owner may read it. Null: none.</summary>
    public string? ReadTokenPath { get; init; }

    /// <summary>
    /// 2.x: file with the token that may only write to the bucket, which captures send with. Null: they send with the one that was set.
    /// </summary>
    public string? WriteTokenPath { get; init; }

    /// <summary>What cannot be set up here and how to do it instead; null: nothing.</summary>
    public string? Note { get; init; }
}
