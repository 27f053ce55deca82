namespace NetTraffic.Packets;

/// <summary>Where packets come from: a live interface, a capture file, a pipe. Constructing is inert.</summary>
public interface IPacketSource : IDisposable
{
    /// <summary>The interfaces seen so far; a pcapng file can add some while it is read.</summary>
    IReadOnlyList<PacketInterface> Interfaces { get; }

    /// <summary>What this source has received and lost so far; safe to read from any thread.</summary>
    PacketSourceCounters Counters { get; }

    /// <summary>What was received and lost by interface, of those that it is known of; safe to read from any thread.</summary>
    IReadOnlyList<InterfaceStatistics> Statistics
    {
        get
        {
            PacketSourceCounters counters = Counters;
            return Interfaces.Count == 0 ? [] : [new(Interfaces[0], counters.Packets, counters.KernelDrops, counters.InterfaceDrops)];
        }
    }

    /// <summary>
    /// Reads until the end of the source, until <paramref name="sink"/> asks to stop, or until cancelled, on the caller's thread.
    /// Cancelling returns normally. A damaged source hands over every packet up to the damage and then throws
    /// <see cref="CaptureFormatException"/>.
    /// </summary>
    void Run(IPacketSink sink, CancellationToken cancellationToken);
}

/// <summary>Takes packets from a source, one call at a time.</summary>
public interface IPacketSink
{
    /// <summary>One packet; false asks the source to stop. Must not keep the packet's span.</summary>
    bool OnPacket(in RawPacket packet);

    /// <summary>
    /// Called by live sources about ten times a second, and at least once a second when nothing arrives; false asks to stop.
    /// </summary>
    /// <param name="nowNs">Wall clock in nanoseconds since 1970; 0 while a file is read, which tells nothing of time.</param>
    bool OnTick(long nowNs);
}

/// <summary>An interface that packets were captured on.</summary>
/// <param name="Name">Name as the system or the capture file gives it; empty where a file does not say.</param>
/// <param name="LinkType">LINKTYPE_ value of the tcpdump registry.</param>
public sealed record PacketInterface(string Name, int LinkType);

/// <summary>A snapshot of what a source has received and lost.</summary>
public readonly record struct PacketSourceCounters
{
    /// <summary>Packets handed to the sink.</summary>
    public long Packets { get; init; }

    /// <summary>Wire bytes of those packets.</summary>
    public long Bytes { get; init; }

    /// <summary>Packets the kernel dropped because its buffer was full (pcap_stats ps_drop).</summary>
    public long KernelDrops { get; init; }

    /// <summary>Packets the interface or its driver dropped (pcap_stats ps_ifdrop).</summary>
    public long InterfaceDrops { get; init; }

    /// <summary>Bytes of the source read so far (files: position in the possibly compressed file).</summary>
    public long Position { get; init; }

    /// <summary>Bytes of the source in all, 0 where that is not known.</summary>
    public long Length { get; init; }
}
