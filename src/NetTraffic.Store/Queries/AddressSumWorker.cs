using NetTraffic.Store.Parquet;

namespace NetTraffic.Store;

/// <summary>One thread's share of <see cref="AddressSums"/>: sums up segments, some thousand rows at a time, which stay in the processor's cache.</summary>
internal sealed partial class AddressSumWorker
{
    private const int Batch = 16 * DeltaCursor.Block;

    // Nothing that is added up overflows unnoticed: a batch of rows below this stays below 2^63, and the totals, of which each address
    // has a part, are looked at with each batch.
    private const ulong LargestValue = 1UL << 50;
    private const int MostOlder = 1 << 20;

    private readonly SummaryKey by;
    private readonly long sinceUs;
    private readonly ulong spanUs;
    private readonly long firstUs;
    private readonly SegmentReader reader = new();
    private readonly long[] numbers = new long[7 * (Batch + 1)];
    private readonly int[] sources = new int[Batch + 1], destinations = new int[Batch + 1];
    private int[] sourceNames = [], destinationNames = [];
    private readonly List<int> olderNumbers = [];
    private readonly List<long> olderFlows = [];
    private long wholeBytes, wholePackets;

    /// <summary>Makes an empty one.</summary>
    /// <param name="by">Which side's addresses, or both.</param>
    /// <param name="sinceUs">Rows at or after this time.</param>
    /// <param name="untilUs">Rows before this time, which is later.</param>
    /// <param name="firstUs">Where a flow began before this, its rows are told apart by its identifier.</param>
    /// <param name="capacity">Addresses held at most.</param>
    public AddressSumWorker(SummaryKey by, long sinceUs, long untilUs, long firstUs, int capacity)
    {
        this.by = by;
        this.sinceUs = sinceUs;
        this.firstUs = firstUs;
        spanUs = unchecked((ulong)((untilUs == long.MaxValue ? untilUs : untilUs - 1) - sinceUs));
        Table = new AddressTable(capacity);
    }

    public AddressTable Table { get; }

    /// <summary>Bytes of all rows.</summary>
    public long Whole => wholeBytes;

    /// <summary>Adds another's sums; false where there are too many addresses or flows to tell apart, or the sums too large.</summary>
    public bool Add(AddressSumWorker other)
    {
        if (Table.Add(other.Table) is not { } moved || olderFlows.Count + other.olderFlows.Count > MostOlder)
        {
            return false;
        }

        for (int i = 0; i < other.olderFlows.Count; i++)
        {
            AddOlder(moved[other.olderNumbers[i]], other.olderFlows[i]);
        }

        return AddWhole(other.wholeBytes, other.wholePackets);
    }

    /// <summary>Whether flows that began before the time asked for must be told apart.</summary>
    public bool HasOlder => olderFlows.Count > 0;

    /// <summary>How many of those each address has.</summary>
    public Dictionary<int, long> OlderFlows(IEnumerable<int> addresses)
    {
        HashSet<int> asked = [.. addresses];
        Dictionary<int, long> flows = [];
        foreach ((int number, _) in olderNumbers.Zip(olderFlows).Where(row => asked.Contains(row.First)).Distinct())
        {
            flows[number] = flows.GetValueOrDefault(number) + 1;
        }

        return flows;
    }

