using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>What a ring's writer left when it was killed, and what others did to its files.</summary>
public sealed class PacketRingCrashTests
{
    [Fact]
    public void A_file_cut_at_any_byte_gives_every_whole_packet_before_the_cut()
    {
        using ScratchFolder folder = new();
        (string data, string index) = WriteOne(folder.Path, 6);
        byte[] whole = File.ReadAllBytes(data);
        List<int> ends = PacketEnds(whole);
        Assert.Equal(6, ends.Count);
        foreach (bool indexed in new[] { true, false })
        {
            for (int cut = whole.Length; cut >= 0; cut--)
            {
                File.WriteAllBytes(data, whole.AsSpan(0, cut));
                if (!indexed)
                {
                    File.Delete(index);
                }

                // The index of a file that was ended in good order knows that something is missing.
                using PacketRingSource source = new(folder.Path, new PacketSelection());
                PacketKeeper keeper = new();
                Exception? said = Record.Exception(() => source.Run(keeper, CancellationToken.None));
                Assert.Equal(indexed && cut < whole.Length, said is CaptureFormatException);
                Assert.Equal(Enumerable.Range(0, ends.Count(end => end <= cut)), keeper.Packets.Select(Rings.NumberOf));
            }
        }
    }

    [Fact]
    public void An_index_cut_or_changed_at_any_byte_loses_no_packet()
    {
        using ScratchFolder folder = new();
        (_, string index) = WriteOne(folder.Path, 12);
        byte[] whole = File.ReadAllBytes(index);
        PacketSelection one = new() { Address = [AddressRange.Parse("10.0.0.3")] };
        for (int at = 0; at < whole.Length; at++)
        {
            File.WriteAllBytes(index, whole.AsSpan(0, at));
            Assert.Equal(12, Rings.Read(folder.Path).Count);
            Assert.Contains(3, Rings.Read(folder.Path, one).Select(Rings.NumberOf));
            byte[] changed = [.. whole];
            changed[at] ^= 0x41;
            File.WriteAllBytes(index, changed);
            Assert.Equal(12, Rings.Read(folder.Path).Count);
            Assert.Contains(3, Rings.Read(folder.Path, one).Select(Rings.NumberOf));
        }
    }

    [Fact]
    public void Packets_behind_what_the_index_knows_are_found_by_address_and_time()
    {
        using ScratchFolder folder = new();
        (string data, string index) = WriteOne(folder.Path, 12);
        byte[] entries = File.ReadAllBytes(index);

        // Only the head is covered, as where the writer was killed before the first entry of packets.
        File.WriteAllBytes(index, entries.AsSpan(0, 8 + PacketRingIndex.EntryHeader));
        Assert.Equal([3], Rings.Read(folder.Path, new PacketSelection { FirstNs = 3000, LastNs = 3999 }).Select(Rings.NumberOf));
        Assert.Contains(3,
            Rings.Read(folder.Path, new PacketSelection { Address = [AddressRange.Parse("10.0.0.3")] }).Select(Rings.NumberOf));
        Assert.True(File.Exists(data));
    }

