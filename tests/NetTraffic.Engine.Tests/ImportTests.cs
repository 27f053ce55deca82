using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

public class ImportTests
{
    [Fact]
    public void The_sample_is_stored_packet_by_packet()
    {
        using ScratchFolder folder = new();
        List<ImportProgress> seen = [];
        ImportResult result = Import(folder, Repository.SampleCapture, seen);
        Assert.True(result.Complete);
        Assert.Null(result.Message);
        Assert.True(result.Packets > 1000);
        Assert.Equal(new FileInfo(Repository.SampleCapture).Length, seen[^1].BytesRead);
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        TrafficSummary total = store.GetSummary(new TrafficFilter(), CancellationToken.None);
        Assert.Equal((result.Packets, result.Bytes, result.Flows), (total.Packets, total.Bytes, total.Flows));
        Assert.Equal(result.StartTime!.Value, total.StartTime!.Value, TimeSpan.FromMicroseconds(1));
        Assert.Equal(result.Flows, store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None).LongCount());
        CaptureStatus capture = store.GetCaptures().Single();
        Assert.Equal((CaptureState.Completed, result.CaptureId, result.Packets, "Import"),
            (capture.State, capture.CaptureId, capture.Packets, capture.Kind));
        Assert.Equal(result.Packets,
            store.GetCaptureIntervals(new TrafficFilter(), CancellationToken.None).Sum(interval => interval.Packets));
    }

    [Theory]
    [MemberData(nameof(Repository.SharedCaptureData), MemberType = typeof(Repository))]
    public void What_a_file_says_and_what_the_store_says_is_the_same(string name)
    {
        string path = Repository.SharedCapture(name);
        using ScratchFolder folder = new();
        ImportResult result;
        try
        {
            result = Import(folder, path);
        }
        catch (CaptureFormatException error)
        {
            Assert.Equal(0, error.Offset);
            return;
        }

        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        TrafficSummary total = store.GetSummary(new TrafficFilter(), CancellationToken.None);
        Assert.Equal((result.Packets, result.Bytes, result.Flows), (total.Packets, total.Bytes, total.Flows));
        List<Flow> direct = ReadAll(path);
        Assert.Equal((result.Packets, result.Bytes, result.Flows),
            (direct.Sum(flow => flow.Packets), direct.Sum(flow => flow.Bytes), direct.Count));
    }

    [Fact]
    public void A_truncated_file_gives_what_came_before_and_names_the_offset()
    {
        using ScratchFolder folder = new();
        byte[] whole = File.ReadAllBytes(Repository.SampleCapture);
        string path = folder.Write("cut.pcapng", whole.AsSpan(0, whole.Length / 2));
        ImportResult result = Import(folder, path);
        Assert.False(result.Complete);
        Assert.InRange(result.DamageOffset!.Value, 1, whole.Length / 2);
        Assert.NotEmpty(result.Message!);
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal(result.Packets, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
        Assert.Contains(result.Message!, store.GetCaptures().Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_that_was_set_back_loses_no_packet_in_any_question()
    {
        using ScratchFolder folder = new();
        int[] seconds = [6000, 5900, -4000, 6100, -4001, -3990, 9000, 0];
        ImportResult result = Import(folder, folder.Write("back.pcap", UdpFile(seconds.Length, i => 1_700_000_000 + seconds[i], _ => 7)));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal(seconds.Length, result.Packets);
        foreach (int until in seconds.Append(20_000))
        {
            TrafficFilter filter = new() { Until = DateTime.UnixEpoch.AddSeconds(1_700_000_000 + until) };
            long expected = seconds.Count(second => second < until);
            Assert.Equal(expected, store.GetSummary(filter, CancellationToken.None).Packets);
            Assert.Equal(expected, store.GetFlows(filter, null, true, CancellationToken.None).Sum(flow => flow.Packets));
            Assert.Equal(expected, store.GetFlows(filter, null, false, CancellationToken.None).Sum(flow => flow.Packets));
        }

        Assert.All(store.GetFlows(new TrafficFilter(), null, true, CancellationToken.None),
            row => Assert.True(row.StartTime <= row.Time && row.Time <= row.EndTime));
    }

    [Fact]
    public void A_second_file_behind_the_first_is_imported_and_told_of()
    {
        using ScratchFolder folder = new();
        byte[] one = UdpFile(3, i => 1_700_000_000 + i, _ => 7), two = UdpFile(2, i => 1_700_000_010 + i, _ => 7);
        string path = folder.Write("both.pcap", [.. one, .. two]);
        ImportResult result = Import(folder, path);
        Assert.Equal((true, 5L, 1L), (result.Complete, result.Packets, result.Flows));
        Assert.Contains($"begins at byte {one.Length}", result.Message, StringComparison.Ordinal);
        List<string> remarks = [];
        Flow flow = Assert.Single(
            TrafficEngine.ReadFlows(path, new TrafficFilter(), new FlowOptions(), CancellationToken.None, remarks.Add));
        Assert.Equal((5L, result.Message), (flow.Packets, Assert.Single(remarks)));
    }

    [Fact]
    public void Where_time_goes_back_a_flow_counts_once_in_every_question()
    {
        using ScratchFolder folder = new();
        int[] seconds = [100, 112, 70, 124, 71, 100, 130];
        ImportResult result = Import(folder, folder.Write("back.pcap", UdpFile(seconds.Length, i => 1_700_000_000 + seconds[i], _ => 7)));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        TrafficFilter all = new();
        Assert.Equal(1, result.Flows);
        Assert.Equal(1, store.GetSummary(all, CancellationToken.None).Flows);
        Assert.Single(store.GetFlows(all, null, false, CancellationToken.None));
        Assert.Equal(1, Assert.Single(store.GetSummary(SummaryKey.Protocol, 10, null, all, CancellationToken.None)).Flows);
        Assert.Equal(1, Assert.Single(store.GetSummary(SummaryKey.None, 10, TimeSpan.FromHours(1), all, CancellationToken.None)).Flows);
    }

    [Fact]
    public void What_is_no_capture_is_refused_and_leaves_no_trace()
    {
        using ScratchFolder folder = new();
        Assert.Equal(0, Assert.Throws<CaptureFormatException>(() => Import(folder, folder.Write("empty.pcap", []))).Offset);
        Assert.Contains("editcap",
            Assert.Throws<CaptureFormatException>(() => Import(folder, folder.Write("text.pcap", "hello"u8))).Message,
                StringComparison.Ordinal);
        Assert.Contains("folder", Assert.Throws<TrafficException>(() => Import(folder, folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Import(folder, Path.Combine(folder.Path, "none.pcap")));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Empty(store.GetCaptures());
    }

    [Fact]
    public void A_cancelled_import_is_listed_as_stopped()
    {
        using ScratchFolder folder = new();
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => TrafficEngine.Import(new ImportRequest
        {
            Path = Repository.SampleCapture,
            StorePath = folder.Path
        }, null, stop.Token));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal(CaptureState.Stopped, store.GetCaptures().Single().State);
    }

    [Fact]
    public void A_store_that_cannot_be_written_fails_the_import_with_the_reason()
    {
        using ScratchFolder folder = new();
        string store = Path.Combine(folder.Path, "store");
        Directory.CreateDirectory(store);
        File.WriteAllText(Path.Combine(store, "flows"), "a file where a folder should be");
        StoreException error = Assert.Throws<StoreException>(() => TrafficEngine.Import(new ImportRequest
        {
            Path = Repository.SampleCapture,
            StorePath = store
        }, null, CancellationToken.None));
        Assert.Contains(store, error.Message, StringComparison.Ordinal);
        using ITrafficStore read = TrafficEngine.OpenStore(store);
        Assert.Equal(CaptureState.Failed, read.GetCaptures().Single().State);
    }

    [Fact]
    public async Task Flows_straight_from_a_file_stop_when_nobody_asks_for_more()
    {
        IEnumerator<Flow> flows = TrafficEngine.ReadFlows(Repository.SampleCapture, new TrafficFilter(), new FlowOptions(),
            CancellationToken.None).GetEnumerator();
        Assert.True(flows.MoveNext());
        await Task.Run(flows.Dispose).WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static ImportResult Import(ScratchFolder folder, string path, List<ImportProgress>? seen = null) =>
        TrafficEngine.Import(new ImportRequest { Path = path, StorePath = folder.Path }, seen is null ? null : new Collector(seen),
            CancellationToken.None);

    private static List<Flow> ReadAll(string path)
    {
        List<Flow> flows = [];
        try
        {
            foreach (Flow flow in TrafficEngine.ReadFlows(path, new TrafficFilter(), new FlowOptions(), CancellationToken.None))
            {
                flows.Add(flow);
            }
        }
        catch (CaptureFormatException)
        {
            // Damaged captures are among the shared ones; what came before counts.
        }

        return flows;
    }

    /// <summary>UDP packets at some seconds since 1970, of some flows.</summary>
    private static byte[] UdpFile(int packets, Func<int, int> second, Func<int, int> flow)
    {
        byte[] frame =
            Convert.FromHexString("ffffffffffff00112233445508004500002000000000401100000a0000010a000002000000350008" + "000061626364");
        return PcapBytes.Write(
            Enumerable.Range(0, packets).Select(i =>
            {
                byte[] one = [.. frame];
                (one[34], one[35]) = (40, (byte)flow(i));
                return new TestPacket(second(i) * 1_000_000_000L, one.Length, 1, 0, one);
            }),
            1);
    }

    private sealed class Collector(List<ImportProgress> seen) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => seen.Add(value);
    }
}
