using NetTraffic.Net;

namespace NetTraffic.Packets;

/// <summary>How a capture keeps its raw packets. Immutable; every default is documented.</summary>
public sealed record PacketRingOptions
{
    /// <summary>Bytes on disk at most, at every moment, indexes included; past it the oldest file goes. Default: without bound.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>Bytes kept of each packet at most. Default 262,144, the whole packet.</summary>
    public int SnapLength { get; init; } = 262_144;

    /// <summary>
    /// What happens while the disk is slower than the packets: false, packets are left out of the ring and counted (live); true, the
    /// caller waits (files).
    /// </summary>
    public bool Wait { get; init; }
}

/// <summary>What a packet ring did so far; a snapshot.</summary>
public readonly record struct PacketRingCounters
{
    /// <summary>Packets written to disk since the start, those that the ring has overwritten since included.</summary>
    public long Packets { get; init; }

    /// <summary>Packets left out because the disk was too slow, full or gone.</summary>
    public long LostPackets { get; init; }

    /// <summary>Bytes on disk now.</summary>
    public long DiskBytes { get; init; }
}

/// <summary>
/// Which part of a packet ring is wanted. Coarse: what is handed over includes everything that matches, and may include more.
/// </summary>
public sealed record PacketSelection
{
    /// <summary>Earliest time stamp wanted, in nanoseconds since 1970.</summary>
    public long FirstNs { get; init; } = long.MinValue;

    /// <summary>Latest time stamp wanted.</summary>
    public long LastNs { get; init; } = long.MaxValue;

    /// <summary>Either side's address lies in one of these; none: every address, and frames without IP.</summary>
    public IReadOnlyList<AddressRange> Address { get; init; } = [];
}

/// <summary>What a capture received and lost on one interface, as a ring's files tell it (pcapng's Interface Statistics Block).</summary>
/// <param name="Interface">The interface.</param>
/// <param name="Received">Packets received.</param>
/// <param name="KernelDrops">Packets the kernel dropped (isb_osdrop).</param>
/// <param name="InterfaceDrops">Packets the interface dropped (isb_ifdrop).</param>
public readonly record struct InterfaceStatistics(PacketInterface Interface, long Received, long KernelDrops, long InterfaceDrops);
