using System.Numerics;
using NetTraffic.Store.Parquet;

namespace NetTraffic.Store;

/// <summary>Segments of which all rows are asked for: what they hold of <see cref="SegmentSums"/> is added up instead of the rows.</summary>
internal sealed partial class AddressSumWorker
{
    private long[] values = [];

    /// <summary>
    /// Adds of a segment's sums only the largest addresses of either side, and to <see cref="Rest"/> what an address that is not among
    /// them can have at most; false, and nothing is added, as with <see cref="AddSums"/>.
    /// </summary>
    public bool AddHeads(string path)
    {
        if (!reader.TryReadSums(path, bytesOnly: true, out SegmentReader.Sums sums, ref values) || !Answers(sums.Times))
        {
            return false;
        }

        bool bySource = by is SummaryKey.Address or SummaryKey.SourceAddress;
        bool byDestination = by is SummaryKey.Address or SummaryKey.DestinationAddress;
        ReadOnlySpan<long> source = values.AsSpan(0, sums.SourceCount + 1), destination = values.AsSpan(sums.SourceCount + 1, sums.DestinationCount + 1);
        return (!bySource || AddHead(sums.Sources, source, withNone: true)) && (!byDestination || AddHead(sums.Destinations, destination, withNone: !bySource));
    }

    /// <summary>Bytes that an address has at most besides those added by <see cref="AddHeads"/>.</summary>
    public long Rest { get; private set; }

    private bool AddHead(ReadOnlySpan<byte> dictionary, ReadOnlySpan<long> bytes, bool withNone)
    {
        const int most = 256;

        // By magnitude: a pass to count, a pass to pick.
        Span<int> magnitudes = stackalloc int[65];
        magnitudes.Clear();
        foreach (long value in bytes[1..])
        {
            if (value is < 0 or > long.MaxValue / 4)
            {
                return false;
            }

            magnitudes[64 - BitOperations.LeadingZeroCount((ulong)value)]++;
        }

        int lowest = 64;
        for (int count = 0; lowest > 0 && count + magnitudes[lowest] <= most; lowest--)
        {
            count += magnitudes[lowest];
        }

        long rest = 0;
        long floor = lowest == 0 ? 0 : 1L << lowest;
        for (int i = 1; i < bytes.Length; i++)
        {
            if (!TextCursor.Entry(ref dictionary, out ReadOnlySpan<byte> text))
            {
                return false;
            }

            if (bytes[i] < floor)
            {
                rest = Math.Max(rest, bytes[i]);
            }
            else if (Table.Number(text) is var number and >= 0)
            {
                AddBytes(number, bytes[i]);
            }
            else
            {
                return false;
            }
        }

        if (withNone)
        {
            AddBytes(0, bytes[0]);
        }

        Rest += rest;
        return Rest is >= 0 and < long.MaxValue / 4;
    }

    private void AddBytes(int number, long bytes)
    {
        ref AddressSum sum = ref Table.Sums[number];
        sum.Bytes = Math.Min(sum.Bytes, long.MaxValue / 4) + bytes;
    }

    /// <summary>Whether a segment of these times is asked for as a whole. Flows that began before the time asked for are told apart by their rows.</summary>
    private bool Answers(SegmentSums.Times times) =>
        (ulong)(times.Earliest - sinceUs) <= spanUs && (ulong)(times.Latest - sinceUs) <= spanUs && times.Began >= firstUs;

    /// <summary>Adds a segment by its sums where they will do, else by its rows; false as with <see cref="Add(string)"/>.</summary>
    public bool AddSegment(string path) => AddSums(path) || Add(path);

