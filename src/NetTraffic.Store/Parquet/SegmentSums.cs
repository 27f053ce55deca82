using System.Buffers.Binary;
using NetTraffic.Packets;

namespace NetTraffic.Store.Parquet;

/// <summary>
/// What a segment's rows sum up to by address, kept in the file between its columns and its footer, where Parquet readers do not look.
/// One entry for rows without an address, then one for each of the address column's dictionary, in its order; so that the largest
/// addresses of a long time cost a segment's addresses, not its rows. Form: "NTSUMS01", earliest time, latest time and earliest start
/// time (8 bytes each), then for each array its length in 4 bytes and its DELTA_BINARY_PACKED values: those of the source side
/// (<see cref="SourceArrays"/>), then those of the destination side (<see cref="SideArrays"/>). Numbers are little endian.
/// </summary>
internal sealed class SegmentSums
{
    /// <summary>Arrays of either side, seen from the address: packets, bytes sent, bytes received, flows that began, first time, last time.</summary>
    public const int PacketCount = 0, Sent = 1, Received = 2, Flows = 3, First = 4, Last = 5, SideArrays = 6;

    /// <summary>Further arrays of the source side: packets, bytes and flows of a host with itself, which both sides count.</summary>
    public const int OwnPackets = 6, OwnBytes = 7, OwnFlows = 8, SourceArrays = 9;

    private const int HeaderBytes = 8 + (3 * 8);

    // So that sums over the rows of the largest segment stay below 2^62.
    private const long LargestValue = 1L << 44;

    // Where a row has an address of its own, its sums save nothing.
    private const int RowsPerEntry = 2;

    // Kept from segment to segment: an import writes one for every 131,072 rows.
    private long[] sourceValues = [], destinationValues = [];

    private static ReadOnlySpan<byte> Magic => "NTSUMS01"u8;

    /// <summary>Where an array begins among the values.</summary>
    public static int At(int array, int entries) => array * entries;

    /// <summary>Appends the sums of rows, or nothing where they would not be worth it or not fit 64 bits.</summary>
    public void Write(ByteBuffer output, in Rows rows)
    {
        int sources = rows.Sources.Length + 1, destinations = rows.Destinations.Length + 1;
        int count = rows.Time.Length;
        if (count == 0 || (long)RowsPerEntry * (sources + destinations) > count)
        {
            return;
        }

        Span<long> source = Begin(ref sourceValues, SourceArrays, sources);
        Span<long> destination = Begin(ref destinationValues, SideArrays, destinations);
        long earliest = long.MaxValue, latest = long.MinValue, began = long.MaxValue;
        ulong all = 0;
        int sourceAt = 0, destinationAt = 0;
        for (int i = 0; i < count; i++)
        {
            int one = rows.SourceLevels.IsEmpty || rows.SourceLevels[i] != 0 ? 1 + rows.SourceIndices[sourceAt++] : 0;
            int other = rows.DestinationLevels.IsEmpty || rows.DestinationLevels[i] != 0 ? 1 + rows.DestinationIndices[destinationAt++] : 0;
            if ((one == 0) != (other == 0))
            {
                return;
            }

            long packets = rows.SourcePackets[i] + rows.DestinationPackets[i];
            long outward = rows.SourceBytes[i], inward = rows.DestinationBytes[i];
            all |= (ulong)(rows.SourcePackets[i] | rows.DestinationPackets[i] | outward | inward);
            long flows = rows.Time[i] == rows.StartTime[i] ? 1 : 0;
            earliest = Math.Min(earliest, rows.Time[i]);
            latest = Math.Max(latest, rows.Time[i]);
            began = Math.Min(began, rows.StartTime[i]);
            Add(source, sources, one, packets, outward, inward, flows, rows.Time[i], rows.EndTime[i]);
            Add(destination, destinations, other, packets, inward, outward, flows, rows.Time[i], rows.EndTime[i]);
            if (one != 0 && rows.Sources[one - 1] == rows.Destinations[other - 1])
            {
                source[At(OwnPackets, sources) + one] += packets;
                source[At(OwnBytes, sources) + one] += outward + inward;
                source[At(OwnFlows, sources) + one] += flows;
            }
        }

        if (all >= (ulong)LargestValue)
        {
            return;
        }

        output.Write(Magic);
        Span<byte> times = output.Reserve(3 * 8);
        BinaryPrimitives.WriteInt64LittleEndian(times, earliest);
        BinaryPrimitives.WriteInt64LittleEndian(times[8..], latest);
        BinaryPrimitives.WriteInt64LittleEndian(times[16..], began);
        output.Advance(3 * 8);
        WriteArrays(output, source, sources);
        WriteArrays(output, destination, destinations);
    }

    /// <summary>Reads a block; false where there is none, or it is damaged.</summary>
    /// <param name="block">The bytes between the columns and the footer.</param>
    /// <param name="sources">Entries of the source side: addresses in the dictionary and one more.</param>
    /// <param name="destinations">Entries of the destination side.</param>
    /// <param name="values">Takes the source side's arrays, then the destination side's; made larger where it must be.</param>
    /// <param name="times">Takes the times of the header.</param>
    public static bool TryRead(ReadOnlySpan<byte> block, int sources, int destinations, ref long[] values, out Times times)
    {
        long total = ((long)SourceArrays * sources) + ((long)SideArrays * destinations);
        return Header(ref block, total, ref values, out times)
            && ReadArrays(ref block, SourceArrays, sources, values.AsSpan(0, SourceArrays * sources))
            && ReadArrays(ref block, SideArrays, destinations, values.AsSpan(SourceArrays * sources, SideArrays * destinations)) && block.IsEmpty;
    }

