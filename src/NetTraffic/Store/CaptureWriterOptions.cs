namespace NetTraffic;

/// <summary>How a capture's rows are written.</summary>
public sealed record CaptureWriterOptions
{
    /// <summary>
    /// Whether the rows count only once the capture has completed, and go away where it does not: the import of a file. Default false.
    /// </summary>
    public bool WholeOrNothing { get; init; }

    /// <summary>Rows in one segment at most. Default 131,072: one Parquet row group.</summary>
    public int MaxSegmentRows { get; init; } = 131_072;

    /// <summary>Rows kept in memory at most while the disk is full. Default 1 million.</summary>
    public int MaxPendingRows { get; init; } = 1_000_000;
}
