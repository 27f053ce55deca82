namespace NetTraffic;

/// <summary>What a forwarder sent.</summary>
public sealed record ForwardResult
{
    /// <summary>Folder of the store.</summary>
    public string StorePath { get; init; } = "";

    /// <summary>Server and database.</summary>
    public string Target { get; init; } = "";

    /// <summary>Segments of the store that were passed on.</summary>
    public long Segments { get; init; }

    /// <summary>Points that the server took.</summary>
    public long Points { get; init; }

    /// <summary>Points that the server refused; they are in <see cref="RejectedPath"/>, each with the reason.</summary>
    public long Rejected { get; init; }

    /// <summary>File with the refused points; null where there are none.</summary>
    public string? RejectedPath { get; init; }

    /// <summary>Bytes of line protocol.</summary>
    public long Bytes { get; init; }

    /// <summary>Requests that had to be sent again.</summary>
    public long Retries { get; init; }

    /// <summary>Segments that could not be read; they are tried again next time.</summary>
    public long Unreadable { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }
}

/// <summary>How far a forwarder is.</summary>
/// <param name="Segments">Segments passed on so far.</param>
/// <param name="Total">Segments there were to pass on at the start.</param>
/// <param name="Points">Points sent so far.</param>
public readonly record struct ForwardProgress(long Segments, long Total, long Points);
