using System.Text;
using NetTraffic.Enrichment.Blocklists;
using NetTraffic.Enrichment.Tests.Ranges;

namespace NetTraffic.Enrichment.Tests.Blocklists;

public class BlocklistReaderTests
{
    [Fact]
    public void Plain_lists_have_an_address_or_network_a_line()
    {
        BlocklistReader.Result read = Read("192.0.2.1\n\n  198.51.100.0/24  \n2001:db8::/32\n203.0.113.7 # seen twice\n203.0.113.9;x\n");
        Assert.Equal((5, 0, null), (read.Entries, read.Skipped, read.FirstSkipped));
        AssertOn(read, "192.0.2.1", "198.51.100.0", "198.51.100.255", "2001:db8:ffff::1", "203.0.113.7", "203.0.113.9");
        AssertNotOn(read, "192.0.2.2", "198.51.101.0", "2001:db9::", "203.0.113.8");
    }

    [Fact]
    public void Netsets_have_comments_and_networks_may_be_written_by_any_address_of_theirs()
    {
        BlocklistReader.Result read = Read("""
            #
            # firehol_level1
            ; another
            // and another
            10.20.30.40/16
            192.0.2.0/32
            0.0.0.0/8
            """);
        Assert.Equal((3, 0), (read.Entries, read.Skipped));
        AssertOn(read, "10.20.0.0", "10.20.255.255", "192.0.2.0", "0.1.2.3");
        AssertNotOn(read, "10.21.0.0", "192.0.2.1", "1.0.0.0");
    }

    [Theory]
    [InlineData("192.0.2.1-192.0.2.9")]
    [InlineData("192.0.2.1 - 192.0.2.9")]
    [InlineData("192.0.2.1\t-\t192.0.2.9 # scanners")]
    public void Ranges_have_both_ends_in_them(string line)
    {
        BlocklistReader.Result read = Read(line);
        AssertOn(read, "192.0.2.1", "192.0.2.5", "192.0.2.9");
        AssertNotOn(read, "192.0.2.0", "192.0.2.10");
    }

    [Fact]
    public void What_stands_behind_a_dash_and_is_no_address_is_a_comment()
    {
        BlocklistReader.Result read = Read("192.0.2.1 - known scanner\n2001:db8::1-2001:db8::3");
        Assert.Equal((2, 0), (read.Entries, read.Skipped));
        AssertOn(read, "192.0.2.1", "2001:db8::2");
        AssertNotOn(read, "192.0.2.2");
    }

    [Fact]
    public void Spamhaus_DROP_as_text()
    {
        BlocklistReader.Result read = Read("""
            ; Spamhaus DROP List 2026/03/01
            ; Expires: Sun, 01 Mar 2026
            192.0.2.0/24 ; SBL256894
            198.51.100.0/22 ; SBL434604
            """);
        Assert.Equal((2, 0), (read.Entries, read.Skipped));
        AssertOn(read, "192.0.2.77", "198.51.103.255");
    }

    [Fact]
    public void Spamhaus_DROP_as_JSON_lines()
    {
        BlocklistReader.Result read = Read("""
            {"cidr":"192.0.2.0/24","sblid":"SBL256894","rir":"apnic"}
            {"cidr":"2001:db8::/32","sblid":"SBL434604","rir":"arin"}
            {"type":"metadata","timestamp":1772358000,"size":2,"records":2,"copyright":"(c) 2026 The Spamhaus Project SLU"}
            """);
        Assert.Equal((2, 0), (read.Entries, read.Skipped));
        AssertOn(read, "192.0.2.77", "2001:db8::1");
    }

