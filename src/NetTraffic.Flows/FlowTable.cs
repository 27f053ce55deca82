using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using NetTraffic.Packets;

namespace NetTraffic.Flows;

/// <summary>
/// Turns packets into bidirectional flows and writes one row per flow per flush interval. Time is the packets' time, so that a file
/// and the wire give the same rows. One thread; no allocation per packet once the table has grown to its size. The hash is keyed
/// with a random secret: who chooses addresses cannot choose collisions.
/// </summary>
public sealed partial class FlowTable
{
    // Readers of JSON that keep numbers as doubles (JavaScript, jq, Grafana) know integers exactly up to 2^53, so identifiers end below it.
    // All of those 53 bits are used, and a table counts up from a random number: of 1,000 captures with 10 million flows each, any two
    // share an identifier with a probability of 1 in 1,000, where a random number for each flow would give thousands of collisions.
    private const ulong LargestFlowId = (1UL << 53) - 1;

    private readonly FlowOptions options;
    private readonly IFlowRowSink sink;
    private readonly FlowCounters counters = new();
    private readonly FlowIndex index = new();
    private readonly FlowPool pool = new();
    private readonly ulong secret0;
    private readonly ulong secret1;
    private readonly ulong secret2;
    private readonly ulong secret3;
    private ulong nextFlowId;

