using CsCheck;
using DuckDB.NET.Data;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>The direct sums give what the SQL gives, or leave the question to it.</summary>
public class AddressSumsTests
{
    public static TheoryData<SummaryKey> Keys => [SummaryKey.Address, SummaryKey.SourceAddress, SummaryKey.DestinationAddress];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Direct_sums_are_those_of_the_SQL(SummaryKey by) =>
        Gen.Select(Rows.Many, Gen.Int[0, 4], Gen.Int[-10, 190], Gen.Int[1, 190], Gen.Int[1, 40]).Sample(
            (rows, kind, since, length, top) =>
            {
                using ScratchFolder folder = new();
                using TrafficStore store = new(folder.Path);

                // Every tenth flow is a host's with itself.
                rows = [.. rows.Select(row => row.FlowId % 10 == 0 ? row with { Destination = row.Source } : row)];
                Rows.Store(store, rows, segmentRows: kind == 0 ? 100_000 : 7);
                DateTime from = UnixTime.FromMicroseconds(Rows.BaseUs).AddMinutes(since);
                TrafficFilter filter = new() { Since = kind is 2 or 4 ? from : null, Until = kind is 3 or 4 ? from.AddMinutes(length) : null };
                AssertSame(folder.Path, by, top, filter);
                AssertSame(folder.Path, by, 1000, filter);
            },
            iter: 12);

    [Fact]
    public void More_rows_than_a_batch_and_longer_names_add_up()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Random random = new(5);
        FlowRow[] rows = new FlowRow[20_011];
        for (int i = 0; i < rows.Length; i++)
        {
            long time = Rows.BaseUs + random.NextInt64(0, 3_000_000_000);
            bool ip = random.Next(50) > 0;
            bool four = random.Next(2) > 0;
            IpAddress128 Address() => four ? IpAddress128.FromIPv4(0xC0A80000u + (uint)random.Next(3000)) : new IpAddress128(0x20010DB8_11112222, 0x33334444_55550000ul + (ulong)random.Next(3000));
            rows[i] = new FlowRow
            {
                FlowId = (ulong)random.NextInt64(),
                TimeUs = time,
                StartTimeUs = random.Next(3) == 0 ? time - random.NextInt64(0, 900_000_000) : time,
                EndTimeUs = time + random.NextInt64(0, 1_000_000),
                IpVersion = (byte)(!ip ? 0 : four ? 4 : 6),
                Source = ip ? Address() : default,
                Destination = ip ? Address() : default,
                SourcePackets = random.Next(1000),
                DestinationPackets = random.Next(1000),
                SourceBytes = random.NextInt64(0, 1L << random.Next(1, 40)),
                DestinationBytes = random.NextInt64(0, 1L << random.Next(1, 40)),
                VlanId = DecodedPacket.NoVlan,
            };
        }

