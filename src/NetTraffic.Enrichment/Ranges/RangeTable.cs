using System.Numerics;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment.Ranges;

/// <summary>
/// Ranges of addresses that do not overlap, each with an entry: a country, an autonomous system, or nothing but that it is on a list.
/// Looks up by binary search between the neighbours that the first 16 bits of an address name; allocates nothing. Safe for several threads.
/// </summary>
public sealed class RangeTable
{
    private const int Buckets = 1 << 16;
    private readonly uint[] first4;
    private readonly uint[] last4;
    private readonly int[] entry4;
    private readonly int[] bucket4;
    private readonly UInt128[] first6;
    private readonly UInt128[] last6;
    private readonly int[] entry6;
    private readonly int[] bucket6;
    private readonly uint[] numbers;
    private readonly string[] texts;

    internal RangeTable(
        RangeTableInfo info, (uint[] First, uint[] Last, int[] Entry) v4, (UInt128[] First, UInt128[] Last, int[] Entry) v6,
        uint[] numbers, string[] texts)
    {
        Info = info;
        (first4, last4, entry4) = v4;
        (first6, last6, entry6) = v6;
        this.numbers = numbers;
        this.texts = texts;
        bucket4 = Index(first4.Length, i => (int)(first4[i] >> 16));
        bucket6 = Index(first6.Length, i => (int)(first6[i] >> 112));
    }

    /// <summary>What the table is of, and from where.</summary>
    public RangeTableInfo Info { get; }

    /// <summary>Number of ranges, of both IP versions.</summary>
    public int Count => first4.Length + first6.Length;

    /// <summary>Number of IPv4 ranges.</summary>
    public int CountOfIPv4 => first4.Length;

    /// <summary>Whether one range holds all addresses of an IP version.</summary>
    /// <param name="ipVersion">4 or 6.</param>
    public bool HasAll(byte ipVersion) => ipVersion == 4
        ? first4 is [0] && last4 is [uint.MaxValue]
        : first6.Length == 1 && first6[0] == 0 && last6[0] == UInt128.MaxValue;

    internal (uint[] First, uint[] Last, int[] Entry) IPv4 => (first4, last4, entry4);

    internal (UInt128[] First, UInt128[] Last, int[] Entry) IPv6 => (first6, last6, entry6);

    internal uint[] Numbers => numbers;

    internal string[] Texts => texts;

    /// <summary>
    /// The entry of the range that an address lies in; -1: it lies in none. An IPv4-mapped address is looked up as the IPv4 one in it.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="ipVersion">4 or 6.</param>
    public int Find(in IpAddress128 address, byte ipVersion)
    {
        if (ipVersion == 4 || address.IsMapped)
        {
            uint value = (uint)address.Low;
            int at = Last(first4, bucket4, (int)(value >> 16), value);
            return at >= 0 && value <= last4[at] ? entry4[at] : -1;
        }
        else
        {
            UInt128 value = new(address.High, address.Low);
            int at = Last(first6, bucket6, (int)(value >> 112), value);
            return at >= 0 && value <= last6[at] ? entry6[at] : -1;
        }
    }

    /// <summary>The number of an entry: an autonomous system's.</summary>
    /// <param name="entry">What <see cref="Find"/> gave.</param>
    public uint Number(int entry) => numbers[entry];

    /// <summary>The text of an entry: a country's code, an autonomous system's name.</summary>
    /// <param name="entry">What <see cref="Find"/> gave.</param>
    public string Text(int entry) => texts[entry];

    /// <summary>The last range that begins at or before a value; -1: none does.</summary>
    private static int Last<T>(T[] first, int[] buckets, int bucket, T value)
        where T : struct, IBinaryInteger<T>
    {
        // All ranges before the bucket's begin before the value, all behind its end behind it.
        int low = buckets[bucket];
        int high = buckets[bucket + 1];
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (first[middle] <= value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    /// <summary>For each value of the first 16 bits, how many ranges begin below it.</summary>
    private static int[] Index(int count, Func<int, int> bucketOf)
    {
        int[] index = new int[Buckets + 1];
        int bucket = 0;
        for (int i = 0; i < count; i++)
        {
            for (int own = bucketOf(i); bucket < own;)
            {
                index[++bucket] = i;
            }
        }

        while (bucket < Buckets)
        {
            index[++bucket] = count;
        }

        return index;
    }
}

/// <summary>What a table of ranges is of, and from where.</summary>
/// <param name="Kind">What its entries are: <c>country</c>, <c>asn</c>, <c>blocklist</c>.</param>
/// <param name="Source">Where it came from: a package with its version, a file's path, an address on the web.</param>
/// <param name="License">The terms under which it may be used; empty: not known.</param>
/// <param name="Date">When its content was made, UTC; when it was taken where it does not say.</param>
public sealed record RangeTableInfo(string Kind, string Source, string License, DateTime Date);
