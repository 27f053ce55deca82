using System.Runtime.CompilerServices;
using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>
/// The way of every packet, live, imported or asked for: a source gives it, the decoder reads its headers, the packet ring keeps it, and
/// then it goes
/// on to flows, in batches, or to a visitor, one by one. Which of the last three there are is set when the lane is made. All of it
/// happens on the
/// thread that runs the lane, but for what the flows' sink does elsewhere. Allocates nothing per packet.
/// </summary>
/// <param name="source">Where the packets come from; the lane does not dispose of it.</param>
/// <param name="tunnelPorts">UDP ports on which tunnels are looked for besides their own.</param>
internal sealed class PacketLane(IPacketSource source, IReadOnlyList<TunnelPort> tunnelPorts) : IPacketSink
{
    private readonly PacketDecoder decoder = new(new DecoderOptions { TunnelPorts = tunnelPorts });
    private DecodedPacket[] packets = new DecodedPacket[1];
    private int count;

    /// <summary>How many packets are wanted; null: all.</summary>
    public PacketLimit? Limit { get; init; }

    /// <summary>Keeps the raw packets; null: nobody does.</summary>
    public PacketRingAppender? Ring { get; init; }

    /// <summary>Makes flows of the packets; null: nobody does.</summary>
    public IPacketBatchSink? Flows { get; init; }

    /// <summary>Looks at each packet; null: nobody does.</summary>
    public IPacketVisitor? Visitor { get; init; }

    /// <summary>What was decoded so far; from any thread.</summary>
    public DecoderCounters Decoded => decoder.Counters;

    /// <summary>
    /// Runs until the source ends, nobody wants more, or cancelled. Everything that was read has been handed on when this returns, or
    /// throws what the
    /// source throws.
    /// </summary>
    public void Run(CancellationToken cancellationToken)
    {
        packets = Flows?.Room() ?? packets;
        try
        {
            source.Run(this, cancellationToken);
        }
        finally
        {
            if (count > 0)
            {
                Flows?.OnPackets(packets, count, 0);
            }

            PassStatisticsOn();
        }
    }

    // What every packet runs through, here and in the stages, is compiled once and in full (AggressiveOptimization). Else the runtime puts
    // an instrumented copy in place of the code compiled ahead of time, and an import spends its first seconds there.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool OnPacket(in RawPacket packet)
    {
        if (Limit is not null && !Limit.Take())
        {
            return false;
        }

        ref DecodedPacket decoded = ref packets[count];
        decoder.Decode(packet, out decoded);
        Ring?.Add(packet, decoded);
        bool more = Visitor is null || Visitor.OnPacket(packet, decoded);
        if (Flows is not null && ++count == packets.Length)
        {
            more &= HandOn(0);
        }

        return more;
    }

    /// <inheritdoc/>
    public bool OnTick(long nowNs)
    {
        Ring?.Tick();

        // Where time passes, packets arrive now: none is held back until a batch is full.
        bool more = true;
        if (nowNs != 0)
        {
            PassStatisticsOn();
            more = HandOn(nowNs);
        }

        return more && Limit is not { IsReached: true };
    }

    // The ring's files say what was lost besides what they hold.
    private void PassStatisticsOn()
    {
        if (Ring is not null)
        {
            foreach (InterfaceStatistics counted in source.Statistics)
            {
                Ring.SetStatistics(counted);
            }
        }
    }

    private bool HandOn(long nowNs)
    {
        if (Flows is null)
        {
            return true;
        }

        int full = count;
        count = 0;
        bool more = Flows.OnPackets(packets, full, nowNs);
        packets = Flows.Room();
        return more;
    }
}

/// <summary>Looks at the packets of a lane, one by one.</summary>
internal interface IPacketVisitor
{
    /// <summary>One packet, whose bytes are valid during the call only; false: no more are wanted.</summary>
    bool OnPacket(in RawPacket packet, in DecodedPacket decoded);
}

/// <summary>Takes the decoded packets of a lane, many at a time: a flow table, or a queue in front of one.</summary>
internal interface IPacketBatchSink
{
    /// <summary>Where the next packets go; asked for at the start, and after each <see cref="OnPackets"/>.</summary>
    DecodedPacket[] Room();

    /// <summary>Takes packets, of which there may be none; false: no more are wanted.</summary>
    /// <param name="packets">What <see cref="Room"/> gave.</param>
    /// <param name="count">How many of them are filled.</param>
    /// <param name="nowNs">The wall clock in nanoseconds since 1970 where packets arrive now; 0: they are read from a file, or the lane
    /// ends.</param>
    bool OnPackets(DecodedPacket[] packets, int count, long nowNs);
}

/// <summary>How many packets a capture still wants, over all its lanes.</summary>
internal sealed class PacketLimit(long packets)
{
    private long left = packets;

    /// <summary>Whether there were enough.</summary>
    public bool IsReached => Volatile.Read(ref left) <= 0;

    /// <summary>Takes one; false where there is none left.</summary>
    public bool Take() => Interlocked.Decrement(ref left) >= 0;
}
