using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>A file that is imported again is known by its content.</summary>
public sealed class EarlierImportTests : IDisposable
{
    private readonly ScratchFolder folder = new();
    private readonly byte[] whole = File.ReadAllBytes(Repository.SampleCapture);

    private string StorePath => Path.Combine(folder.Path, "store");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_copy_under_another_name_is_told_and_counts_twice()
    {
        ImportResult first = Import(folder.Write("a.pcapng", whole));
        Assert.Null(first.EarlierCaptureId);
        ImportResult second = Import(folder.Write("b.pcapng", whole));
        Assert.Equal((first.CaptureId, first.Packets), (second.EarlierCaptureId, second.EarlierPackets));
        Assert.Equal(2 * first.Packets, Packets());
    }

    [Fact]
    public void SkipKnown_leaves_a_known_file_out_and_makes_no_capture_of_it()
    {
        ImportResult first = Import(folder.Write("a.pcapng", whole));
        ImportResult again = Import(folder.Write("b.pcapng", whole), skipKnown: true);
        Assert.Equal((0, true, first.CaptureId, first.Packets),
            (again.Packets, again.Complete, again.EarlierCaptureId, again.EarlierPackets));
        Assert.Equal(first.Packets, Packets());
        using ITrafficStore store = TrafficEngine.OpenStore(StorePath);
        Assert.Single(store.GetCaptures());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void SkipKnown_takes_what_a_file_has_grown_by(int steps)
    {
        string path = "";
        for (int step = 1; step <= steps + 1; step++)
        {
            // Cut in the middle of a packet, as a file is that somebody writes just now.
            path = folder.Write("growing.pcapng", whole.AsSpan(0, (int)((long)whole.Length * step / (steps + 1))));
            Import(path, skipKnown: true);
        }

        ImportResult all = Import(folder.Write("a.pcapng", whole), skipKnown: true);
        Assert.Equal(all.EarlierPackets, Packets());
        Assert.Equal(0, all.Packets);
        using ScratchFolder other = new();
        Assert.Equal(
            TrafficEngine.Import(new ImportRequest { Path = path, StorePath = other.Path }, null, CancellationToken.None).Packets,
            Packets());
    }

    [Fact]
    public void A_file_that_has_grown_is_told_without_SkipKnown()
    {
        ImportResult first = Import(folder.Write("a.pcapng", whole.AsSpan(0, whole.Length / 2)));
        ImportResult second = Import(folder.Write("a.pcapng", whole));
        Assert.Equal((first.CaptureId, first.Packets), (second.EarlierCaptureId, second.EarlierPackets));
        Assert.True(second.Packets > first.Packets);
    }

    [Fact]
    public void Another_file_and_one_whose_traffic_was_cleared_are_new()
    {
        Import(folder.Write("a.pcapng", whole));
        foreach (int at in new[] { 5, 70_000, whole.Length / 2, whole.Length - 70_000 })
        {
            byte[] other = [.. whole];
            other[^at] ^= 1;
            Assert.Null(Import(folder.Write("b.pcapng", other)).EarlierCaptureId);
        }

        using (ITrafficStore store = TrafficEngine.OpenStore(StorePath))
        {
            // Retention leaves the entries of captures that ended after the cut-off.
            store.Clear(DateTime.UtcNow.AddHours(-1), keepRecentlyWritten: false, whatIf: false, CancellationToken.None);
            Assert.NotEmpty(store.GetCaptures());
        }

        Assert.Null(Import(folder.Write("a.pcapng", whole), skipKnown: true).EarlierCaptureId);
    }

    [Fact]
    public void A_file_whose_traffic_was_cleared_is_new_though_other_traffic_of_its_time_came_since()
    {
        Import(folder.Write("a.pcapng", whole));
        using (ITrafficStore store = TrafficEngine.OpenStore(StorePath))
        {
            store.Clear(DateTime.UtcNow.AddHours(-1), keepRecentlyWritten: false, whatIf: false, CancellationToken.None);
        }

        byte[] other = [.. whole];
        other[^5] ^= 1;
        Import(folder.Write("b.pcapng", other));
        Assert.True(Import(folder.Write("a.pcapng", whole), skipKnown: true).Packets > 0);
    }

    [Fact]
    public void A_file_whose_segment_is_damaged_is_new()
    {
        ImportResult first = Import(folder.Write("a.pcapng", whole));
        foreach (string path in Directory.GetFiles(Path.Combine(StorePath, "flows"), "*.parquet", SearchOption.AllDirectories))
        {
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        }

        Assert.Equal(first.Packets, Import(folder.Write("a.pcapng", whole), skipKnown: true).Packets);
        Assert.Equal(first.Packets, Packets());
    }

    /// <summary>The check for a file's earlier import asks nothing of the store's segments, so none that is damaged can fail it.</summary>
    [Fact]
    public void A_store_with_damaged_files_imports_as_ever()
    {
        ImportResult first = Import(folder.Write("a.pcapng", whole));
        foreach (string path in Directory.GetFiles(StorePath, "*.parquet", SearchOption.AllDirectories))
        {
            File.WriteAllBytes(path, new byte[100]);
        }

        File.WriteAllText(Path.Combine(StorePath, "captures", "status", "broken.json"), "{");
        ImportResult second = Import(folder.Write("a.pcapng", whole));
        Assert.Equal((true, first.Packets), (second.Complete, second.Packets));
        Assert.Equal(second.Packets, Packets());
    }

    private ImportResult Import(string path, bool skipKnown = false) => TrafficEngine.Import(
        new ImportRequest { Path = path, StorePath = StorePath, SkipKnown = skipKnown }, null, CancellationToken.None);

    private long Packets()
    {
        using ITrafficStore store = TrafficEngine.OpenStore(StorePath);
        return store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets;
    }
}
