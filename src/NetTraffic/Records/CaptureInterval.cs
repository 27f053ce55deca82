namespace NetTraffic;

/// <summary>A row of the captures dataset: what a capture received and lost on one interface in one flush interval.</summary>
public sealed record CaptureInterval
{
    /// <summary>The capture or import.</summary>
    public string CaptureId { get; set; } = "";

    /// <summary>Name of the capturing machine or tap.</summary>
    public string Sensor { get; set; } = "";

    /// <summary>Interface.</summary>
    public string Interface { get; set; } = "";

    /// <summary>Start of the interval, UTC.</summary>
    public DateTime Time { get; set; }

    /// <summary>End of the interval, UTC.</summary>
    public DateTime EndTime { get; set; }

    /// <summary>Packets received.</summary>
    public long Packets { get; set; }

    /// <summary>Wire bytes received.</summary>
    public long Bytes { get; set; }

    /// <summary>Packets the kernel dropped.</summary>
    public long KernelDrops { get; set; }

    /// <summary>Packets the interface dropped.</summary>
    public long InterfaceDrops { get; set; }

    /// <summary>Packets whose decoding stopped early.</summary>
    public long DecodeFailures { get; set; }

    /// <summary>Flows that began.</summary>
    public long Flows { get; set; }

    /// <summary>Flows in the table at the end.</summary>
    public long ActiveFlows { get; set; }

    /// <summary>Flows written out early because the table was full.</summary>
    public long EvictedFlows { get; set; }

    /// <summary>Flow rows that could not be written.</summary>
    public long LostRows { get; set; }

    /// <summary>Managed memory of the capturing process in bytes.</summary>
    public long MemoryBytes { get; set; }
}
