using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>
/// A segment that another program keeps to itself, so that nobody else may read it: that is no damage, and nothing moves it.
/// </summary>
public sealed class HeldSegmentTests : IDisposable
{
    private readonly ScratchFolder folder = new();
    private readonly TrafficStore store;

    public HeldSegmentTests()
    {
        store = new TrafficStore(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 50).Select(CaptureWriterTests.Row));
    }

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Questions_say_that_it_is_in_use_and_by_whom_perhaps_and_are_answered_once_it_is_let_go()
    {
        string held = Segments()[0];
        using (Reading(held))
        {
            IsInUse(held, Assert.Throws<FileInUseException>(() => store.GetSummary(new TrafficFilter(), CancellationToken.None)));
            IsInUse(held, Assert.Throws<FileInUseException>(() => Flows()));
        }

        Assert.Empty(store.DamagedFiles);
        Assert.Equal(50, Flows());
        TrafficSummary total = store.GetSummary(new TrafficFilter(), CancellationToken.None);
        Assert.Equal((50, false), (total.Packets, total.Incomplete));
    }

    /// <summary>
    /// As it was looked at before, it is the database that cannot open it; that it was changed on the sly makes it fail here.
    /// </summary>
    [Fact]
    public void That_the_database_cannot_open_it_is_no_reason_to_move_it_away()
    {
        string held = Segments()[0];
        Assert.Equal(50, Flows());
        DateTime written = File.GetLastWriteTimeUtc(held);
        File.WriteAllBytes(held, new byte[new FileInfo(held).Length]);
        File.SetLastWriteTimeUtc(held, written);
        using (Reading(held))
        {
            IsInUse(held, Assert.Throws<FileInUseException>(() => store.GetSummary(new TrafficFilter(), CancellationToken.None)));
        }

        StoreException error = Assert.Throws<StoreException>(() => store.GetSummary(new TrafficFilter(), CancellationToken.None));
        Assert.Contains("Move that file away", error.NextMove, StringComparison.Ordinal);
    }

    [Fact]
    public void A_follower_is_told_that_it_is_in_use_and_gets_it_later()
    {
        StoreSegment segment = store.Segments.ListSegments()[0];
        using (Reading(folder.Path))
        {
            StoreException error = Assert.Throws<StoreException>(() => Read(segment));
            Assert.Contains("in use", error.Message, StringComparison.Ordinal);
            Assert.Equal(TrafficErrors.FileInUse.NextMove, error.NextMove);
        }

        Assert.NotNull(Read(segment));
    }

    [Fact]
    public void Upkeep_lets_it_lie_and_merges_the_other_hours()
    {
        const long hour = 3_600_000_000;
        Rows.Store(store, Enumerable.Range(0, 50).Select(i => CaptureWriterTests.Row(i) with
        {
            StartTimeUs = Rows.BaseUs + hour + i,
            TimeUs = Rows.BaseUs + hour + i,
            EndTimeUs = Rows.BaseUs + hour + i,
        }));
        UpkeepTests.Age(folder.Path, TimeSpan.FromMinutes(11));
        string held = Segments()[0];
        using (Reading(held))
        {
            Assert.Equal(1, store.Compact(CancellationToken.None));
            Assert.True(File.Exists(held));
        }

        Assert.Empty(store.DamagedFiles);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "quarantine")));
        Assert.Equal(100, Flows());
        Assert.Equal(1, store.Compact(CancellationToken.None));
        Assert.Equal(100, Flows());
    }

    private static HeldFiles Reading(string place) => HeldFiles.Hold(place, which: operation => operation == FileOperation.Read);

    private static void IsInUse(string path, FileInUseException error)
    {
        Assert.Equal(path, error.FilePath);
        Assert.Equal(TrafficErrors.FileInUse, TrafficErrors.Of(error));
        Assert.DoesNotContain("move", error.Message + TrafficErrors.FileInUse.NextMove, StringComparison.OrdinalIgnoreCase);
    }

    private string[] Segments() =>
        [.. Directory.GetFiles(Path.Combine(folder.Path, "flows"), "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private int Flows() => store.GetFlows(new TrafficFilter(), null, true, CancellationToken.None).Count();

    private SegmentRollup? Read(StoreSegment segment) =>
        store.Segments.Read(segment, TimeSpan.FromSeconds(10), CancellationToken.None);
}
