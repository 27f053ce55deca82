using System.Text.Json;
using CsCheck;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>Answers put together of remembered hours are those of a question as a whole.</summary>
public sealed class SummaryPartsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(new[] { 60 }, false)] // hours that are over
    [InlineData(new[] { 60 }, true)] // and were merged just now
    [InlineData(new[] { 5, 0 }, false)] // those that are written
    [InlineData(new[] { 60, 60, 60, 60, 5, 0 }, false)] // both
    public void Whatever_is_asked_the_answer_is_the_same(int[] minutesOld, bool isMerged) =>
        Rows.Many.Where(rows => rows.Count > 100).Sample(rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path);
            Rows.Store(store, rows, segmentRows: isMerged ? 5 : 20);
            StoreLosses(store);
            Rest(folder.Path, minutesOld);
            Assert.Equal(isMerged, isMerged && store.Compact(None) > 0);
            using TrafficStore remembers = new(folder.Path, remembers: true);
            long before = SummaryParts.Shared.Held;
            DateTime begin = UnixTime.FromMicroseconds(Rows.BaseUs);
            TrafficFilter[] filters =
            [
                new(), new() { Since = UnixTime.FromMicroseconds(rows[rows.Count / 3].TimeUs) }, new() { Until = begin.AddMinutes(100) },
                new() { Since = begin.AddMinutes(1), Until = begin.AddHours(2).AddMinutes(2), Protocol = ["TCP"] },
                new() { Address = [Net.AddressRange.Parse("10.0.0.0/28")] },
                new() { Address = [Net.AddressRange.Parse("192.0.2.200")] },
            ];
            TimeSpan?[] widths = [null, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromMinutes(7), null];
            for (int number = 0; number < filters.Length; number++)
            {
                TrafficFilter filter = filters[number];

                // Twice: found out, and remembered.
                for (int i = 0; i < 2; i++)
                {
                    Assert.Equal(Text(store.GetSummary(filter, None)), Text(remembers.GetSummary(filter, None)));
                    foreach (SummaryKey by in Enum.GetValues<SummaryKey>().Where(by => AddressFacts.Of(by) is null))
                    {
                        // Each key with each filter, in some width; all widths in the end. Of protocols, which old flows have too, all.
                        TimeSpan? one = widths[(number + (int)by) % widths.Length];
                        foreach (TimeSpan? width in by == SummaryKey.Protocol ? widths.Distinct() : [one])
                        {
                            if (by != SummaryKey.None || width is not null)
                            {
                                Assert.Equal(Text(store.GetSummary(by, 4, width, filter, None)),
                                    Text(remembers.GetSummary(by, 4, width, filter, None)));
                            }
                        }
                    }
                }
            }

            Assert.True(SummaryParts.Shared.Held > before, "Nothing was remembered.");
        },
        iter: 1, threads: 1);

    [Fact]
    public void What_is_written_later_counts_and_what_is_cleared_does_not() => Rows.Many.Where(rows => rows.Count > 30).Sample(
        rows =>
        {
            using ScratchFolder folder = new();
            using TrafficStore store = new(folder.Path), remembers = new(folder.Path, remembers: true);
            Rows.Store(store, rows, segmentRows: 40);
            Rest(folder.Path);
            Assert.Equal(Text(store.GetSummary(SummaryKey.Address, 9, null, new(), None)),
                Text(remembers.GetSummary(SummaryKey.Address, 9, null, new(), None)));
            Rows.Store(store, rows, "another", 40);
            Same();
            Rest(folder.Path);
            Same();
            store.Clear(UnixTime.FromMicroseconds(Rows.BaseUs).AddHours(1).AddMinutes(1), false, false, None);
            Same();

            void Same()
            {
                Assert.Equal(Text(store.GetSummary(new(), None)), Text(remembers.GetSummary(new(), None)));
                Assert.Equal(Text(store.GetSummary(SummaryKey.Address, 9, null, new(), None)),
                    Text(remembers.GetSummary(SummaryKey.Address, 9, null, new(), None)));
                Assert.Equal(Text(store.GetSummary(SummaryKey.Sensor, 9, TimeSpan.FromMinutes(5), new(), None)),
                    Text(remembers.GetSummary(SummaryKey.Sensor, 9, TimeSpan.FromMinutes(5), new(), None)));
            }
        },
        iter: 2, threads: 1);

    [Fact]
    public void No_more_is_kept_than_was_said_and_the_least_asked_goes()
    {
        SummaryParts parts = new(100);
        int asked = 0;
        SummaryPart Ask()
        {
            asked++;
            return new SummaryPart { Whole = [.. Enumerable.Repeat((0L, 0L), 29)] };
        }

        parts.Get("often", "", Ask);
        for (int i = 0; i < 20; i++)
        {
            parts.Get($"question {i}", "", Ask);
            parts.Get("often", "", Ask);
            Assert.InRange(parts.Held, 1, 100);
        }

        Assert.Equal(21, asked);
        parts.Get("question 0", "", Ask);
        Assert.Equal(22, asked);
        parts.Get("names", new string('x', 75 * 100), Ask); // take room too: more than there is
        Assert.Equal(0, parts.Held);
    }

    /// <summary>A capture with losses in each ten minutes of two hours, some to a file.</summary>
    private static void StoreLosses(TrafficStore store)
    {
        CaptureStatus status = new() { Name = "losses", Sensor = "probe" };
        using ICaptureWriter writer = store.CreateCapture(status, new CaptureWriterOptions());
        for (int i = 0; i < 12; i++)
        {
            writer.Write(new CaptureInterval
            {
                Time = UnixTime.FromMicroseconds(Rows.BaseUs).AddMinutes(10 * i),
                EndTime = UnixTime.FromMicroseconds(Rows.BaseUs).AddMinutes(10 * (i + 1)),
                KernelDrops = 1L << i,
                DecodeFailures = 1L << (2 * i),
            });
            if (i % 3 == 2)
            {
                writer.Flush();
            }
        }

        writer.Complete(CaptureState.Completed, null);
    }

    /// <summary>Ages the files, as those of hours that nobody writes to any more.</summary>
    private static void Rest(string folder, params int[] minutesOld)
    {
        int number = 0;
        foreach (string path in Directory.GetFiles(folder, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            int minutes = minutesOld.Length == 0 ? 60 : minutesOld[number++ % minutesOld.Length];
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-minutes));
        }
    }

    private static string Text(object? value) => JsonSerializer.Serialize(value);
}
