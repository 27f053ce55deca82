using CsCheck;
using NetTraffic.Enrichment.Ranges;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Enrichment.Tests.Ranges;

public class RangeTableTests
{
    [Fact]
    public void An_address_is_found_between_both_ends_of_its_range_and_nowhere_else()
    {
        RangeTable table = Tables.Of(("192.0.2.16-192.0.2.31", "A"), ("2001:db8::/64", "B"));
        Assert.Equal(
            [null, "A", "A", null],
            new[] { "192.0.2.15", "192.0.2.16", "192.0.2.31", "192.0.2.32" }.Select(table.At));
        Assert.Equal(
            [null, "B", "B", null],
            new[] { "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::" }
                .Select(table.At));
        Assert.Equal((2, 1), (table.Count, table.CountOfIPv4));
    }

    [Fact]
    public void Of_nested_networks_the_narrowest_counts()
    {
        RangeTable table = Tables.Of(
            ("10.1.2.0/24", "inner"), ("10.0.0.0/8", "outer"), ("10.1.0.0/16", "middle"), ("10.1.2.3/32", "one"));
        Assert.Equal(
            ["outer", "middle", "inner", "one", "inner", "middle", "outer", null],
            new[] { "10.0.0.0", "10.1.0.0", "10.1.2.0", "10.1.2.3", "10.1.2.4", "10.1.3.0", "10.2.0.0", "11.0.0.0" }.Select(table.At));
    }

    [Fact]
    public void Ranges_of_one_entry_that_overlap_touch_or_nest_become_one()
    {
        RangeTable table = Tables.Of(
            ("192.0.2.0/25", "A"), ("192.0.2.128/25", "A"), ("192.0.3.0-192.0.3.9", "A"), ("192.0.2.0/24", "A"), ("192.0.2.77/32", "A"));
        Assert.Equal(1, table.Count);
        Assert.Equal(["A", "A", null], new[] { "192.0.2.0", "192.0.3.9", "192.0.3.10" }.Select(table.At));
    }

    [Theory]
    [InlineData("0.0.0.0/0", "255.255.255.0/24", "0.0.0.0", "255.255.254.255", "255.255.255.0", "255.255.255.255")]
    [InlineData("::/0", "ffff:ffff::/32", "::", "ffff:fffe:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void The_whole_space_has_its_last_address_and_what_is_nested_at_its_end(
        string all, string end, string first, string before, string begin, string last)
    {
        RangeTable table = Tables.Of((all, "all"), (end, "end"));
        Assert.Equal(["all", "all", "end", "end"], new[] { first, before, begin, last }.Select(table.At));
        Assert.Equal(2, table.Count);
        Assert.Equal("all", Tables.Of((all, "all")).At(last));
    }

    [Fact]
    public void An_address_of_IPv4_is_the_same_in_IPv6()
    {
        RangeTable table = Tables.Of(("192.0.2.0/24", "A"), ("::ffff:198.51.100.0/120", "B"), ("::/0", "six"));
        Assert.Equal(["A", "A", "B", "B"],
            new[] { "192.0.2.1", "::ffff:192.0.2.1", "198.51.100.1", "::ffff:198.51.100.1" }.Select(table.At));
        Assert.Null(table.At("203.0.113.1"));
        Assert.Null(table.At("::ffff:203.0.113.1"));
        Assert.Equal("six", table.At("::fffe:192.0.2.1"));
    }

    [Fact]
    public void Nothing_is_in_an_empty_table()
    {
        RangeTable table = new RangeTableBuilder().Build(Tables.Info);
        Assert.Equal([null, null, null], new[] { "0.0.0.0", "255.255.255.255", "::" }.Select(table.At));
    }

    [Fact]
    public void A_range_that_ends_before_it_begins_is_refused() =>
        Assert.Throws<ArgumentException>(() => Tables.Of(("192.0.2.9-192.0.2.1", "A")));

    /// <summary>Against a list that is walked, at every place where something begins or ends; both IP versions.</summary>
    [Fact]
    public void A_table_answers_as_a_list_that_is_walked_does()
    {
        // Few values and entries, so that ranges nest, touch and overlap; also at both ends of the space and across the first 16 bits.
        Gen<UInt128> value = Gen.OneOf(
            Gen.Int[0, 40].Select(i => (UInt128)i), Gen.Int[0, 40].Select(i => UInt128.MaxValue - (UInt128)i),
            Gen.Int[-20, 20].Select(i => (UInt128)(((Int128)7 << 112) + i)));
        Gen<(UInt128 First, UInt128 Last, int Entry)[]> ranges = Gen.Select(value, value, Gen.Int[0, 3], (one, other, entry) =>
            (UInt128.Min(one, other), UInt128.Max(one, other), entry)).Array[0, 12];
        Gen.Select(ranges, Gen.Bool).Sample((list, four) =>
        {
            RangeTableBuilder builder = new();
            for (uint entry = 0; entry <= 3; entry++)
            {
                builder.Entry(entry, $"{entry}");
            }

            foreach ((UInt128 first, UInt128 last, int entry) in list)
            {
                builder.Add(Place(first), Place(last), four ? (byte)4 : (byte)6, entry);
            }

            RangeTable table = builder.Build(Tables.Info);
            foreach (UInt128 at in list.SelectMany(range => new[] { range.First, range.Last, range.First - 1, range.Last + 1 }))
            {
                // What begins later counts, then what ends earlier, then the later entry.
                int expected = list.Where(range => range.First <= at && at <= range.Last)
                    .OrderByDescending(range => range.First).ThenBy(range => range.Last).ThenByDescending(range => range.Entry)
                    .Select(range => (int?)range.Entry).FirstOrDefault() ?? -1;
                Assert.Equal(expected, table.Find(Place(at), four ? (byte)4 : (byte)6));
            }

            (UInt128[] firsts, UInt128[] lasts, _) = table.IPv6;
            Assert.All(Enumerable.Range(0, firsts.Length), i =>
                Assert.True(firsts[i] <= lasts[i] && (i == 0 || lasts[i - 1] < firsts[i])));

            // The same order in 32 bits: the first values, the last ones, and those around 0.7.0.0.
            IpAddress128 Place(UInt128 at) => !four ? new IpAddress128((ulong)(at >> 64), (ulong)at)
                : IpAddress128.FromIPv4(at >> 120 != 0 ? uint.MaxValue - (uint)(UInt128.MaxValue - at)
                    : at < 1000 ? (uint)at
                    : (uint)((7 << 16) + (int)(Int128)(at - ((UInt128)7 << 112))));
        }, iter: 3000);
    }

    [Fact]
    public void A_lookup_allocates_nothing()
    {
        RangeTable table = Tables.Of(("192.0.2.0/24", "A"), ("2001:db8::/32", "B"), ("198.51.100.0/24", "C"));
        (IpAddress128 four, _) = Tables.Address("192.0.2.9");
        (IpAddress128 six, _) = Tables.Address("2001:db8::9");
        (IpAddress128 none, _) = Tables.Address("203.0.113.9");
        Look(10_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int length = Look(10_000);
        Allocations.AssertNoneSince(before);
        Assert.Equal(20_000, length);

        int Look(int times)
        {
            int found = 0;
            for (int i = 0; i < times; i++)
            {
                found += table.Text(table.Find(four, 4)).Length + table.Text(table.Find(six, 6)).Length + 1 + table.Find(none, 4);
            }

            return found;
        }
    }
}
