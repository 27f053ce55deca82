namespace NetTraffic;

/// <summary>How far a store has been passed on to the InfluxDB that is set, by whichever process.</summary>
public sealed record ForwardState
{
    /// <summary>Server and database.</summary>
    public required string Target { get; init; }

    /// <summary>Points that the server took, since the store was first sent there.</summary>
    public long PointsWritten { get; init; }

    /// <summary>Points that it refused, likewise.</summary>
    public long PointsRejected { get; init; }

    /// <summary>Segments of the store that it does not have yet.</summary>
    public long PendingSegments { get; init; }

    /// <summary>How long the oldest of those has waited; zero: there is none.</summary>
    public TimeSpan Lag { get; init; }

    /// <summary>When the server last took something, local time; null: never.</summary>
    public DateTime? LastSentTime { get => UnixTime.Local(field); init => field = UnixTime.Utc(value); }

    /// <summary>Why the numbers are not known; null: they are.</summary>
    public string? Problem { get; init; }
}
