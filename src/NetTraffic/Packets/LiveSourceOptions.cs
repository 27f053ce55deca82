namespace NetTraffic.Packets;

/// <summary>How a live source captures.</summary>
public sealed record LiveSourceOptions
{
    /// <summary>Interface name as libpcap knows it; "any" on Linux.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Capture filter (pcap-filter(7)); null: everything.</summary>
    public string? Filter { get; init; }

    /// <summary>Whether to see frames for other stations. Default no.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Bytes captured of each packet at most. Default 262,144, the whole packet.</summary>
    public int SnapLength { get; init; } = 262_144;

    /// <summary>Kernel buffer in bytes. Default 64 MiB.</summary>
    public int BufferSize { get; init; } = 64 << 20;

    /// <summary>Longest wait for a first packet before the loop looks around. Default 100 ms.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Full path of the program that captures, where not libpcap does; null: it is looked for.</summary>
    public string? Program { get; init; }
}