    /// <summary>
    /// Reads of a block only what is needed to rank addresses: of each entry the bytes, those of the source side without what a host
    /// says to itself, so that an address has the sum of both. As <see cref="TryRead"/> otherwise.
    /// </summary>
    public static bool TryReadBytes(ReadOnlySpan<byte> block, int sources, int destinations, ref long[] values, out Times times)
    {
        int most = Math.Max(sources, destinations);
        if (!Header(ref block, (long)sources + destinations + most, ref values, out times))
        {
            return false;
        }

        Span<long> bytes = values.AsSpan(0, sources), other = values.AsSpan(sources, destinations), scratch = values.AsSpan(sources + destinations, most);
        return Skip(ref block, Sent) && Bytes(ref block, bytes, scratch) && Skip(ref block, OwnBytes - Received - 1) && Subtract(ref block, bytes, scratch)
            && Skip(ref block, SourceArrays - OwnBytes - 1 + Sent) && Bytes(ref block, other, scratch);
    }

    private static Span<long> Begin(ref long[] kept, int arrays, int entries)
    {
        if (kept.Length < arrays * entries)
        {
            kept = new long[arrays * entries * 5 / 4];
        }

        Span<long> values = kept.AsSpan(0, arrays * entries);
        values.Clear();
        values.Slice(At(First, entries), entries).Fill(long.MaxValue);
        values.Slice(At(Last, entries), entries).Fill(long.MinValue);
        return values;
    }

    private static void Add(Span<long> values, int entries, int at, long packets, long sent, long received, long flows, long time, long end)
    {
        values[At(PacketCount, entries) + at] += packets;
        values[At(Sent, entries) + at] += sent;
        values[At(Received, entries) + at] += received;
        values[At(Flows, entries) + at] += flows;
        ref long first = ref values[At(First, entries) + at];
        first = Math.Min(first, time);
        ref long last = ref values[At(Last, entries) + at];
        last = Math.Max(last, end);
    }

    private static void WriteArrays(ByteBuffer output, ReadOnlySpan<long> values, int entries)
    {
        for (int start = 0; start < values.Length; start += entries)
        {
            int at = output.Length;
            output.WriteInt32(0);
            Encodings.Delta(output, values.Slice(start, entries), narrow: false);
            output.PatchInt32(at, output.Length - at - 4);
        }
    }

    private static bool Header(ref ReadOnlySpan<byte> block, long total, ref long[] values, out Times times)
    {
        times = default;

        // A dictionary entry takes 4 bytes or more and those are read, so that a damaged count cannot ask for much.
        if (block.Length < HeaderBytes || !block.StartsWith(Magic) || total > Array.MaxLength / 2)
        {
            return false;
        }

        times = new Times(
            BinaryPrimitives.ReadInt64LittleEndian(block[8..]), BinaryPrimitives.ReadInt64LittleEndian(block[16..]), BinaryPrimitives.ReadInt64LittleEndian(block[24..]));
        block = block[HeaderBytes..];
        if (values.Length < total)
        {
            values = new long[total + (total / 4)];
        }

        return true;
    }

    private static bool Skip(ref ReadOnlySpan<byte> block, int arrays)
    {
        while (arrays-- > 0)
        {
            if (!TextCursor.Entry(ref block, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads bytes sent and bytes received, and adds them up.</summary>
    private static bool Bytes(ref ReadOnlySpan<byte> block, Span<long> bytes, Span<long> scratch)
    {
        Span<long> received = scratch[..bytes.Length];
        if (!ReadArrays(ref block, 1, bytes.Length, bytes) || !ReadArrays(ref block, 1, bytes.Length, received))
        {
            return false;
        }

        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = unchecked(bytes[i] + received[i]);
        }

        return true;
    }

    private static bool Subtract(ref ReadOnlySpan<byte> block, Span<long> bytes, Span<long> scratch)
    {
        Span<long> own = scratch[..bytes.Length];
        if (!ReadArrays(ref block, 1, bytes.Length, own))
        {
            return false;
        }

        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = unchecked(bytes[i] - own[i]);
        }

        return true;
    }

    private static bool ReadArrays(ref ReadOnlySpan<byte> block, int arrays, int entries, Span<long> values)
    {
        for (int array = 0; array < arrays; array++)
        {
            if (!TextCursor.Entry(ref block, out ReadOnlySpan<byte> page) || !DeltaCursor.TryBegin(page, entries, out DeltaCursor cursor)
                || !cursor.Next(values.Slice(At(array, entries), entries)) || !cursor.Ended)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Times of a segment in microseconds since 1970: earliest and latest <c>time</c>, earliest <c>start_time</c>.</summary>
    public readonly record struct Times(long Earliest, long Latest, long Began);

    /// <summary>The columns of a segment that are summed up.</summary>
    public readonly ref struct Rows
    {
        public ReadOnlySpan<long> Time { get; init; }

        public ReadOnlySpan<long> EndTime { get; init; }

        public ReadOnlySpan<long> StartTime { get; init; }

        public ReadOnlySpan<long> SourcePackets { get; init; }

        public ReadOnlySpan<long> SourceBytes { get; init; }

        public ReadOnlySpan<long> DestinationPackets { get; init; }

        public ReadOnlySpan<long> DestinationBytes { get; init; }

        public ReadOnlySpan<int> SourceIndices { get; init; }

        public ReadOnlySpan<int> DestinationIndices { get; init; }

        public ReadOnlySpan<int> SourceLevels { get; init; }

        public ReadOnlySpan<int> DestinationLevels { get; init; }

        public ReadOnlySpan<IpAddress128> Sources { get; init; }

        public ReadOnlySpan<IpAddress128> Destinations { get; init; }
    }
}
