using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Ranges;

/// <summary>
/// Gathers ranges for a <see cref="RangeTable"/>, in any order. Ranges of one entry that overlap or touch become one; where those of
/// different entries overlap, the narrower one counts.
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

        if (ipVersion == 4)
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
        List<Item<uint>> flat4 = Flatten(v4, value => value + 1, value => value - 1, uint.MaxValue);
        List<Item<UInt128>> flat6 = Flatten(v6, value => value + 1, value => value - 1, UInt128.MaxValue);
        (uint Number, string Text)[] values = new (uint, string)[entries.Count];
        foreach (((uint Number, string Text) value, int entry) in entries)
        {
            values[entry] = value;
        }

        return new RangeTable(info, Arrays(flat4), Arrays(flat6),
            [.. values.Select(value => value.Number)], [.. values.Select(value => value.Text)]);
    }

    private static (T[] First, T[] Last, int[] Entry) Arrays<T>(List<Item<T>> items)
        where T : IComparable<T> =>
        ([.. items.Select(item => item.First)], [.. items.Select(item => item.Last)], [.. items.Select(item => item.Entry)]);

    /// <summary>Walks the ranges by their begins, with those that are open on a stack, the narrowest on top.</summary>
    private static List<Item<T>> Flatten<T>(List<Item<T>> items, Func<T, T> next, Func<T, T> previous, T most)
        where T : struct, IComparable<T>
    {
        Item<T>[] sorted = [.. items];
        Array.Sort(sorted, (left, right) => left.First.CompareTo(right.First) is var order and not 0 ? order : right.Last.CompareTo(left.Last));
        List<Item<T>> flat = new(sorted.Length);
        Stack<Item<T>> open = new();
        T from = default;
        foreach (Item<T> item in sorted)
        {
            CloseBefore(item.First);
            if (open.TryPeek(out Item<T> outer) && from.CompareTo(item.First) < 0)
            {
                Put(from, previous(item.First), outer.Entry);
            }

            from = item.First;
            open.Push(item);
        }

        while (open.TryPop(out Item<T> last))
        {
            End(last);
        }

        return flat;

        // Ends what ends before a value.
        void CloseBefore(T value)
        {
            while (open.TryPeek(out Item<T> top) && top.Last.CompareTo(value) < 0)
            {
                open.Pop();
                End(top);
            }
        }

        void End(Item<T> item)
        {
            if (from.CompareTo(item.Last) <= 0)
            {
                Put(from, item.Last, item.Entry);
                from = item.Last.CompareTo(most) == 0 ? most : next(item.Last);
            }
        }

        void Put(T first, T last, int entry)
        {
            if (flat.Count > 0 && flat[^1] is var before && before.Entry == entry && before.Last.CompareTo(most) != 0
                && next(before.Last).CompareTo(first) >= 0)
            {
                flat[^1] = before with { Last = last };
            }
            else
            {
                flat.Add(new(first, last, entry));
            }
        }
    }

    private readonly record struct Item<T>(T First, T Last, int Entry)
        where T : IComparable<T>;
}
