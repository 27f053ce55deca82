namespace NetTraffic.Engine;

/// <summary>How a store's InfluxDB is set up.</summary>
public sealed record InfluxSetupRequest
{
    /// <summary>
    /// How long points are kept; zero: without end; null: as it is, and without end for a new database. At least an hour.
    /// </summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Token that sets the server up; it is kept nowhere. Null: the credentials that are set.</summary>
    public string? AdminToken { get; init; }

    /// <summary>2.x: the token that is set gives way to one that may only write to the bucket.</summary>
    public bool ReplaceToken { get; init; }

    /// <summary>2.x: no token is issued.</summary>
    public bool SkipTokens { get; init; }

    /// <summary>Only says what would be done.</summary>
    public bool WhatIf { get; init; }
}
