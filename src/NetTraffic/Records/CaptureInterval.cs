namespace NetTraffic;

/// <summary>A row of the captures dataset: what a capture received and lost on one interface in one flush interval.</summary>
public sealed record CaptureInterval
{
    /// <summary>The capture or import.</summary>
    public string CaptureId { get; init; } = "";

    /// <summary>Name of the capturing machine or tap.</summary>
    public string Sensor { get; init; } = "";

    /// <summary>Interface.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Start of the interval, UTC.</summary>
    public DateTime Time { get; init; }

    /// <summary>End of the interval, UTC.</summary>
    public DateTime EndTime { get; init; }

    /// <summary>Packets received.</summary>
    public long Packets { get; init; }

    /// <summary>Wire bytes received.</summary>
    public long Bytes { get; init; }

    /// <summary>Packets the kernel dropped.</summary>
    public long KernelDrops { get; init; }

    /// <summary>Packets the interface dropped.</summary>
    public long InterfaceDrops { get; init; }

    /// <summary>Packets whose decoding stopped early.</summary>
    public long DecodeFailures { get; init; }

    /// <summary>Flows that began.</summary>
    public long Flows { get; init; }

    /// <summary>Flows in the table at the end.</summary>
    public long ActiveFlows { get; init; }

    /// <summary>Flows written out early because the table was full.</summary>
    public long EvictedFlows { get; init; }

    /// <summary>Flow rows that could not be written.</summary>
    public long LostRows { get; init; }

    /// <summary>Managed memory of the capturing process in bytes.</summary>
    public long MemoryBytes { get; init; }
}
