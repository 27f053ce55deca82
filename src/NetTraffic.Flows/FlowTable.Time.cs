using System.Runtime.CompilerServices;
using NetTraffic.Packets;

namespace NetTraffic.Flows;

/// <content>Flush intervals, timeouts, eviction: everything that time or a full table brings about.</content>
public sealed partial class FlowTable
{

    private const int TickShift = 30; // a tick is 2^30 ns, about a second
    private readonly long[] timeouts = new long[3];
    private readonly int[] heads = [-1, -1, -1];
    private readonly int[] tails = [-1, -1, -1];
    private int[] dirty = new int[1024];
    private int dirtyCount;
    private long activeTimeout;
    private long flushInterval;
    private long nextFlushNs = long.MinValue;
    private long nowNs = long.MinValue;
    private int tick = int.MinValue;

    /// <summary>Raised after the rows of an interval were handed over, with the interval's end in nanoseconds.</summary>
    public event Action<long>? Flushed;

    /// <summary>Lets time pass without a packet (live captures on a quiet wire): rows that are due are written, idle flows end.</summary>
    /// <param name="timeNs">Now, in nanoseconds since 1970.</param>
    public void Tick(long timeNs) => AdvanceTime(timeNs);

    /// <summary>Writes a row for every flow with something new, without waiting for the interval's end.</summary>
    public void Flush()
    {
        const int ahead = 8;
        for (int i = 0; i < dirtyCount; i++)
        {
            pool.Prefetch(i + ahead < dirtyCount ? dirty[i + ahead] : -1);
            ref FlowEntry flow = ref pool[dirty[i]];
            if (flow.Dirty)
            {
                Write(ref flow, flow.List == FlowListKind.TcpClosed ? FlowEndReason.Closed : FlowEndReason.Ongoing);
            }
        }

        dirtyCount = 0;
    }

    /// <summary>Ends every flow, the idlest first.</summary>
    public void Close()
    {
        for (int list = 0; list < heads.Length; list++)
        {
            while (heads[list] is >= 0 and var head)
            {
                FetchAhead(pool[head].Next);
                End(head, list == (int)FlowListKind.TcpClosed ? FlowEndReason.Closed : FlowEndReason.CaptureEnd);
            }
        }

        dirtyCount = 0;
        Flushed?.Invoke(nowNs);
    }

