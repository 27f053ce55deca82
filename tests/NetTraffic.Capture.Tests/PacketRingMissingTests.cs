using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>What is not there of a ring is said: whole files, and the tails of files that went past the page cache.</summary>
public sealed class PacketRingMissingTests : IDisposable
{
    private readonly ScratchFolder scratch = new();

    private string Folder => Path.Combine(scratch.Path, "ring");

    private string[] Files => [.. Directory.GetFiles(Folder, "*.pcapng").Order(StringComparer.Ordinal)];

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 1, false)]
    [InlineData(1, 2, true)]
    [InlineData(3, 1, true)]
    [InlineData(3, 1, false)]
    public void A_file_that_is_not_there_is_said(int first, int count, bool indexToo)
    {
        Write(900, i => i);
        string[] files = Files;
        Assert.Equal(4, files.Length);
        Assert.NotEmpty(Rings.Read(Folder));
        foreach (string file in files.AsSpan(first, count))
        {
            File.Delete(file);
            if (indexToo)
            {
                File.Delete(Path.ChangeExtension(file, ".index"));
            }
        }

        (List<TestPacket> read, string problem) = Rings.ReadDamaged(Folder);
        Assert.NotEmpty(read);
        Assert.Contains(files[first], problem, StringComparison.Ordinal);
        Assert.Contains(count == 1 ? "is not there" : "are not there", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void That_a_ring_went_round_and_that_old_packets_were_cleared_is_no_loss()
    {
        Write(900, i => i);
        File.Delete(Files[0]); // as the ring itself does
        Assert.Equal(899, Rings.NumberOf(Rings.Read(Folder)[^1]));

        // Times that jump: the second file and the last are older than the first and the third.
        Directory.Delete(Folder, recursive: true);
        Write(900, i => i is < 240 or (> 520 and < 740) ? 1_000_000 + i : i);
        string[] files = Files;
        PacketRingCleared cleared = PacketRingFolder.Clear(Folder, 1_000_000, whatIf: false, keepNewest: false);
        Assert.InRange(cleared.Files, 1, files.Length - 1);
        List<TestPacket> left = Rings.Read(Folder);
        Assert.NotEmpty(left);
        Assert.Equal(default, PacketRingFolder.Clear(Folder, 1_000_000, whatIf: false, keepNewest: false));
        Assert.Equal(left.Count, Rings.Read(Folder).Count);
        PacketRingFolder.Clear(Folder, long.MaxValue, whatIf: false, keepNewest: false);
        Assert.False(Directory.Exists(Folder));
    }

    /// <summary>An import's ring without a bound, whose files go past the page cache from the second on.</summary>
    [Fact]
    public void A_file_that_went_past_the_page_cache_has_an_end_that_can_be_missed()
    {
        const int packets = 1000, bytes = 200_000;
        Rings.Write(
            Folder, new PacketRingOptions { SnapLength = bytes }, [Rings.Lan],
            Enumerable.Range(0, packets).Select(i => Rings.Numbered(i, 1, 2, bytes, i)));
        string[] files = Files;
        Assert.Equal(3, files.Length);
        foreach (string file in files)
        {
            PacketRingEntry end = PacketRingIndex.Read(Path.ChangeExtension(file, ".index"))[^1];
            Assert.Equal((PacketRingPart.End, file == files[^1] ? 0 : 1), (end.Part, end.Packets));
            Assert.Equal(new FileInfo(file).Length, end.End);
        }

        Assert.Equal(packets, Rings.Read(Folder).Count);
        using (FileStream file = new(files[1], FileMode.Open))
        {
            file.SetLength(file.Length - (4 << 20));
        }

        (List<TestPacket> read, string problem) = Rings.ReadDamaged(Folder);
        Assert.InRange(read.Count, packets / 2, packets - 10);
        Assert.Contains($"{packets - read.Count} packets are lost", problem, StringComparison.Ordinal);
    }

    private void Write(int packets, Func<int, long> time) => Rings.Write(
        Folder, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes }, [Rings.Lan],
        Enumerable.Range(0, packets).Select(i => Rings.Numbered(i, (uint)i, 1, 1000, time(i))));
}
