using System.Diagnostics;
using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

public class CaptureWriterTests
{
    [Fact]
    public void Rows_wait_while_the_store_cannot_be_written_and_none_is_lost()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using ICaptureWriter writer =
            store.CreateCapture(new CaptureStatus { Sensor = "s" }, new CaptureWriterOptions { MaxSegmentRows = 10 });
        string obstacle = Path.Combine(folder.Path, "flows");
        File.WriteAllText(obstacle, "a file where a folder should be: every write below it fails");
        FlowRow[] rows = [.. Enumerable.Range(0, 95).Select(Row)];
        writer.Write(rows, Rows.Interfaces);
        writer.Flush();
        Assert.Contains(folder.Path, writer.WriteProblem, StringComparison.Ordinal);
        Assert.Equal(0, writer.WrittenRows);

        File.Delete(obstacle);
        writer.Write([Row(95)], Rows.Interfaces);
        writer.Flush();
        Assert.Null(writer.WriteProblem);
        Assert.Equal(96, writer.WrittenRows);
        Assert.Equal(0, writer.LostRows);
        Assert.Equal(96, store.GetFlows(new TrafficFilter(), null, true, CancellationToken.None).Count());
    }

    [Fact]
    public void The_same_problem_is_said_in_the_same_words()
    {
        using TinyDisk disk = TinyDisk.MakeOrSkip(1 << 20);
        using TrafficStore store = new(disk.Path);
        using ICaptureWriter writer =
            store.CreateCapture(new CaptureStatus { Sensor = "s" }, new CaptureWriterOptions { MaxSegmentRows = 10 });
        string ballast = Path.Combine(disk.Path, "ballast");
        Assert.Throws<IOException>(() => File.WriteAllBytes(ballast, new byte[2 << 20]));
        HashSet<string> said = [];
        for (int i = 0; i < 3; i++)
        {
            writer.Write(Enumerable.Range(10 * i, 10).Select(Row).ToArray(), Rows.Interfaces);
            writer.Flush();
            said.Add(writer.WriteProblem!);
        }

        Assert.Equal($"The store '{disk.Path}' cannot be written: No space left on device.", Assert.Single(said));
        File.Delete(ballast);
        writer.Flush();
        Assert.Equal((30, 0), (writer.WrittenRows, writer.LostRows));
    }

    [Fact]
    public void Past_the_bound_the_oldest_rows_go_and_are_counted()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using ICaptureWriter writer = store.CreateCapture(new CaptureStatus { Sensor = "s" },
            new CaptureWriterOptions { MaxSegmentRows = 10, MaxPendingRows = 40 });
        string obstacle = Path.Combine(folder.Path, "flows");
        File.WriteAllText(obstacle, "");
        writer.Write(Enumerable.Range(0, 100).Select(Row).ToArray(), Rows.Interfaces);
        Assert.Equal(60, writer.LostRows);
        File.Delete(obstacle);
        writer.Complete(CaptureState.Completed, null);
        ulong[] kept = [.. store.GetFlows(new TrafficFilter(), null, true, CancellationToken.None).Select(flow => flow.FlowId).Order()];
        Assert.Equal(Enumerable.Range(60, 40).Select(i => (ulong)i), kept);
        Assert.Equal(60, store.GetCaptures().Single().LostRows);
    }

    /// <summary>What was gathered of rows that are given up must not turn up among those of the next segment.</summary>
    [Fact]
    public void Rows_that_follow_rows_that_were_given_up_have_their_own_Community_IDs()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using ICaptureWriter writer = store.CreateCapture(new CaptureStatus { Sensor = "s" },
            new CaptureWriterOptions { MaxSegmentRows = 259, MaxPendingRows = 10 });
        string obstacle = Path.Combine(folder.Path, "flows");
        File.WriteAllText(obstacle, "");
        FlowRow[] rows = [.. Enumerable.Range(0, 800).Select(Row)];
        for (int i = 0; i < rows.Length; i++)
        {
            // All but a few with IP, so that the identifiers of a segment's first 256 rows do not fill the batch of eight.
            if (i % 259 != 5)
            {
                rows[i].IpVersion = 4;
                rows[i].IpProtocol = 17;
                rows[i].Source = Packets.IpAddress128.FromIPv4(0x0A000000u + (uint)i);
                rows[i].Destination = Packets.IpAddress128.FromIPv4(0x0A0000FFu);
            }
        }

        writer.Write(rows.AsSpan(0, 600), Rows.Interfaces);
        File.Delete(obstacle);
        writer.Flush();
        writer.Write(rows.AsSpan(600), Rows.Interfaces);
        writer.Complete(CaptureState.Completed, null);
        Assert.NotEqual(0, writer.LostRows);
        Flow[] kept = [.. store.GetFlows(new TrafficFilter(), null, true, CancellationToken.None)];
        Assert.InRange(kept.Length, 200, 600);
        Assert.All(kept,
            flow => Assert.Equal(rows[flow.FlowId] is { IpVersion: not 0 } row ? CommunityId.Compute(row) : null, flow.CommunityId));
    }

    [Fact]
    public void Hours_far_apart_are_written_in_bounded_memory()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using ICaptureWriter writer = store.CreateCapture(new CaptureStatus { Sensor = "s" }, new CaptureWriterOptions());
        FlowRow[] rows = [.. Enumerable.Range(0, 200)
            .Select(i => Row(i) with { TimeUs = i * 40_000_000_000L, StartTimeUs = i * 40_000_000_000L, EndTimeUs = i * 40_000_000_000L })];
        rows[7].TimeUs = rows[7].StartTimeUs = rows[7].EndTimeUs = long.MaxValue / 1000;
        rows[8].TimeUs = rows[8].StartTimeUs = rows[8].EndTimeUs = -5;
        writer.Write(rows, Rows.Interfaces);
        writer.Complete(CaptureState.Completed, null);
        Assert.Equal(200, store.GetFlows(new TrafficFilter(), null, true, CancellationToken.None).Count());
        Assert.Equal(UnixTime.FromMicroseconds(-5),
            store.GetFlows(new TrafficFilter { Until = DateTime.UnixEpoch }, null, true, CancellationToken.None).Single().Time);
    }

    [Fact]
    public void No_temporary_file_stays_and_every_segment_is_whole()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, 100).Select(Row));
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.Path, "tmp")));
        Assert.All(Directory.GetFiles(folder.Path, "*.parquet", SearchOption.AllDirectories),
            path => Assert.Equal("PAR1"u8.ToArray(), File.ReadAllBytes(path)[^4..]));
    }

    [Fact]
    public void A_capture_whose_process_is_gone_is_listed_as_crashed()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using ICaptureWriter writer = store.CreateCapture(new CaptureStatus { Name = "n", Sensor = "s" }, new CaptureWriterOptions());
        Assert.Equal(CaptureState.Running, store.GetCaptures().Single().State);
        using Process gone =
            Process.Start(new ProcessStartInfo("dotnet", "--version") { UseShellExecute = false, RedirectStandardOutput = true })!;
        gone.WaitForExit();
        writer.Status.ProcessId = gone.Id;
        writer.UpdateStatus();
        CaptureStatus crashed = store.GetCaptures().Single();
        Assert.Equal(CaptureState.Crashed, crashed.State);
        Assert.NotNull(crashed.EndTime);
        Assert.False(store.RequestStop(crashed.CaptureId));
    }

    [Fact]
    public void A_step_of_the_clock_ends_no_capture()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using ICaptureWriter writer = store.CreateCapture(new CaptureStatus { Sensor = "s" }, new CaptureWriterOptions());

        // Linux reckons a process's start back from now: after a step of the clock, every process seems to have begun so much later.
        writer.Status.ProcessStartTime = writer.Status.ProcessStartTime.AddHours(-3);
        writer.UpdateStatus();
        CaptureStatus seen = store.GetCaptures().Single();
        Assert.Equal(CaptureState.Running, seen.State);
        Assert.True(store.RequestStop(seen.CaptureId));
        Assert.True(writer.StopRequested);
    }

    [Fact]
    public void Another_process_that_has_the_number_now_is_no_running_capture()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using ICaptureWriter writer = store.CreateCapture(new CaptureStatus { Sensor = "s" }, new CaptureWriterOptions());
        using Process other = Process.Start(new ProcessStartInfo(OperatingSystem.IsWindows() ? "timeout" : "sleep", "60"))!;
        try
        {
            writer.Status.ProcessId = other.Id;
            writer.UpdateStatus();
            Assert.False(other.HasExited);
            Assert.Equal(CaptureState.Crashed, store.GetCaptures().Single().State);
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }
    }

    [Fact]
    public void Another_process_can_ask_a_capture_to_stop()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using TrafficStore other = new(folder.Path);
        using ICaptureWriter writer = store.CreateCapture(new CaptureStatus { Sensor = "s" }, new CaptureWriterOptions());
        Assert.False(writer.StopRequested);
        Assert.True(other.RequestStop(writer.Status.CaptureId));
        Assert.True(writer.StopRequested);
        writer.Complete(CaptureState.Stopped, null);
        Assert.False(other.RequestStop(writer.Status.CaptureId));
        Assert.False(other.RequestStop("../../etc/passwd"));
        Assert.Equal(["json"],
            Directory.GetFiles(Path.Combine(folder.Path, "captures", "status")).Select(path => Path.GetExtension(path)[1..]));
    }

    /// <summary>20,000 hours of a packet each took as many files, 51 s to import and 5 s a question.</summary>
    [Fact]
    public void Rows_spread_over_many_hours_are_written_by_the_day_and_found_by_the_hour()
    {
        const int hours = 500;
        const long hourUs = 3_600_000_000;
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        Rows.Store(store, Enumerable.Range(0, hours).Select(i => At(Row(i), Rows.BaseUs + (i * hourUs))), segmentRows: 1000);
        string flows = Path.Combine(folder.Path, "flows");
        Assert.InRange(Directory.GetFiles(flows, "*.parquet", SearchOption.AllDirectories).Length, hours / 24, 64 + (hours / 24) + 2);
        Assert.Equal(hours, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
        for (int i = 0; i < hours; i += 7)
        {
            DateTime time = UnixTime.FromMicroseconds(Rows.BaseUs + (i * hourUs));
            TrafficFilter filter = new() { Since = time, Until = time.AddHours(1) };
            Assert.Equal((ulong)i, Assert.Single(store.GetFlows(filter, null, false, CancellationToken.None)).FlowId);
        }

        // A day goes as a whole, and not before its last hour may go.
        DateTime before = UnixTime.FromMicroseconds(Rows.BaseUs + (300 * hourUs));
        store.Clear(before, keepRecentlyWritten: false, whatIf: false, CancellationToken.None);
        Assert.InRange(store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets, hours - 300, hours - 300 + 24);
        Assert.Equal(1, store.GetSummary(new TrafficFilter { Since = before, Until = before.AddHours(1) }, CancellationToken.None).Packets);
    }

    private static FlowRow At(FlowRow row, long us) => row with { StartTimeUs = us, TimeUs = us, EndTimeUs = us };

    internal static FlowRow Row(int i) => new()
    {
        FlowId = (ulong)i,
        StartTimeUs = Rows.BaseUs + i,
        TimeUs = Rows.BaseUs + i,
        EndTimeUs = Rows.BaseUs + i,
        EtherType = 0x0806,
        VlanId = Packets.DecodedPacket.NoVlan,
        SourcePackets = 1,
        SourceBytes = 60,
        HandshakeRttUs = -1,
    };
}