    private void InitialiseTime()
    {
        timeouts[(int)FlowListKind.Tcp] = Nanoseconds(options.TcpIdleTimeout);
        timeouts[(int)FlowListKind.TcpClosed] = Nanoseconds(options.TcpCloseDelay);
        timeouts[(int)FlowListKind.Other] = Nanoseconds(options.IdleTimeout);
        activeTimeout = Nanoseconds(options.ActiveTimeout);
        flushInterval = Nanoseconds(options.FlushInterval);
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * 100;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AdvanceTime(long now)
    {
        if (now >= nextFlushNs || (now >> TickShift) != tick)
        {
            TimePassed(now);
        }
    }

    private void TimePassed(long now)
    {
        if (flushInterval > 0 && ((now >= nextFlushNs && nextFlushNs != long.MaxValue) || now < nextFlushNs - (2 * flushInterval)))
        {
            // Forward, or a clock set back by more than an interval: either way the interval is over.
            Flush();
            if (nextFlushNs != long.MinValue)
            {
                Flushed?.Invoke(Math.Min(nextFlushNs, now));
            }

            // The last interval that 64 bits of nanoseconds can tell (in the year 2262) has no end.
            long number = now / flushInterval;
            nextFlushNs = number < long.MaxValue / flushInterval ? (number + 1) * flushInterval : long.MaxValue;
        }
        else if (flushInterval <= 0)
        {
            nextFlushNs = long.MaxValue;
        }

        nowNs = now;
        tick = (int)(now >> TickShift);
        for (int list = 0; list < heads.Length; list++)
        {
            while (heads[list] is >= 0 and var head && now - pool[head].LastNs > timeouts[list])
            {
                FetchAhead(pool[head].Next);
                End(head, list == (int)FlowListKind.TcpClosed ? FlowEndReason.Closed : FlowEndReason.Idle);
            }
        }
    }

    /// <summary>Where many flows end at once, each waits for memory: what the next one needs is on its way while this one ends.</summary>
    private void FetchAhead(int next)
    {
        if (next >= 0)
        {
            ref FlowEntry flow = ref pool[next];
            index.Prefetch(flow.Hash);
            pool.Prefetch(flow.Next);
        }
    }

    private void EvictIdlest()
    {
        int idlest = -1;
        foreach (int head in heads)
        {
            if (head >= 0 && (idlest < 0 || pool[head].LastNs < pool[idlest].LastNs))
            {
                idlest = head;
            }
        }

        counters.EvictedFlows++;
        End(idlest, FlowEndReason.Evicted);
    }

    private void End(int entry, FlowEndReason reason)
    {
        ref FlowEntry flow = ref pool[entry];
        if (flow.Dirty)
        {
            Write(ref flow, reason);
        }

        Unlink(ref flow);
        index.Remove(flow.Hash, entry);
        pool.Return(entry);
        counters.ActiveFlows = index.Count;
    }

    private void MarkDirty(int entry)
    {
        if (dirtyCount == dirty.Length)
        {
            CompactDirty();
        }

        dirty[dirtyCount++] = entry;
    }

    // Entries that ended, or that stand here twice because their place was used again, are dropped before the list grows.
    private void CompactDirty()
    {
        if (dirtyCount < 2 * index.Count)
        {
            Array.Resize(ref dirty, dirty.Length * 2);
            return;
        }

        int kept = 0;
        for (int i = 0; i < dirtyCount; i++)
        {
            ref FlowEntry flow = ref pool[dirty[i]];
            if (flow.Dirty)
            {
                flow.Dirty = false;
                dirty[kept++] = dirty[i];
            }
        }

        for (int i = 0; i < kept; i++)
        {
            pool[dirty[i]].Dirty = true;
        }

        dirtyCount = kept;
    }

    private void Write(ref FlowEntry flow, FlowEndReason reason)
    {
        FlowRow row = default;
        byte version = flow.IpVersion;
        row.FlowId = flow.FlowId;
        row.StartTimeUs = flow.StartNs / 1000;
        row.TimeUs = flow.FirstNs / 1000;
        if (flow.Written && row.TimeUs <= row.StartTimeUs)
        {
            // The row whose time is its start time is the flow's first, by which flows are counted: where time went back to the start
            // there is another.
            row.TimeUs = row.StartTimeUs + 1;
        }

        row.EndTimeUs = Math.Max(flow.LastNs / 1000, row.TimeUs);
        if (version != 0)
        {
            IpAddress128 first = new(flow.Key.FirstHigh, flow.Key.FirstLow);
            IpAddress128 second = new(flow.Key.SecondHigh, flow.Key.SecondLow);
            (row.Source, row.Destination) = flow.Swapped ? (second, first) : (first, second);
            row.IpProtocol = flow.IpProtocol;
            row.IpVersion = version;
            row.SourcePort = flow.SourcePort;
            row.DestinationPort = flow.DestinationPort;
            row.Application = ApplicationTable.Find(row.IpProtocol, row.SourcePort, row.DestinationPort);
        }

        row.SourceMac = flow.SourceMac;
        row.DestinationMac = flow.DestinationMac;
        row.SourcePackets = flow.SourcePackets;
        row.SourceBytes = flow.SourceBytes;
        row.DestinationPackets = flow.DestinationPackets;
        row.DestinationBytes = flow.DestinationBytes;
        row.SourceRetransmissions = flow.Source.Retransmissions;
        row.DestinationRetransmissions = flow.Destination.Retransmissions;
        row.HandshakeRttUs = flow.HandshakeRttUs;
        row.EtherType = flow.EtherType;
        row.LinkType = flow.LinkType;
        row.VlanId = flow.VlanId;
        row.InterfaceIndex = flow.InterfaceIndex;
        row.SourceTcpFlags = flow.Source.Flags;
        row.DestinationTcpFlags = flow.Destination.Flags;
        row.Tunnel = flow.Tunnel;
        row.EndReason = reason;
        row.State = flow.List != FlowListKind.Other ? TcpTracker.State(flow)
            : version == 0 || row.IpProtocol != 17 ? ConnectionState.OTH
            : flow.Asked ? (flow.Answered ? ConnectionState.SF : ConnectionState.S0)
            : ConnectionState.SHR;
        sink.OnRow(row);
        counters.Rows++;

        flow.Dirty = false;
        flow.Written = true;
        flow.SourcePackets = flow.SourceBytes = flow.DestinationPackets = flow.DestinationBytes = 0;
        flow.Source.Retransmissions = flow.Destination.Retransmissions = 0;
    }

    /// <summary>Keeps a flow in the right idle list, and about in order within it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Touch(int entry, ref FlowEntry flow)
    {
        FlowListKind list = flow.List;
        if (list == FlowListKind.Tcp && TcpTracker.IsClosed(flow))
        {
            list = FlowListKind.TcpClosed;
        }

        if (flow.Tick != tick || list != flow.List)
        {
            Unlink(ref flow);
            flow.List = list;
            Append(entry, ref flow);
        }
    }

    private void Append(int entry, ref FlowEntry flow)
    {
        int list = (int)flow.List;
        flow.Tick = tick;
        flow.Previous = tails[list];
        flow.Next = -1;
        if (tails[list] >= 0)
        {
            pool[tails[list]].Next = entry;
        }
        else
        {
            heads[list] = entry;
        }

        tails[list] = entry;
    }

    private void Unlink(ref FlowEntry flow)
    {
        int list = (int)flow.List;
        if (flow.Previous >= 0)
        {
            pool[flow.Previous].Next = flow.Next;
        }
        else
        {
            heads[list] = flow.Next;
        }

        if (flow.Next >= 0)
        {
            pool[flow.Next].Previous = flow.Previous;
        }
        else
        {
            tails[list] = flow.Previous;
        }
    }
}
