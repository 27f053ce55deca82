using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>What a live capture shall do. Immutable; every default is documented.</summary>
public sealed record CaptureRequest
{
    /// <summary>Exact interface names; at least one. "any" is Linux's pseudo-interface.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>What captures. Default libpcap, in this process.</summary>
    public CaptureEngine Engine { get; init; }

    /// <summary>Capture filter (BPF), or null for everything.</summary>
    public string? Filter { get; init; }

    /// <summary>Whether to see frames that are not addressed to this machine. Default no.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Bytes captured of each packet at most. Default 262,144, the whole packet.</summary>
    public int SnapLength { get; init; } = 262_144;

    /// <summary>Kernel buffer in bytes per interface. Default 64 MiB: about a second of 10 GbE headers while the disk stalls.</summary>
    public int BufferSize { get; init; } = 64 << 20;

    /// <summary>Ends after this long; null: until stopped.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Ends after this many packets over all interfaces; null: no limit.</summary>
    public long? PacketCount { get; init; }

    /// <summary>Name of the capturing machine; null: the store's setting.</summary>
    public string? Sensor { get; init; }

    /// <summary>Folder of the store; null: the default store.</summary>
    public string? StorePath { get; init; }

    /// <summary>A name for people; null: the interfaces joined by commas.</summary>
    public string? Name { get; init; }

    /// <summary>How often flows are written; null: the store's setting (5 s).</summary>
    public TimeSpan? FlushInterval { get; init; }

    /// <summary>Keeps the raw packets too; null: not.</summary>
    public PacketRingOptions? PacketRing { get; init; }

    /// <summary>Asks the providers that are set about new talkers, in the background. Default no.</summary>
    public bool Enrich { get; init; }

    /// <summary>The flow table. Its FlushInterval is replaced by <see cref="FlushInterval"/>.</summary>
    public FlowOptions Flows { get; init; } = new();
}

/// <summary>What an import shall do.</summary>
public sealed record ImportRequest
{
    /// <summary>Whether packets that an earlier import brought into the store are left out.</summary>
    public bool SkipKnown { get; init; }

    /// <summary>Full path of the capture file (pcap or pcapng, gzip'd or not).</summary>
    public string Path { get; init; } = "";

    /// <summary>Folder of the store; null: the default store.</summary>
    public string? StorePath { get; init; }

    /// <summary>Name of the capturing machine; null: the store's setting.</summary>
    public string? Sensor { get; init; }

    /// <summary>A name for people; null: the file's name.</summary>
    public string? Name { get; init; }

    /// <summary>Keeps the raw packets too; null: not.</summary>
    public PacketRingOptions? PacketRing { get; init; }

    /// <summary>The flow table.</summary>
    public FlowOptions Flows { get; init; } = new();
}

/// <summary>How far a long piece of work is.</summary>
/// <param name="BytesRead">Bytes of the (possibly compressed) file read.</param>
/// <param name="BytesTotal">Bytes in all; 0 where unknown.</param>
/// <param name="Packets">Packets so far.</param>
/// <param name="Flows">Flows so far.</param>
public readonly record struct ImportProgress(long BytesRead, long BytesTotal, long Packets, long Flows);
