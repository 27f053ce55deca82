using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>A store some of whose files another program has open, as Windows refuses to change them then.</summary>
public sealed class HeldFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();
    private readonly TrafficStore store;

    public HeldFileTests() => store = new TrafficStore(folder.Path);

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_status_that_cannot_be_written_is_no_failure_of_the_data_and_the_last_one_is_waited_for()
    {
        using ICaptureWriter writer = store.CreateCapture(
            new CaptureStatus { Sensor = "s" }, new CaptureWriterOptions { WholeOrNothing = true });
        writer.Write([.. Enumerable.Range(0, 50).Select(CaptureWriterTests.Row)], Rows.Interfaces);
        using (HeldFiles held = HeldFiles.Hold(Path.Combine(folder.Path, "captures", "status"), which: operation => operation == FileOperation.Replace))
        {
            writer.UpdateStatus();
            Assert.Null(writer.WriteProblem);
            Assert.True(held.Refused > 3);
        }

        // The holder lets go only after the first of the attempts has given up.
        using (HeldFiles held = HeldFiles.Hold(Path.Combine(folder.Path, "captures", "status"), 60, operation => operation == FileOperation.Replace))
        {
            writer.Complete(CaptureState.Completed, null);
            Assert.Equal(60, held.Refused);
        }

        Assert.Null(writer.WriteProblem);
        Assert.Equal(CaptureState.Completed, Assert.Single(store.GetCaptures()).State);
        Assert.Equal(50, Flows());
    }

    [Fact]
    public void Segments_that_are_refused_for_an_instant_are_published_once()
    {
        using HeldFiles held = HeldFiles.Hold(folder.Path, times: 20);
        Rows.Store(store, Enumerable.Range(0, 100).Select(CaptureWriterTests.Row));
        Assert.Equal(100, Flows());
        Assert.Equal(20, held.Refused);
    }

    [Fact]
    public void One_held_segment_keeps_neither_the_rest_of_its_hour_nor_other_hours_from_being_cleared()
    {
        Rows.Store(store, Enumerable.Range(0, 100).Select(CaptureWriterTests.Row));
        string[] segments = Segments();
        Assert.True(segments.Length > 2);
        using (HeldFiles.Hold(segments[0]))
        {
            ClearResult cleared = store.Clear(DateTime.UtcNow, keepRecentlyWritten: false, whatIf: false, CancellationToken.None);
            Assert.Equal([segments[0]], cleared.HeldFiles);
            Assert.Equal([segments[0]], Segments());
        }

        Assert.InRange(Flows(), 1, 99);
        Assert.Empty(store.Clear(DateTime.UtcNow, keepRecentlyWritten: false, whatIf: false, CancellationToken.None).HeldFiles);
        Assert.Empty(Segments());
        Assert.Equal(0, Flows());
    }

    [Fact]
    public void What_a_held_merged_segment_replaces_never_counts_beside_it()
    {
        Rows.Store(store, Enumerable.Range(0, 100).Select(CaptureWriterTests.Row));
        UpkeepTests.Age(folder.Path, TimeSpan.FromMinutes(11));
        Assert.Equal(1, store.Compact(CancellationToken.None));
        string merged = Assert.Single(Segments(), path => Path.GetFileName(path).Contains("merged", StringComparison.Ordinal));
        using (HeldFiles.Hold(merged))
        {
            store.Clear(DateTime.UtcNow, keepRecentlyWritten: false, whatIf: false, CancellationToken.None);
            Assert.Equal(100, Flows());
        }
    }

    [Fact]
    public void Replaced_segments_that_are_held_stay_out_of_answers_and_go_later()
    {
        Rows.Store(store, Enumerable.Range(0, 100).Select(CaptureWriterTests.Row));
        string[] replaced = Segments();
        UpkeepTests.Age(folder.Path, TimeSpan.FromMinutes(16));
        Assert.Equal(1, store.Compact(CancellationToken.None));
        UpkeepTests.Age(folder.Path, TimeSpan.FromMinutes(16));
        using (HeldFiles.Hold(replaced[0]))
        {
            store.Compact(CancellationToken.None);
            Assert.Equal(2, Segments().Length);
            Assert.Equal(100, Flows());
        }

        store.Compact(CancellationToken.None);
        Assert.Single(Segments());
        Assert.Equal(100, Flows());
    }

    private string[] Segments() =>
        [.. Directory.GetFiles(Path.Combine(folder.Path, "flows"), "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private int Flows() => store.GetFlows(new TrafficFilter(), null, true, CancellationToken.None).Count();
}