    [Theory]
    [InlineData("dst_ip")]
    [InlineData("DST_IP")]
    [InlineData("2")]
    public void CSV_has_a_column_with_quotes_and_commas_before_it(string column)
    {
        BlocklistReader.Result read = Read(""""
            # Feodo Tracker
            "first_seen, utc","dst_ip","port"
            "2026-01-01, 00:00","192.0.2.1","443"
            2026-01-02,198.51.100.0/24,80
            "2026-01-03, ""x""","2001:db8::1",8080
            2026-01-04,,80
            """", column);
        Assert.Equal((3, column == "2" ? 1 : 0), (read.Entries, read.Skipped));
        AssertOn(read, "192.0.2.1", "198.51.100.9", "2001:db8::1");
    }

    [Fact]
    public void A_column_that_is_not_there_is_said_with_the_first_line() =>
        Assert.Contains("'ip'; its first line: a,b", Assert.Throws<FormatException>(() => Read("a,b\n1,192.0.2.1", "ip")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("192.0.2.1\r\n192.0.2.3\r\n")]
    [InlineData("192.0.2.1\r192.0.2.3")]
    [InlineData("192.0.2.1\n\r\n\n192.0.2.3\n\n")]
    public void Lines_end_as_on_any_system(string text) => AssertOn(Read(text), "192.0.2.1", "192.0.2.3");

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_line()
    {
        foreach (Encoding encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            using StreamReader reader = new(new MemoryStream([.. encoding.GetPreamble(), .. encoding.GetBytes("192.0.2.1\nname")]));
            BlocklistReader.Result read = BlocklistReader.Read(reader, null, Tables.Info, CancellationToken.None);
            Assert.Equal((1, "name"), (read.Entries, read.FirstSkipped));
        }
    }

    [Theory]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/x")]
    [InlineData("192.0.2.9-192.0.2.1")]
    [InlineData("192.0.2.9-2001:db8::1")]
    [InlineData("192.0.2")]
    [InlineData("3221225985")]
    [InlineData("192.0.2.256")]
    [InlineData("2001:db8::/129")]
    [InlineData("{\"cidr\":7}")]
    [InlineData("{\"cidr\":\"192.0.2.1\"")]
    [InlineData("{\"cidr\":\"\\ud800\"}")] // half of a letter
    [InlineData("{\"type\":\"\\ud800\"}")]
    [InlineData("010.0.0.1")] // octal to some
    [InlineData("10.0.0.08/32")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("bad.example.org")]
    public void A_line_that_is_no_address_is_counted_and_the_first_is_told(string line)
    {
        BlocklistReader.Result read = Read($"{line}\n198.51.100.1\nnone\n");
        Assert.Equal((1, 2, line), (read.Entries, read.Skipped, read.FirstSkipped));
        Assert.Equal(1, read.Table.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n\n")]
    [InlineData("<html><body>404 not found</body></html>")]
    [InlineData("{\"type\":\"metadata\"}")]
    public void A_list_without_an_address_is_none(string text) => Assert.Throws<FormatException>(() => Read(text));

    /// <summary>A default route among networks: the whole internet would be suspicious.</summary>
    [Theory]
    [InlineData("192.0.2.1\n0.0.0.0/0", "IPv4")]
    [InlineData("0.0.0.0-255.255.255.255", "IPv4")]
    [InlineData("0.0.0.0/1\n192.0.2.1\n128.0.0.0/1", "IPv4")]
    [InlineData("::/0\n2001:db8::/32", "IPv6")]
    public void A_list_with_every_address_is_none(string text, string which) =>
        Assert.Equal($"it has every {which} address there is", Assert.Throws<FormatException>(() => Read(text)).Message);

    [Fact]
    public void A_list_with_half_of_all_addresses_is_one() => AssertOn(Read("0.0.0.0/1\n::/1"), "8.8.8.8", "2001:db8::1");

    /// <summary>The cut is in the middle of a letter of two halves.</summary>
    [Fact]
    public void A_line_of_JSON_that_is_cut_is_no_address()
    {
        BlocklistReader.Result read = Read($"{{{new string('x', (1 << 16) - 2)}\U0001F600\n192.0.2.3");
        Assert.Equal((1, 1), (read.Entries, read.Skipped));
    }

    /// <summary>As /dev/zero is.</summary>
    [Fact]
    public void A_text_that_does_not_end_is_refused_and_can_be_stopped()
    {
        using Endless text = new("192.0.2.1\n", '\0', long.MaxValue - 100, "");
        Assert.Equal("it has more than 256 MB",
            Assert.Throws<FormatException>(() => BlocklistReader.Read(text, null, Tables.Info, CancellationToken.None)).Message);
        using CancellationTokenSource stop = new();
        using Endless other = new("192.0.2.1\n", '\0', long.MaxValue - 100, "", () => stop.Cancel());
        Assert.Throws<OperationCanceledException>(() => BlocklistReader.Read(other, null, Tables.Info, stop.Token));
    }

    /// <summary>A line without an end: of a file that is none, or a bomb.</summary>
    [Fact]
    public void A_line_that_does_not_end_costs_no_memory()
    {
        using Endless text = new("192.0.2.1\n", 'x', 200L << 20, "\n192.0.2.3\n");
        long before = GC.GetAllocatedBytesForCurrentThread();
        BlocklistReader.Result read = BlocklistReader.Read(text, null, Tables.Info, CancellationToken.None);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8L << 20);
        Assert.Equal((2, 1, new string('x', 100)), (read.Entries, read.Skipped, read.FirstSkipped));
        AssertOn(read, "192.0.2.1", "192.0.2.3");
    }

    /// <summary>Its beginning alone would be an address.</summary>
    [Fact]
    public void A_line_that_is_cut_is_no_address()
    {
        BlocklistReader.Result read = Read($"192.0.2.1{new string(' ', 1 << 16)}/8\n192.0.2.3");
        Assert.Equal((1, 1), (read.Entries, read.Skipped));
        AssertNotOn(read, "192.0.2.1");
    }

    [Fact]
    public void Reading_can_be_stopped() => Assert.Throws<OperationCanceledException>(() =>
        BlocklistReader.Read(new StringReader("192.0.2.1"), null, Tables.Info, new CancellationToken(true)));

    private static BlocklistReader.Result Read(string text, string? column = null) =>
        BlocklistReader.Read(new StringReader(text), column, Tables.Info, CancellationToken.None);

    private static void AssertOn(BlocklistReader.Result read, params string[] addresses) =>
        Assert.All(addresses, address => Assert.NotNull(read.Table.At(address)));

    private static void AssertNotOn(BlocklistReader.Result read, params string[] addresses) =>
        Assert.All(addresses, address => Assert.Null(read.Table.At(address)));

    /// <summary>A text, so many of one letter, and another text. Tells when a thousand letters were read.</summary>
    private sealed class Endless(string begin, char letter, long count, string end, Action? later = null) : TextReader
    {
        private long at;

        public override int Read(char[] buffer, int index, int length)
        {
            if (at > 1000)
            {
                later?.Invoke();
            }

            int i = 0;
            for (; i < length && at < begin.Length + count + end.Length; i++, at++)
            {
                buffer[index + i] = at < begin.Length ? begin[(int)at] : at < begin.Length + count ? letter
                    : end[(int)(at - begin.Length - count)];
            }

            return i;
        }
    }
}
