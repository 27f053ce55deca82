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
    public void What_a_killed_one_left_never_counts_and_goes_with_the_first_look_at_it()
    {
        string id = Killed();
        Assert.Equal(0, Packets());
        CaptureStatus listed = Assert.Single(store.GetCaptures());
        Assert.Equal(CaptureState.Crashed, listed.State);
        Assert.Contains("nothing of it counts", listed.Message, StringComparison.Ordinal);
        Assert.Empty(Files());
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.Path, "incoming")));
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

    /// <summary>Another machine's clock may be wrong: its silence is shown, and a day of it before anything is removed.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(25, false)]
    public void One_of_another_machine_that_is_silent_is_removed_after_a_day(int hours, bool kept)
    {
        using ICaptureWriter writer = Begin();
        writer.Status.HostName = "another";
        DateTime before = DateTime.UtcNow.AddHours(-hours);
        writer.Status.UpdateTime = before;
        CaptureRegistry.Write(folder.Path, writer.Status, durable: false);
        string file = Path.Combine(folder.Path, "captures", "status", writer.Status.CaptureId + ".json");
        Assert.Equal(CaptureState.Running, Assert.Single(store.GetCaptures()).State); // its file is new by the disk's clock
        File.SetLastWriteTimeUtc(file, before);
        Assert.Equal(CaptureState.Crashed, Assert.Single(store.GetCaptures()).State);
        store.Compact(CancellationToken.None);
        Assert.Equal(kept, Files().Length > 0);
        Assert.Equal(kept, store.RequestStop(writer.Status.CaptureId));
    }

    /// <summary>Whoever lists while an import comes and goes must not see a part of it.</summary>
    [Fact]
    public void One_that_begins_and_ends_while_segments_are_listed_is_there_wholly_or_not()
    {
        using ICaptureWriter writer = Begin();
        int times = 0;
        List<Segment> Look()
        {
            List<Segment> found = [.. Files().Select(Segment.FromPath).OfType<Segment>()];
            if (times++ == 0)
            {
                found.RemoveAt(0); // written after the look at its folder
                writer.Complete(CaptureState.Completed, null);
            }

            return found;
        }

        UnfinishedImports.End(folder.Path, writer.Status.CaptureId); // not begun when the listing begins
        List<Segment> listed = UnfinishedImports.Without(folder.Path, () =>
        {
            if (times == 0)
            {
                UnfinishedImports.Begin(folder.Path, writer.Status.CaptureId);
            }

            return Look();
        });
        Assert.Equal(Files().Length, listed.Count);
    }

    /// <summary>Flows are found window by window: what is stored meanwhile is in none of them.</summary>
    [Fact]
    public void One_that_ends_while_flows_are_read_is_no_part_of_the_answer()
    {
        long[] starts = [0, 1, 2, 3, 4, 5, 6, 7];
        using (ICaptureWriter live = store.CreateCapture(new CaptureStatus(), new CaptureWriterOptions()))
        {
            foreach (long hour in starts)
            {
                live.Write([.. Enumerable.Range(0, 3000).Select(i => InHour(i, hour))], Rows.Interfaces);
                live.Flush();
            }

            live.Complete(CaptureState.Stopped, null);
        }

        using ICaptureWriter import = store.CreateCapture(
            new CaptureStatus { Kind = "Import" }, new CaptureWriterOptions { WholeOrNothing = true });
        import.Write([.. starts.Select(hour => InHour(1, hour))], Rows.Interfaces);
        import.Flush();
        int others = 0;
        foreach (Flow flow in store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None))
        {
            import.Complete(CaptureState.Completed, null);
            others += flow.CaptureId == import.Status.CaptureId ? 1 : 0;
        }

        Assert.Equal(0, others);
    }

    private static FlowRow InHour(int i, long hour)
    {
        FlowRow row = CaptureWriterTests.Row(i);
        row.TimeUs += hour * 3_600_000_000;
        row.StartTimeUs += hour * 3_600_000_000;
        row.EndTimeUs += hour * 3_600_000_000;
        row.FlowId = (ulong)((hour * 100_000) + i + 1);
        return row;
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
        ICaptureWriter writer = Begin();
        writer.Status.ProcessId = 2147483646;
        writer.UpdateStatus();
        return writer.Status.CaptureId;
    }

    private long Packets() => store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets;

    private string[] Files() => Directory.Exists(Path.Combine(folder.Path, "flows"))
        ? Directory.GetFiles(Path.Combine(folder.Path, "flows"), "*.parquet", SearchOption.AllDirectories) : [];
}
