using System.Numerics;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Ranges;

/// <summary>
/// Gathers ranges for a <see cref="RangeTable"/>, in any order. Ranges of one entry that overlap or touch become one. Where those of
/// different entries overlap, the one that begins later counts, so of networks the narrower one; of those that begin at once the one that
/// ends earlier, and of the same range the entry that was made later.
/// </summary>
public sealed class RangeTableBuilder
{
    private readonly List<Item<uint>> v4 = [];
    private readonly List<Item<UInt128>> v6 = [];
    private readonly Dictionary<(uint Number, string Text), int> entries = [];

    /// <summary>How many ranges there are so far.</summary>
    public int Count => v4.Count + v6.Count;

    /// <summary>The entry of that number and text.</summary>
    public int Entry(uint number, string text)
    {
        if (!entries.TryGetValue((number, text), out int entry))
        {
            entries.Add((number, text), entry = entries.Count);
        }

        return entry;
    }

    /// <summary>Adds a range, both ends in it.</summary>
    /// <exception cref="ArgumentException">It ends before it begins.</exception>
    public void Add(in IpAddress128 first, in IpAddress128 last, byte ipVersion, int entry)
    {
        if (first.CompareTo(last) > 0)
        {
            throw new ArgumentException("The range ends before it begins.", nameof(last));
        }

        // What is looked up goes by the IPv4 address in it.
        if (ipVersion == 4 || (first.IsMapped && last.IsMapped))
        {
            v4.Add(new((uint)first.Low, (uint)last.Low, entry));
        }
        else
        {
            v6.Add(new(new UInt128(first.High, first.Low), new UInt128(last.High, last.Low), entry));
        }
    }

    /// <summary>Adds an address or network.</summary>
    public void Add(AddressRange range, int entry)
    {
        ArgumentNullException.ThrowIfNull(range);
        Add(range.First, range.Last, range.IpVersion, entry);
    }

    /// <summary>The table.</summary>
    public RangeTable Build(RangeTableInfo info)
    {
        List<Item<uint>> flat4 = Flatten(v4, uint.MaxValue);
        List<Item<UInt128>> flat6 = Flatten(v6, UInt128.MaxValue);
        (uint Number, string Text)[] values = new (uint, string)[entries.Count];
        foreach (((uint Number, string Text) value, int entry) in entries)
        {
            values[entry] = value;
        }

        return new RangeTable(info, Arrays(flat4), Arrays(flat6),
            [.. values.Select(value => value.Number)], [.. values.Select(value => value.Text)]);
    }

    private static (T[] First, T[] Last, int[] Entry) Arrays<T>(List<Item<T>> items)
        where T : struct, IBinaryInteger<T> =>
        ([.. items.Select(item => item.First)], [.. items.Select(item => item.Last)], [.. items.Select(item => item.Entry)]);

    /// <summary>Walks the ranges by their begins, with those that are open on a stack, the one that counts on top.</summary>
    private static List<Item<T>> Flatten<T>(List<Item<T>> items, T most)
        where T : struct, IBinaryInteger<T>
    {
        Item<T>[] sorted = [.. items];
        Array.Sort(sorted, (left, right) => left.First.CompareTo(right.First) is var first and not 0 ? first
            : right.Last.CompareTo(left.Last) is var last and not 0 ? last
            : left.Entry.CompareTo(right.Entry));
        List<Item<T>> flat = new(sorted.Length);
        Stack<Item<T>> open = new();

        // Where what is not written yet begins; nothing is left behind the last value there is.
        T from = T.Zero;
        bool full = false;
        foreach (Item<T> item in sorted)
        {
            while (open.TryPeek(out Item<T> ended) && ended.Last < item.First)
            {
                open.Pop();
                WriteTo(ended.Last, ended.Entry);
            }

            if (open.TryPeek(out Item<T> outer) && from < item.First)
            {
                WriteTo(item.First - T.One, outer.Entry);
            }

            from = item.First;
            open.Push(item);
        }

        while (open.TryPop(out Item<T> item))
        {
            WriteTo(item.Last, item.Entry);
        }

        return flat;

        void WriteTo(T last, int entry)
        {
            if (full || from > last)
            {
                return;
            }

            if (flat.Count > 0 && flat[^1] is var before && before.Entry == entry && before.Last + T.One == from)
            {
                flat[^1] = before with { Last = last };
            }
            else
            {
                flat.Add(new(from, last, entry));
            }

            full = last == most;
            from = full ? last : last + T.One;
        }
    }

    private readonly record struct Item<T>(T First, T Last, int Entry)
        where T : struct, IBinaryInteger<T>;
}
