namespace NetTraffic.Engine;

/// <summary>How a store is passed on to InfluxDB.</summary>
public sealed record SyncOptions
{
    /// <summary>How long a server may be away until an error ends it; null: it is waited for without end.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The server has nothing of the store: it is not asked before a first send to it.</summary>
    public bool AssumeEmpty { get; init; }

    /// <summary>What the server will refuse for its age is said before it is sent.</summary>
    public bool SayTooOld { get; init; }
}