        Rows.Store(store, rows, segmentRows: 9000);
        foreach (SummaryKey by in new[] { SummaryKey.Address, SummaryKey.SourceAddress, SummaryKey.DestinationAddress })
        {
            AssertSame(folder.Path, by, 25, new TrafficFilter());
            AssertSame(folder.Path, by, 10_000, new TrafficFilter { Since = UnixTime.FromMicroseconds(Rows.BaseUs + 1_000_000_000), Until = UnixTime.FromMicroseconds(Rows.BaseUs + 2_000_000_000) });
        }
    }

    [Fact]
    public void Segments_of_repeating_addresses_carry_sums_that_are_those_of_their_rows()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Random random = new(11);

        // All in one hour, so that no segment is too small for sums.
        long begin = Rows.BaseUs + 60_000_000;
        FlowRow[] rows = new FlowRow[4000];
        for (int i = 0; i < rows.Length; i++)
        {
            bool ip = random.Next(20) > 0;
            IpAddress128 Address() => IpAddress128.FromIPv4(0x0A000000u + (uint)random.Next(40));
            long time = begin + random.NextInt64(0, 3_000_000_000);
            rows[i] = new FlowRow
            {
                FlowId = (ulong)i,
                TimeUs = time,
                StartTimeUs = random.Next(4) == 0 ? Math.Max(begin, time - random.NextInt64(0, 900_000_000)) : time,
                EndTimeUs = time + random.NextInt64(0, 1_000_000),
                IpVersion = (byte)(ip ? 4 : 0),
                Source = ip ? Address() : default,
                Destination = ip ? Address() : default,
                SourcePackets = random.Next(1000),
                DestinationPackets = random.Next(1000),
                SourceBytes = random.NextInt64(0, 1L << random.Next(1, 40)),
                DestinationBytes = random.NextInt64(0, 1L << random.Next(1, 40)),
                VlanId = DecodedPacket.NoVlan,
            };
        }

        rows[0].TimeUs = rows[0].StartTimeUs = begin;
        Rows.Store(store, rows, segmentRows: 900);
        foreach (SummaryKey by in Keys.Select(key => key.Data))
        {
            AddressSumWorker rowByRow = new(by, long.MinValue, long.MaxValue, begin, 10_000), summed = new(by, long.MinValue, long.MaxValue, begin, 10_000);
            foreach (string segment in Segments(folder.Path))
            {
                Assert.True(rowByRow.Add(segment));
                Assert.True(summed.AddSums(segment));
                Assert.False(new AddressSumWorker(by, begin + 1, long.MaxValue, begin, 10_000).AddSums(Segments(folder.Path).Order().First()));
                Assert.False(new AddressSumWorker(by, long.MinValue, begin + 2_000_000_000, begin, 10_000).AddSums(segment));
                Assert.False(new AddressSumWorker(by, long.MinValue, long.MaxValue, begin + 2_000_000_000, 10_000).AddSums(segment));
            }

            Assert.Equal(rowByRow.Whole, summed.Whole);
            Assert.Equal(Lines(rowByRow), Lines(summed));
            AssertSame(folder.Path, by, 50, new TrafficFilter());
            AssertSame(folder.Path, by, 50, new TrafficFilter { Since = UnixTime.FromMicroseconds(begin + 1_000_000_000) });
        }

        static IEnumerable<string> Lines(AddressSumWorker sums)
        {
            List<string> lines = [];
            for (int i = 0; i < sums.Table.Count; i++)
            {
                AddressSum sum = sums.Table.Sums[i];
                lines.Add($"{(i == 0 ? "" : sums.Table.Name(i))} {sum.Packets} {sum.Bytes} {sum.Sent} {sum.Received} {sum.Flows} {sum.FirstUs} {sum.LastUs}");
            }

            return lines.Order(StringComparer.Ordinal);
        }
    }

    [Fact]
    public void The_largest_of_many_addresses_are_found_from_the_heads_of_segments()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Random random = new(13);
        long begin = Rows.BaseUs + 60_000_000;
        FlowRow[] rows = new FlowRow[24_000];
        for (int i = 0; i < rows.Length; i++)
        {
            // Few with much, many with little, as on real networks.
            bool large = random.Next(3) == 0;
            IpAddress128 Address() => IpAddress128.FromIPv4(0x0A000000u + (uint)(large ? random.Next(30) : 100 + random.Next(900)));
            rows[i] = new FlowRow
            {
                FlowId = (ulong)i,
                TimeUs = begin + i,
                StartTimeUs = begin + i,
                EndTimeUs = begin + i + random.Next(1000),
                IpVersion = (byte)(i % 50 == 0 ? 0 : 4),
                Source = Address(),
                Destination = Address(),
                SourcePackets = 1,
                SourceBytes = random.Next(1, large ? 1_000_000 : 500),
                DestinationBytes = random.Next(0, large ? 1_000_000 : 500),
                VlanId = DecodedPacket.NoVlan,
            };
            if (rows[i].IpVersion == 0)
            {
                rows[i].Source = rows[i].Destination = default;
            }
        }

        Rows.Store(store, rows, segmentRows: 6000);
        foreach (SummaryKey by in Keys.Select(key => key.Data))
        {
            AddressSumWorker heads = new(by, long.MinValue, long.MaxValue, begin, 10_000);
            Assert.All(Segments(folder.Path), segment => Assert.True(heads.AddHeads(segment)));
            List<TrafficSummaryItem> all = AddressSums.Find(folder.Path, by, 5000, new TrafficFilter(), CancellationToken.None)!;
            HashSet<string> known = [.. Enumerable.Range(1, heads.Table.Count - 1).Select(heads.Table.Name), "(none)"];
            Assert.InRange(heads.Table.Count, 30, all.Count - 1);
            Assert.All(all.Where(item => !known.Contains(item.Name)), item => Assert.InRange(item.Bytes, 0, heads.Rest));
            Assert.True(heads.Rest < all[9].Bytes);
            AssertSame(folder.Path, by, 10, new TrafficFilter());
            AssertSame(folder.Path, by, 100, new TrafficFilter());
            AssertSame(folder.Path, by, 2000, new TrafficFilter());
            AssertEqual(all.Take(10), AddressSums.Find(folder.Path, by, 10, new TrafficFilter(), CancellationToken.None)!);
        }
    }

    [Fact]
    public void Other_questions_are_left_to_the_SQL()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        CaptureStatus capture = Rows.Store(store, Rows.Flow.List[5, 10].Single().SelectMany(flow => flow));
        Assert.Null(AddressSums.Find(folder.Path, SummaryKey.Address, 10, new TrafficFilter { CaptureId = [capture.CaptureId] }, CancellationToken.None));
        Assert.Null(AddressSums.Find(folder.Path, SummaryKey.Address, 10, new TrafficFilter { Port = [53] }, CancellationToken.None));
        Assert.Null(AddressSums.Find(folder.Path, SummaryKey.Protocol, 10, new TrafficFilter(), CancellationToken.None));
        Assert.NotEmpty(AddressSums.Find(folder.Path, SummaryKey.Address, 10, new TrafficFilter(), CancellationToken.None)!);
    }

    [Fact]
    public void Sums_too_large_for_64_bits_are_left_to_the_SQL()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        FlowRow row = Rows.Flow.Where(flow => flow[0].IpVersion != 0).Single()[0] with
        {
            IpVersion = 4,
            Source = IpAddress128.FromIPv4(1),
            Destination = IpAddress128.FromIPv4(2),
            SourceBytes = 1L << 61,
            DestinationBytes = 0,
        };
        Rows.Store(store, [row, row with { FlowId = 7 }]);
        Assert.Null(AddressSums.Find(folder.Path, SummaryKey.Address, 10, new TrafficFilter(), CancellationToken.None));
        Assert.Equal(1L << 62, store.GetSummary(SummaryKey.Address, 10, null, new TrafficFilter(), CancellationToken.None)[0].Bytes);
    }

    [Fact]
    public void Merged_and_foreign_segments_are_left_to_the_SQL()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Rows.Flow.List[20, 30].Single().SelectMany(flow => flow), segmentRows: 20);
        IReadOnlyList<TrafficSummaryItem> before = store.GetSummary(SummaryKey.Address, 30, null, new TrafficFilter(), CancellationToken.None);
        string segment = Segments(folder.Path)[0];
        string other = Path.Combine(folder.Path, "other");
        using (DuckDBConnection connection = Database.Open(256))
        {
            Database.Execute(connection, $"COPY (SELECT * FROM read_parquet({Database.Text(segment)}, hive_partitioning = false)) TO {Database.Text(other)} (FORMAT parquet)");
        }

        File.Move(other, segment, overwrite: true);
        Assert.Null(AddressSums.Find(folder.Path, SummaryKey.Address, 30, new TrafficFilter(), CancellationToken.None));
        AssertEqual(before, store.GetSummary(SummaryKey.Address, 30, null, new TrafficFilter(), CancellationToken.None));
    }

    [Fact]
    public void Cut_segments_are_refused_and_damage_never_throws()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        FlowRow[] few = [.. Rows.Flow.List[5, 8].Single().SelectMany(flow => flow)];
        FlowRow[] repeated = [.. Enumerable.Repeat(few, 6).SelectMany(rows => rows)];
        Rows.Store(store, repeated.Select((row, i) => row with { TimeUs = Rows.BaseUs + i, StartTimeUs = Rows.BaseUs - 5 }), segmentRows: 100_000);
        string segment = Segments(folder.Path).Single();
        byte[] whole = File.ReadAllBytes(segment);
        AddressSumWorker New() => new(SummaryKey.Address, long.MinValue, long.MaxValue, Rows.BaseUs, 10_000);
        Assert.True(New().Add(segment));
        Assert.True(new AddressSumWorker(SummaryKey.Address, long.MinValue, long.MaxValue, Rows.BaseUs - 5, 10_000).AddSums(segment));
        string damaged = Path.Combine(folder.Path, "damaged");
        Assert.False(New().Add(damaged));
        for (int length = 0; length < whole.Length; length += 37)
        {
            File.WriteAllBytes(damaged, whole[..length]);
            Assert.False(New().Add(damaged));
        }

        Random random = new(9);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. whole];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(damaged, bytes);
            New().AddSegment(damaged);
            new AddressSumWorker(SummaryKey.Address, long.MinValue, long.MaxValue, Rows.BaseUs - 5, 10_000).AddSums(damaged);
            new AddressSumWorker(SummaryKey.Address, long.MinValue, long.MaxValue, Rows.BaseUs - 5, 10_000).AddHeads(damaged);
        }
    }

    [Fact]
    public void A_question_can_be_cancelled()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Rows.Flow.Single());
        Assert.ThrowsAny<OperationCanceledException>(() => store.GetSummary(SummaryKey.Address, 10, null, new TrafficFilter(), new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_table_numbers_texts_of_every_length_once()
    {
        AddressTable table = new(100_000);
        List<string> texts = [.. Enumerable.Range(0, 5000).Select(i => $"{i}"), .. Enumerable.Range(0, 5000).Select(i => $"2001:db8:1111:2222::{i:x}"), .. Enumerable.Range(0, 60).Select(i => new string('x', i))];
        List<int> numbers = texts.ConvertAll(text => table.Number(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.Equal(texts.Count, numbers.Distinct().Count());
        Assert.DoesNotContain(0, numbers);
        Assert.Equal(texts, numbers.Select(table.Name));
        Assert.Equal(numbers, texts.Select(text => table.Number(System.Text.Encoding.UTF8.GetBytes(text))));
        Assert.Equal(-1, new AddressTable(1).Number("1"u8));
        Assert.Equal(-1, table.Number(new byte[AddressTable.LongestText + 1]));
    }

    private static string[] Segments(string store) => Directory.GetFiles(StorePaths.Dataset(store, "flows"), "*.parquet", SearchOption.AllDirectories);

    private static void AssertSame(string store, SummaryKey by, int top, TrafficFilter filter)
    {
        using DuckDBConnection connection = Database.Open(256);
        List<TrafficSummaryItem> expected = new SummaryQuery(store, connection, filter, CancellationToken.None).Groups(by, top);
        List<TrafficSummaryItem>? found = AddressSums.Find(store, by, top, filter, CancellationToken.None);
        Assert.NotNull(found);
        AssertEqual(expected, found);
    }

    private static void AssertEqual(IEnumerable<TrafficSummaryItem> expected, IEnumerable<TrafficSummaryItem> found)
    {
        static string Line(TrafficSummaryItem item) =>
            FormattableString.Invariant($"{item.Time} {item.By} {item.Name} {item.Packets} {item.Bytes} {item.Flows} {item.Percent} {item.SentBytes} {item.ReceivedBytes} {item.StartTime:o} {item.EndTime:o}");
        Assert.Equal(expected.Select(Line), found.Select(Line));
    }
}