    [Fact]
    public void A_damaged_file_is_said_and_the_others_are_read()
    {
        using ScratchFolder folder = new();
        Rings.Write(folder.Path, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes }, [Rings.Lan],
            Enumerable.Range(0, 700).Select(i => Rings.Numbered(i, (uint)i, 1, 1000, i)));
        string[] files = [.. Directory.GetFiles(folder.Path, "*.pcapng").Order(StringComparer.Ordinal)];
        Assert.InRange(files.Length, 3, 4);
        byte[] middle = File.ReadAllBytes(files[1]);
        middle.AsSpan(5000, 2000).Fill(0xEE);
        File.WriteAllBytes(files[1], middle);
        using PacketRingSource source = new(folder.Path, new PacketSelection());
        PacketKeeper keeper = new();
        CaptureFormatException error = Assert.Throws<CaptureFormatException>(() => source.Run(keeper, CancellationToken.None));
        Assert.Contains(files[1], error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Offset, 4000, 7000);
        List<int> numbers = [.. keeper.Packets.Select(Rings.NumberOf)];
        Assert.Contains(0, numbers);
        Assert.Contains(699, numbers);
        Assert.Equal(numbers.Order(), numbers);
    }

    [Fact]
    public void Around_a_damaged_place_packets_are_read_and_what_is_lost_is_counted()
    {
        using ScratchFolder folder = new();
        (string data, _) = WriteOne(folder.Path, 12);
        byte[] whole = File.ReadAllBytes(data);
        int at = PacketEnds(whole)[4];
        whole.AsSpan(at + 4, 8).Fill(0xEE);
        File.WriteAllBytes(data, whole);
        using PacketRingSource source = new(folder.Path, new PacketSelection());
        PacketKeeper keeper = new();
        CaptureFormatException error = Assert.Throws<CaptureFormatException>(() => source.Run(keeper, CancellationToken.None));
        Assert.Equal(at, error.Offset);
        Assert.EndsWith("is damaged: 1 packets are lost, and 11 beside the damage may be wrong", error.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 12).Where(number => number != 5), keeper.Packets.Select(Rings.NumberOf));
    }

    [Fact]
    public void No_changed_byte_of_a_ring_changes_its_packets_without_a_word()
    {
        using ScratchFolder folder = new();
        (string data, _) = WriteOne(folder.Path, 12);
        byte[] whole = File.ReadAllBytes(data);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 1;
            File.WriteAllBytes(data, changed);
            Assert.Throws<CaptureFormatException>(() => Rings.Read(folder.Path));
        }
    }

    [Theory]
    [InlineData("not a capture at all")]
    [InlineData("")]
    public void Files_that_are_not_the_rings_are_left_alone_or_said(string content)
    {
        using ScratchFolder folder = new();
        Rings.Write(folder.Path, new PacketRingOptions(), [Rings.Lan], [Rings.Numbered(1, 1, 2, 100, 5)]);
        folder.Write("notes.txt", "x"u8);
        folder.Write("other.pcapng", "x"u8);
        Assert.Single(Rings.Read(folder.Path));
        folder.Write("00000002.pcapng", System.Text.Encoding.ASCII.GetBytes(content));
        if (content.Length > 0)
        {
            Assert.Throws<CaptureFormatException>(() => Rings.Read(folder.Path));
        }
        else
        {
            Assert.Single(Rings.Read(folder.Path));
        }
    }

    [Fact]
    public void A_ring_goes_on_where_an_earlier_one_was_killed()
    {
        using ScratchFolder folder = new();
        (string data, string index) = WriteOne(folder.Path, 12);
        byte[] whole = File.ReadAllBytes(data);
        File.WriteAllBytes(data, whole.AsSpan(0, PacketEnds(whole)[7] + 11));
        File.Delete(index);
        Rings.Write(folder.Path, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes }, [Rings.Lan],
            Enumerable.Range(100, 10).Select(i => Rings.Numbered(i, 1, 2, 100, 1000L * i)));
        Assert.Equal([.. Enumerable.Range(0, 8), .. Enumerable.Range(100, 10)], Rings.Read(folder.Path).Select(Rings.NumberOf));
        Assert.Equal(2, Directory.GetFiles(folder.Path, "*.pcapng").Length);
    }

    [Fact]
    public void Clearing_deletes_the_files_whose_last_packet_is_older()
    {
        using ScratchFolder scratch = new();
        string folder = Path.Combine(scratch.Path, "ring");
        Rings.Write(folder, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes }, [Rings.Lan],
            Enumerable.Range(0, 700).Select(i => Rings.Numbered(i, (uint)i, 1, 1000, i)));
        File.Delete(Directory.GetFiles(folder, "*.index").Order(StringComparer.Ordinal)
            .First()); // as after a crash: the file itself is asked
        long size = PacketRingFolder.Size(folder);
        Assert.Equal(Rings.Measure(folder), size);

        PacketRingCleared would = PacketRingFolder.Clear(folder, 400, whatIf: true, keepNewest: false);
        Assert.Equal(size, PacketRingFolder.Size(folder));
        PacketRingCleared did = PacketRingFolder.Clear(folder, 400, whatIf: false, keepNewest: false);
        Assert.Equal(would, did);
        Assert.Equal(1, did.Files);
        Assert.Equal(size - did.Bytes, PacketRingFolder.Size(folder));
        List<int> kept = [.. Rings.Read(folder).Select(Rings.NumberOf)];
        Assert.InRange(kept[0], 200, 400);
        Assert.Equal(699, kept[^1]);

        Assert.Equal(default, PacketRingFolder.Clear(folder, 0, whatIf: false, keepNewest: false));
        int files = Directory.GetFiles(folder, "*.pcapng").Length;
        Assert.Equal(files - 1, PacketRingFolder.Clear(folder, long.MaxValue, whatIf: false, keepNewest: true).Files);
        Assert.Equal(1, PacketRingFolder.Clear(folder, long.MaxValue, whatIf: false, keepNewest: false).Files);
        Assert.False(Directory.Exists(folder));
        Assert.Equal(0, PacketRingFolder.Size(folder));
        Assert.Equal(default, PacketRingFolder.Clear(folder, long.MaxValue, whatIf: false, keepNewest: false));
        Assert.Empty(Rings.Read(folder));
    }

    private static (string Data, string Index) WriteOne(string folder, int packets)
    {
        Rings.Write(folder, new PacketRingOptions(), [Rings.Lan],
            Enumerable.Range(0, packets).Select(i => Rings.Numbered(i, 0x0A000000 + (uint)i, 0xC0000201, 38 + i, 1000L * i)));
        string data = Assert.Single(Directory.GetFiles(folder, "*.pcapng"));
        return (data, Path.ChangeExtension(data, ".index"));
    }

    /// <summary>Offsets behind each packet of a file.</summary>
    private static List<int> PacketEnds(byte[] file)
    {
        List<int> ends = [];
        for (int at = 0; at < file.Length;)
        {
            int length = BitConverter.ToInt32(file, at + 4);
            at += length;
            if (BitConverter.ToUInt32(file, at - length) == 6)
            {
                ends.Add(at);
            }
        }

        return ends;
    }
}