    /// <summary>Adds a segment's sums; false, and nothing is added, where it has none or they do not answer the question.</summary>
    internal bool AddSums(string path)
    {
        bool bySource = by is SummaryKey.Address or SummaryKey.SourceAddress;
        bool byDestination = by is SummaryKey.Address or SummaryKey.DestinationAddress;

        if (!reader.TryReadSums(path, bytesOnly: false, out SegmentReader.Sums sums, ref values) || !Answers(sums.Times))
        {
            return false;
        }

        int sourceEntries = sums.SourceCount + 1, destinationEntries = sums.DestinationCount + 1;
        ReadOnlySpan<long> source = values.AsSpan(0, SegmentSums.SourceArrays * sourceEntries);
        ReadOnlySpan<long> destination = values.AsSpan(source.Length, SegmentSums.SideArrays * destinationEntries);
        if (!AreSound(source, destination, sourceEntries, destinationEntries, out long bytes, out long packets)
            || (bySource && !Names(sums.Sources, sums.SourceCount, ref sourceNames))
            || (byDestination && !Names(sums.Destinations, sums.DestinationCount, ref destinationNames))
            || !AddWhole(bytes, packets))
        {
            return false;
        }

        if (bySource)
        {
            AddSide(source, sourceEntries, sourceNames, 0);
        }

        if (byDestination)
        {
            // What has no address is on both sides, and counts once.
            AddSide(destination, destinationEntries, destinationNames, bySource ? 1 : 0);
        }

        if (bySource && byDestination)
        {
            TakeOwn(source, sourceEntries);
        }

        return true;
    }

    private void AddSide(ReadOnlySpan<long> side, int entries, int[] names, int from)
    {
        ReadOnlySpan<long> packets = Of(side, SegmentSums.PacketCount, entries), sent = Of(side, SegmentSums.Sent, entries), received = Of(side, SegmentSums.Received, entries);
        ReadOnlySpan<long> flows = Of(side, SegmentSums.Flows, entries), first = Of(side, SegmentSums.First, entries), last = Of(side, SegmentSums.Last, entries);
        Span<AddressSum> all = Table.Sums;
        for (int i = from; i < entries; i++)
        {
            ref AddressSum sum = ref all[names[i]];
            sum.Packets += packets[i];
            sum.Bytes += sent[i] + received[i];
            sum.Sent += sent[i];
            sum.Flows += flows[i];
            sum.FirstUs = Math.Min(sum.FirstUs, first[i]);
            sum.LastUs = Math.Max(sum.LastUs, last[i]);
        }
    }

    /// <summary>What a host says to itself was added for both sides, and counts once, as sent and received.</summary>
    private void TakeOwn(ReadOnlySpan<long> side, int entries)
    {
        ReadOnlySpan<long> packets = Of(side, SegmentSums.OwnPackets, entries), bytes = Of(side, SegmentSums.OwnBytes, entries), flows = Of(side, SegmentSums.OwnFlows, entries);
        Span<AddressSum> all = Table.Sums;
        for (int i = 1; i < entries; i++)
        {
            ref AddressSum sum = ref all[sourceNames[i]];
            sum.Packets -= packets[i];
            sum.Bytes -= bytes[i];
            sum.Flows -= flows[i];
            sum.Own += bytes[i];
        }
    }

    /// <summary>Both sides have the same totals, no number is negative, and none overflows.</summary>
    private static bool AreSound(ReadOnlySpan<long> source, ReadOnlySpan<long> destination, int sourceEntries, int destinationEntries, out long bytes, out long packets)
    {
        if (!Totals(source, sourceEntries, out bytes, out packets) || !Totals(destination, destinationEntries, out long otherBytes, out long otherPackets))
        {
            return false;
        }

        foreach (long own in source[SegmentSums.At(SegmentSums.OwnPackets, sourceEntries)..])
        {
            if (own < 0 || own > bytes + packets)
            {
                return false;
            }
        }

        return bytes == otherBytes && packets == otherPackets;
    }

    private static bool Totals(ReadOnlySpan<long> side, int entries, out long bytes, out long packets)
    {
        bytes = 0;
        packets = 0;
        ReadOnlySpan<long> counts = side[..SegmentSums.At(SegmentSums.First, entries)];
        foreach (long count in counts)
        {
            if (count is < 0 or > long.MaxValue / 4)
            {
                return false;
            }
        }

        ReadOnlySpan<long> counted = Of(side, SegmentSums.PacketCount, entries), sent = Of(side, SegmentSums.Sent, entries), received = Of(side, SegmentSums.Received, entries);
        for (int i = 0; i < counted.Length; i++)
        {
            packets += counted[i];
            bytes += sent[i] + received[i];
            if (packets < 0 || bytes is < 0 or > long.MaxValue / 2)
            {
                return false;
            }
        }

        return true;
    }

    private static ReadOnlySpan<long> Of(ReadOnlySpan<long> side, int array, int entries) => side.Slice(SegmentSums.At(array, entries), entries);
}