    /// <summary>Makes an empty table.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="sink">Takes the rows, on the thread that calls the table.</param>
    public FlowTable(FlowOptions options, IFlowRowSink sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxFlows, 1);
        this.options = options;
        this.sink = sink;
        Span<ulong> random = stackalloc ulong[5];
        RandomNumberGenerator.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(random));
        (secret0, secret1, secret2, secret3) = (random[0], random[1], random[2] | 1, random[3]);
        nextFlowId = random[4] & LargestFlowId;
        InitialiseTime();
    }

    /// <summary>What the table did so far.</summary>
    public FlowCounters Counters => counters;

    /// <summary>Counts a batch of packets, in order. Faster than one at a time: the index is fetched ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<DecodedPacket> packets)
    {
        const int ahead = 16;
        Span<uint> hashes = stackalloc uint[ahead];
        Span<FlowKey> keys = stackalloc FlowKey[ahead];
        Span<bool> swaps = stackalloc bool[ahead];
        for (int i = 0; i < packets.Length; i += ahead)
        {
            int count = Math.Min(ahead, packets.Length - i);
            for (int k = 0; k < count; k++)
            {
                keys[k] = FlowKey.Of(packets[i + k], out swaps[k]);
                hashes[k] = Hash(keys[k]);
                index.Prefetch(hashes[k]);
            }

            for (int k = 0; k < count; k++)
            {
                int at = index.Start(hashes[k]);
                pool.Prefetch(index.NextCandidate(hashes[k], ref at));
            }

            for (int k = 0; k < count; k++)
            {
                Count(packets[i + k], keys[k], hashes[k], swaps[k]);
            }
        }
    }

    /// <summary>Counts one packet.</summary>
    public void Add(in DecodedPacket packet)
    {
        FlowKey key = FlowKey.Of(packet, out bool swapped);
        Count(packet, key, Hash(key), swapped);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(in DecodedPacket packet, in FlowKey key, uint hash, bool swapped)
    {
        long now = packet.TimestampNs;
        AdvanceTime(now);
        counters.Packets++;
        counters.Bytes += packet.WireLength;

        int entry = Find(key, hash);
        if (entry >= 0 && IsOver(ref pool[entry], packet, now, pool[entry].Swapped == swapped, out FlowEndReason reason))
        {
            End(entry, reason);
            entry = -1;
        }

        if (entry < 0)
        {
            entry = Begin(packet, key, hash, swapped);
        }

        ref FlowEntry flow = ref pool[entry];
        if (now < flow.StartNs && !flow.Written)
        {
            flow.StartNs = now;
        }

        // Once a row is written its start time stands, and no row begins before it.
        long from = Math.Max(now, flow.StartNs);
        if (!flow.Dirty)
        {
            flow.Dirty = true;
            flow.FirstNs = from;
            MarkDirty(entry);
        }
        else if (from < flow.FirstNs)
        {
            flow.FirstNs = from;
        }

        flow.LastNs = Math.Max(flow.LastNs, now);

        bool fromSource = flow.Swapped == swapped;
        bool tcp = flow.List != FlowListKind.Other
            && (packet.Traits & (PacketTraits.HasTransport | PacketTraits.LaterFragment)) == PacketTraits.HasTransport;
        if (tcp && !fromSource && !flow.Written && IsFirstSyn(packet.TcpFlags) && (flow.Source.Flags & TcpFlags.Syn) == 0)
        {
            // The SYN's sender is the originator, whoever was seen first.
            SwapRoles(ref flow);
            fromSource = true;
        }

        if (fromSource)
        {
            flow.SourcePackets++;
            flow.SourceBytes += packet.WireLength;
            flow.Asked = true;
        }
        else
        {
            flow.DestinationPackets++;
            flow.DestinationBytes += packet.WireLength;
            flow.Answered = true;
        }

        if (tcp)
        {
            TcpTracker.Track(ref flow, packet, fromSource);
        }

        Touch(entry, ref flow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Find(in FlowKey key, uint hash)
    {
        int at = index.Start(hash);
        while (true)
        {
            int entry = index.NextCandidate(hash, ref at);
            if (entry < 0 || pool[entry].Key.Equals(key))
            {
                return entry;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool IsOver(ref FlowEntry flow, in DecodedPacket packet, long now, bool fromSource, out FlowEndReason reason)
    {
        if (now - flow.LastNs > timeouts[(int)flow.List])
        {
            reason = flow.List == FlowListKind.TcpClosed ? FlowEndReason.Closed : FlowEndReason.Idle;
            return true;
        }

        // A packet so long before the flow's last one that after it, it would be another flow's, is another flow's: the clock was set back.
        long clockStep = timeouts[flow.List == FlowListKind.Other ? (int)FlowListKind.Other : (int)FlowListKind.Tcp];
        if ((activeTimeout > 0 && now - flow.StartNs > activeTimeout) || flow.LastNs - now > clockStep)
        {
            reason = FlowEndReason.Active;
            return true;
        }

        // A new SYN begins the next connection on the same ports, whether or not the end of the last one was seen.
        reason = FlowEndReason.Closed;
        return flow.List != FlowListKind.Other && (packet.TcpFlags & TcpFlags.Syn) != 0
            && (packet.Traits & PacketTraits.HasTransport) != 0
            && (flow.List == FlowListKind.TcpClosed ? IsFirstSyn(packet.TcpFlags) : TcpTracker.IsNewConnection(flow, packet, fromSource));
    }

    private int Begin(in DecodedPacket packet, in FlowKey key, uint hash, bool swapped)
    {
        while (index.Count >= options.MaxFlows)
        {
            EvictIdlest();
        }

        int entry = pool.Rent();
        ref FlowEntry flow = ref pool[entry];
        bool tcp = packet.IpVersion != 0 && packet.IpProtocol == 6;
        bool answer = IsAnswer(packet);
        flow.Key = key;
        flow.Hash = hash;
        flow.InUse = true;
        flow.Swapped = swapped != answer;
        flow.FlowId = NextFlowId();
        flow.StartNs = flow.LastNs = flow.FirstNs = packet.TimestampNs;
        flow.HandshakeRttUs = -1;
        flow.EtherType = packet.EtherType;
        flow.LinkType = packet.LinkType;
        flow.VlanId = packet.VlanId;
        flow.Tunnel = packet.Tunnel;
        flow.List = tcp ? FlowListKind.Tcp : FlowListKind.Other;
        (flow.SourcePort, flow.DestinationPort) = (packet.SourcePort, packet.DestinationPort);
        (flow.SourceMac, flow.DestinationMac) = (packet.SourceMac, packet.DestinationMac);
        if (answer)
        {
            (flow.SourcePort, flow.DestinationPort) = (flow.DestinationPort, flow.SourcePort);
            (flow.SourceMac, flow.DestinationMac) = (flow.DestinationMac, flow.SourceMac);
        }

        index.Add(hash, entry);
        Append(entry, ref flow);
        counters.Flows++;
        counters.ActiveFlows = index.Count;
        return entry;
    }

    private ulong NextFlowId()
    {
        nextFlowId = (nextFlowId + 1) & LargestFlowId;
        if (nextFlowId == 0)
        {
            nextFlowId = 1; // 0 is no flow
        }

        return nextFlowId;
    }

    /// <summary>
    /// Whether a flow's first packet answers the other side: a SYN-ACK does; without a SYN, in a flow that is seen from its middle,
    /// what comes from the port that a service is known by does.
    /// </summary>
    private static bool IsAnswer(in DecodedPacket packet)
    {
        const PacketTraits needed = PacketTraits.HasTransport;
        if (packet.IpVersion == 0 || packet.IpProtocol is 1 or 58 || (packet.Traits & needed) != needed)
        {
            return false;
        }

        return packet.IpProtocol == 6 && (packet.TcpFlags & TcpFlags.Syn) != 0
            ? (packet.TcpFlags & TcpFlags.Ack) != 0
            : Standing(packet.IpProtocol, packet.SourcePort) > Standing(packet.IpProtocol, packet.DestinationPort);
    }

    /// <summary>How sure a port is a service's: one that is known has a system port (RFC 6335), another port, or there is none.</summary>
    private static int Standing(byte protocol, ushort port) =>
        ApplicationTable.Find(protocol, port, port) == 0 ? 0 : port < 1024 ? 2 : 1;

    /// <summary>Whether a segment asks for a connection, and is no answer to one that did.</summary>
    private static bool IsFirstSyn(TcpFlags flags) => (flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;

    private static void SwapRoles(ref FlowEntry flow)
    {
        flow.Swapped = !flow.Swapped;
        flow.Answered = true;
        (flow.Source, flow.Destination) = (flow.Destination, flow.Source);
        (flow.SourcePackets, flow.DestinationPackets) = (flow.DestinationPackets, flow.SourcePackets);
        (flow.SourceBytes, flow.DestinationBytes) = (flow.DestinationBytes, flow.SourceBytes);
        (flow.SourcePort, flow.DestinationPort) = (flow.DestinationPort, flow.SourcePort);
        (flow.SourceMac, flow.DestinationMac) = (flow.DestinationMac, flow.SourceMac);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Hash(in FlowKey key)
    {
        ulong high = Math.BigMul(key.FirstLow ^ secret0, key.SecondLow ^ secret1, out ulong low);
        ulong hash = high ^ low ^ BitOperations.RotateLeft((key.FirstHigh ^ secret3) * secret2, 29) ^ (key.SecondHigh * secret2);
        high = Math.BigMul(hash ^ secret1, key.Rest ^ secret3, out low);
        return (uint)((high ^ low) >> 16);
    }
}