    /// <summary>Adds a segment; false where it is not ours, is gone, or holds more than there is room for.</summary>
    public bool Add(string path)
    {
        bool both = by == SummaryKey.Address;
        bool source = both || by == SummaryKey.SourceAddress;
        string side = source ? "source_address" : "destination_address";
        string otherSide = both ? "destination_address" : side;
        string[] columns = ["time", "end_time", "start_time", side, "source_packets", "source_bytes", "destination_packets", "destination_bytes"];
        if (!reader.TryOpen(path, both ? [.. columns, otherSide] : columns)
            || !reader.Numbers("time", out DeltaCursor time) || !reader.Numbers("end_time", out DeltaCursor end) || !reader.Numbers("start_time", out DeltaCursor start)
            || !reader.Numbers("source_packets", out DeltaCursor sourcePackets) || !reader.Numbers("destination_packets", out DeltaCursor destinationPackets)
            || !reader.Numbers(source ? "source_bytes" : "destination_bytes", out DeltaCursor sent) || !reader.Numbers(source ? "destination_bytes" : "source_bytes", out DeltaCursor received)
            || !reader.Text(side, out TextCursor from) || !reader.Text(otherSide, out TextCursor to)
            || !Names(from.Dictionary, from.Count, ref sourceNames) || (both && !Names(to.Dictionary, to.Count, ref destinationNames)))
        {
            return false;
        }

        bool hasOlder = false;
        for (int at = 0; at < reader.Rows;)
        {
            int count = Math.Min(reader.Rows - at, at == 0 ? Batch + 1 : Batch);
            if (!time.Next(Column(0, count)) || !end.Next(Column(1, count)) || !start.Next(Column(2, count)) || !sourcePackets.Next(Column(3, count))
                || !destinationPackets.Next(Column(4, count)) || !sent.Next(Column(5, count)) || !received.Next(Column(6, count))
                || !from.Next(sourceNames.AsSpan(0, from.Count + 1), sources.AsSpan(0, count))
                || (both && !to.Next(destinationNames.AsSpan(0, to.Count + 1), destinations.AsSpan(0, count)))
                || !(both ? AddBoth(count, ref hasOlder) : AddOne(count, ref hasOlder)))
            {
                return false;
            }

            at += count;
        }

        return time.Ended && end.Ended && start.Ended && sourcePackets.Ended && destinationPackets.Ended && sent.Ended && received.Ended
            && (!hasOlder || AddOlder(path, side, otherSide));
    }

    private void AddOlder(int number, long flow)
    {
        olderNumbers.Add(number);
        olderFlows.Add(flow);
    }

    private bool AddWhole(long bytes, long packets)
    {
        wholeBytes = unchecked(wholeBytes + bytes);
        wholePackets = unchecked(wholePackets + packets);
        return wholeBytes >= 0 && wholePackets >= 0;
    }

    private Span<long> Column(int number, int count) => numbers.AsSpan(number * (Batch + 1), count);

    /// <summary>Numbers the dictionary's entries.</summary>
    private bool Names(ReadOnlySpan<byte> dictionary, int count, ref int[] names)
    {
        // An entry takes 4 bytes or more, so that a damaged count cannot ask for much.
        if (count > dictionary.Length / 4)
        {
            return false;
        }

        if (names.Length <= count)
        {
            names = new int[count + 1 + (count / 2)];
        }

        names[0] = 0;
        return Table.Number(dictionary, names.AsSpan(1, count));
    }

    private bool AddBoth(int count, ref bool hasOlder)
    {
        ReadOnlySpan<long> time = Column(0, count), end = Column(1, count), start = Column(2, count), sourcePackets = Column(3, count);
        ReadOnlySpan<long> destinationPackets = Column(4, count), sent = Column(5, count), received = Column(6, count);
        Span<AddressSum> sums = Table.Sums;
        long since = sinceUs, first = firstUs, allBytes = 0, allPackets = 0;
        ulong span = spanUs, highest = 0;
        bool mixed = false;
        for (int i = 0; i < time.Length; i++)
        {
            long at = time[i];
            if ((ulong)(at - since) > span)
            {
                continue;
            }

            long ended = end[i], began = start[i], outward = sent[i], inward = received[i];
            long packets = sourcePackets[i] + destinationPackets[i];
            highest |= (ulong)(outward | inward | sourcePackets[i] | destinationPackets[i]);
            long bytes = outward + inward;
            long flows = at == began ? 1 : 0;
            hasOlder |= began < first;
            allBytes += bytes;
            allPackets += packets;
            int one = sources[i], other = destinations[i];
            ref AddressSum sum = ref sums[one];
            sum.Packets += packets;
            sum.Bytes += bytes;
            sum.Flows += flows;
            sum.FirstUs = Math.Min(sum.FirstUs, at);
            sum.LastUs = Math.Max(sum.LastUs, ended);
            if (one == other)
            {
                // What a host says to itself counts once, as sent and received. Without addresses it is the source's side.
                sum.Sent += one == 0 ? outward : bytes;
                sum.Own += one == 0 ? 0 : bytes;
                continue;
            }

            mixed |= one == 0 || other == 0;
            sum.Sent += outward;
            sum = ref sums[other];
            sum.Packets += packets;
            sum.Bytes += bytes;
            sum.Sent += inward;
            sum.Flows += flows;
            sum.FirstUs = Math.Min(sum.FirstUs, at);
            sum.LastUs = Math.Max(sum.LastUs, ended);
        }

        return highest < LargestValue && !mixed && AddWhole(allBytes, allPackets);
    }

