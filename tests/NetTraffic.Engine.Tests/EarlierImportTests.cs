using NetTraffic.Packets;
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

    [Fact]
    public void SkipKnown_knows_a_file_compressed_or_not()
    {
        string packed = folder.Write("a.pcapng.gz", CaptureBytes.Gzip(whole));
        ImportResult first = Import(packed);
        Assert.Equal(0, Import(folder.Write("a.pcapng", whole), skipKnown: true).Packets);
        Assert.Equal(0, Import(packed, skipKnown: true).Packets);
        Assert.Equal(first.Packets, Packets());
        File.Delete(packed);
        Assert.Equal(0, Import(folder.Write("b.gz", CaptureBytes.Gzip([.. whole])), skipKnown: true).Packets);
    }

    [Fact]
    public void SkipKnown_takes_what_a_file_has_grown_by_that_was_compressed_before()
    {
        ImportResult half = Import(folder.Write("half.gz", CaptureBytes.Gzip(whole[..(whole.Length / 2)])));
        Assert.False(half.Complete);
        ImportResult rest = Import(folder.Write("a.pcapng", whole), skipKnown: true);
        Assert.Equal(half.CaptureId, rest.EarlierCaptureId);
        Assert.Equal(0, Import(folder.Write("a.gz", CaptureBytes.Gzip(whole)), skipKnown: true).Packets);
        Assert.Equal(half.Packets + rest.Packets, Packets());
    }

    [Fact]
    public void SkipKnown_knows_a_compressed_file_that_is_cut_off()
    {
        byte[] packed = CaptureBytes.Gzip(whole);
        string cut = folder.Write("cut.gz", packed.AsSpan(0, packed.Length / 2));
        Assert.InRange(Import(cut).Packets, 1, long.MaxValue);
        Assert.Equal(0, Import(cut, skipKnown: true).Packets);
    }

    [Fact]
    public async Task SkipKnown_imports_a_file_once_that_several_import_at_once()
    {
        string path = folder.Write("a.pcapng", whole);
        ImportResult[] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Import(path, skipKnown: true))));
        ImportResult one = Assert.Single(results, result => result.Packets > 0);
        Assert.Equal(one.Packets, Packets());
        Assert.All(results, result => Assert.Equal(one.CaptureId, result.CaptureId));
        using ITrafficStore store = TrafficEngine.OpenStore(StorePath);
        Assert.Single(store.GetCaptures());
    }

    [Fact]
    public async Task Of_several_imports_of_a_file_at_once_all_but_one_tell_that_it_counts_twice()
    {
        string path = folder.Write("a.pcapng", whole);
        ImportResult[] results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Import(path))));
        Assert.Single(results, result => result.EarlierCaptureId is null);
    }

    /// <summary>What is left of it would count twice.</summary>
    [Fact]
    public void SkipKnown_leaves_a_file_out_of_which_a_part_was_cleared_and_says_so()
    {
        ImportResult first = Import(folder.Write("a.pcap", TwoHours()));
        Assert.Equal(2, first.Packets);
        using (ITrafficStore store = TrafficEngine.OpenStore(StorePath))
        {
            store.Clear(DateTime.UnixEpoch.AddHours(400_000), keepRecentlyWritten: false, whatIf: false, CancellationToken.None);
        }

        Assert.Equal(1, Packets());
        ImportResult again = Import(folder.Write("b.pcap", TwoHours()), skipKnown: true);
        Assert.Equal((0, 1), (again.Packets, Packets()));
        Assert.Contains("cleared", again.Message, StringComparison.Ordinal);
    }

    /// <summary>Another capture's damage is no reason to import a file again.</summary>
    [Fact]
    public void SkipKnown_knows_a_file_beside_a_damaged_segment_of_another_capture()
    {
        byte[] other = [.. whole];
        other[^5] ^= 1;
        ImportResult damaged = Import(folder.Write("b.pcapng", other));
        Import(folder.Write("a.pcapng", whole));
        foreach (string path in Directory.GetFiles(
            Path.Combine(StorePath, "flows"), $"*_{damaged.CaptureId}_*", SearchOption.AllDirectories))
        {
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        }

        ImportResult again = Import(folder.Write("a.pcapng", whole), skipKnown: true);
        Assert.Equal((0, null), (again.Packets, again.Message));
    }

    [Fact]
    public void Packets_of_an_import_that_is_not_complete_are_none()
    {
        string path = folder.Write("a.pcapng", whole);
        ImportResult first = TrafficEngine.Import(
            new ImportRequest { Path = path, StorePath = StorePath, PacketRing = new PacketRingOptions() }, null, CancellationToken.None);
        Assert.Equal(first.Packets, RawPackets());
        using ITrafficStore store = TrafficEngine.OpenStore(StorePath);
        using ICaptureWriter writer = store.CreateCapture(
            new CaptureStatus { Kind = "Import", PacketRingSize = 0 }, new CaptureWriterOptions { WholeOrNothing = true });
        string unfinished = Directory.CreateDirectory(store.GetPacketFolder(writer.Status.CaptureId)).FullName;
        foreach (string file in Directory.GetFiles(store.GetPacketFolder(first.CaptureId)))
        {
            File.Copy(file, Path.Combine(unfinished, Path.GetFileName(file)));
        }

        Assert.Equal(first.Packets, RawPackets());
    }

    private long RawPackets()
    {
        using ITrafficStore store = TrafficEngine.OpenStore(StorePath);
        return TrafficEngine.ReadPackets(store, new PacketQuery(), Take, CancellationToken.None).Packets;
    }

    private static bool Take(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin) => true;

    /// <summary>A capture of two packets, one before hour 400,000 since 1970 and one behind it.</summary>
    private static byte[] TwoHours()
    {
        byte[] frame = Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", 17, Frames.Udp(1, 2)));
        return PcapBytes.Write(
            new[] { 1_439_999_999L, 1_440_000_001L }.Select(second => new TestPacket(second * 1_000_000_000, frame.Length, 1, 0, frame)), 1);
    }

    private ImportResult Import(string path, bool skipKnown = false) => TrafficEngine.Import(
        new ImportRequest { Path = path, StorePath = StorePath, SkipKnown = skipKnown }, null, CancellationToken.None);

    private long Packets()
    {
        using ITrafficStore store = TrafficEngine.OpenStore(StorePath);
        return store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets;
    }
}
