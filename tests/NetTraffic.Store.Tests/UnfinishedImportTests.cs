using System.Text.RegularExpressions;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>The import of a file counts as a whole or not at all.</summary>
public sealed class UnfinishedImportTests : IDisposable
{
    private const int Count = 30;
    private readonly ScratchFolder folder = new();
    private readonly TrafficStore store;

    public UnfinishedImportTests() => store = new TrafficStore(folder.Path);

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Its_rows_count_from_the_moment_on_at_which_it_is_complete()
    {
        using ICaptureWriter writer = Begin();
        Assert.Equal(0, Packets());
        Assert.Empty(store.Segments.ListSegments());
        Assert.NotEmpty(Files());
        writer.Complete(CaptureState.Completed, null);
        Assert.Equal(Count, Packets());
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.Path, "incoming")));
    }

    [Theory]
    [InlineData(CaptureState.Failed)]
    [InlineData(CaptureState.Stopped)]
    public void One_that_fails_or_is_stopped_leaves_nothing(CaptureState state)
    {
        using ICaptureWriter writer = Begin();
        string packets = Directory.CreateDirectory(Path.Combine(folder.Path, "packets", writer.Status.CaptureId)).FullName;
        File.WriteAllText(Path.Combine(packets, "00000000.pcapng"), "packets");
        writer.Complete(state, "Why.");
        Assert.Empty(Files());
        Assert.False(Directory.Exists(packets));
        CaptureStatus listed = Assert.Single(store.GetCaptures());
        Assert.Equal((state, 0, "Why. Nothing of it counts: import the file again."), (listed.State, listed.WrittenRows, listed.Message));
    }

    [Fact]
    public void What_a_killed_one_left_never_counts_and_goes_with_the_next()
    {
        string id = Killed();
        Assert.Equal(0, Packets());
        CaptureStatus listed = Assert.Single(store.GetCaptures());
        Assert.Equal(CaptureState.Crashed, listed.State);
        Assert.Contains("nothing of it counts", listed.Message, StringComparison.Ordinal);
        Assert.NotEmpty(Files());
        using (ICaptureWriter again = Begin())
        {
            Assert.DoesNotContain(Files(), file => file.Contains(id, StringComparison.Ordinal));
            again.Complete(CaptureState.Completed, null);
        }

        Assert.Equal(Count, Packets());
    }

    [Fact]
    public void What_a_killed_one_left_goes_with_upkeep()
    {
        Killed();
        store.Compact(CancellationToken.None);
        Assert.Empty(Files());
    }

    [Fact]
    public void One_that_was_killed_between_its_last_two_steps_counts()
    {
        using ICaptureWriter writer = Begin();
        writer.Complete(CaptureState.Completed, null);
        UnfinishedImports.Begin(folder.Path, writer.Status.CaptureId);
        Assert.Equal(Count, Packets());
        store.Compact(CancellationToken.None);
        Assert.False(UnfinishedImports.IsHidden(folder.Path, writer.Status.CaptureId));
    }

    [Fact]
    public void One_whose_rows_another_process_removed_as_dead_fails()
    {
        using ICaptureWriter writer = Begin();
        UnfinishedImports.Remove(folder.Path, writer.Status.CaptureId);
        writer.Complete(CaptureState.Completed, null);
        Assert.Equal(CaptureState.Failed, Assert.Single(store.GetCaptures()).State);
        Assert.Contains("took this import for dead", writer.WriteProblem, StringComparison.Ordinal);
    }

    /// <summary>An import that has stored its rows, and is not complete.</summary>
    private ICaptureWriter Begin()
    {
        ICaptureWriter writer = store.CreateCapture(
            new CaptureStatus { Kind = "Import", Name = "test" }, new CaptureWriterOptions { MaxSegmentRows = 7, WholeOrNothing = true });
        writer.Write(Enumerable.Range(0, Count).Select(CaptureWriterTests.Row).ToArray(), Rows.Interfaces);
        writer.Flush();
        return writer;
    }

    /// <summary>One whose process is gone; its identifier.</summary>
    private string Killed()
    {
        // Not disposed: a killed process ends nothing in good order.
        string id = Begin().Status.CaptureId;
        string status = Path.Combine(folder.Path, "captures", "status", id + ".json");
        File.WriteAllText(status, Regex.Replace(File.ReadAllText(status), "\"ProcessId\": \\d+", "\"ProcessId\": 2147483646"));
        return id;
    }

    private long Packets() => store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets;

    private string[] Files() => Directory.Exists(Path.Combine(folder.Path, "flows"))
        ? Directory.GetFiles(Path.Combine(folder.Path, "flows"), "*.parquet", SearchOption.AllDirectories) : [];
}