    private bool AddOne(int count, ref bool hasOlder)
    {
        ReadOnlySpan<long> time = Column(0, count), end = Column(1, count), start = Column(2, count), sourcePackets = Column(3, count);
        ReadOnlySpan<long> destinationPackets = Column(4, count), sent = Column(5, count), received = Column(6, count);
        Span<AddressSum> sums = Table.Sums;
        long since = sinceUs, first = firstUs, allBytes = 0, allPackets = 0;
        ulong span = spanUs, highest = 0;
        for (int i = 0; i < time.Length; i++)
        {
            long at = time[i];
            if ((ulong)(at - since) > span)
            {
                continue;
            }

            long packets = sourcePackets[i] + destinationPackets[i];
            highest |= (ulong)(sent[i] | received[i] | sourcePackets[i] | destinationPackets[i]);
            hasOlder |= start[i] < first;
            allBytes += sent[i] + received[i];
            allPackets += packets;
            ref AddressSum sum = ref sums[sources[i]];
            sum.Packets += packets;
            sum.Bytes += sent[i] + received[i];
            sum.Sent += sent[i];
            sum.Flows += at == start[i] ? 1 : 0;
            sum.FirstUs = Math.Min(sum.FirstUs, at);
            sum.LastUs = Math.Max(sum.LastUs, end[i]);
        }

        return highest < LargestValue && AddWhole(allBytes, allPackets);
    }

    /// <summary>Notes the flows of a segment that began before the time asked for: few, so that their identifiers are only read where there are some.</summary>
    private bool AddOlder(string path, string side, string otherSide)
    {
        bool both = side != otherSide;
        if (!reader.TryOpen(path, both ? ["time", "start_time", "flow_id", side, otherSide] : ["time", "start_time", "flow_id", side])
            || !reader.Numbers("time", out DeltaCursor time) || !reader.Numbers("start_time", out DeltaCursor start) || !reader.Numbers("flow_id", out DeltaCursor flow)
            || !reader.Text(side, out TextCursor from) || !reader.Text(otherSide, out TextCursor to)
            || from.Count >= sourceNames.Length || (both && to.Count >= destinationNames.Length))
        {
            return false;
        }

        for (int at = 0; at < reader.Rows;)
        {
            int count = Math.Min(reader.Rows - at, at == 0 ? Batch + 1 : Batch);
            Span<long> times = Column(0, count), starts = Column(1, count), flows = Column(2, count);
            Span<int> one = sources.AsSpan(0, count), other = both ? destinations.AsSpan(0, count) : one;
            if (!time.Next(times) || !start.Next(starts) || !flow.Next(flows) || !from.Next(sourceNames.AsSpan(0, from.Count + 1), one)
                || (both && !to.Next(destinationNames.AsSpan(0, to.Count + 1), other)))
            {
                return false;
            }

            for (int i = 0; i < count; i++)
            {
                if ((ulong)(times[i] - sinceUs) <= spanUs && starts[i] < firstUs)
                {
                    AddOlder(one[i], flows[i]);
                    if (other[i] != one[i])
                    {
                        AddOlder(other[i], flows[i]);
                    }
                }
            }

            if (olderFlows.Count > MostOlder)
            {
                return false;
            }

            at += count;
        }

        return flow.Ended;
    }
}
