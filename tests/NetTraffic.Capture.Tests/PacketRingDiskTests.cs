using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Disks without room.</summary>
public sealed class PacketRingDiskTests
{
    private const int PacketBytes = 1000;

    [Fact]
    public void On_a_disk_smaller_than_the_bound_the_oldest_packets_make_room_and_none_is_lost()
    {
        using TinyDisk disk = TinyDisk.MakeOrSkip(2 << 20);
        string folder = Path.Combine(disk.Path, "ring");
        const int packets = 8000;
        using PacketRing ring = new(folder, new PacketRingOptions { MaxBytes = 8 << 20, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        Rings.Add(appender, packets, PacketBytes);

        ring.Complete();
        Assert.Equal((packets, 0), (ring.Counters.Packets, ring.Counters.LostPackets));
        Assert.Contains("keeps less than it may", ring.Problem, StringComparison.Ordinal);
        List<int> kept = [.. Rings.Read(folder).Select(Rings.NumberOf)];
        Assert.InRange(kept.Count, 1000, 2000);
        Assert.Equal(Enumerable.Range(packets - kept.Count, kept.Count), kept);
    }

    [Fact]
    public void A_chunk_that_finds_no_room_is_counted_and_taken_back_and_the_next_ones_are_kept()
    {
        using TinyDisk disk = TinyDisk.MakeOrSkip(2 << 20);
        string folder = Path.Combine(disk.Path, "ring");
        int chunk = (1 << 20) / PcapngBlocks.PacketLength(PacketBytes);
        int packets = (2 * chunk) + 300;
        using PacketRing ring = new(folder, new PacketRingOptions { MaxBytes = 64 << 20, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        Rings.Add(appender, packets, PacketBytes);

        ring.Complete();
        Assert.Equal((packets - chunk, chunk), (ring.Counters.Packets, ring.Counters.LostPackets));
        Assert.Contains("full", ring.Problem, StringComparison.Ordinal);
        Assert.Equal([.. Enumerable.Range(0, chunk), .. Enumerable.Range(2 * chunk, 300)], Rings.Read(folder).Select(Rings.NumberOf));
        Assert.Equal(Rings.Measure(folder), ring.Counters.DiskBytes);
        if (TShark.IsInstalled)
        {
            TShark.AssertCapinfosOpens(Directory.GetFiles(folder, "*.pcapng"));
        }
    }

    [Fact]
    public void A_ring_gets_over_a_full_disk_by_itself()
    {
        using TinyDisk disk = TinyDisk.MakeOrSkip(4 << 20);
        string folder = Path.Combine(disk.Path, "ring");
        string ballast = Path.Combine(disk.Path, "ballast");
        File.WriteAllBytes(ballast, new byte[(4 << 20) - 8192]);
        using PacketRing ring = new(folder, new PacketRingOptions { MaxBytes = 64 << 20, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        int next = 0;
        AddUntil(() => ring.Counters.LostPackets > 0);
        Assert.Contains("full", ring.Problem, StringComparison.Ordinal);
        Assert.Equal(0, ring.Counters.Packets);
        File.Delete(ballast);
        AddUntil(() => ring.Counters.Packets > 0);
        ring.Complete();
        Assert.Equal(next, ring.Counters.Packets + ring.Counters.LostPackets);
        List<int> kept = [.. Rings.Read(folder).Select(Rings.NumberOf)];

        // The disk may free its room bit by bit, so that a chunk finds some and the next one none; and where the writing thread comes
        // late, more
        // waits than the disk holds, so that the oldest makes room. What is kept is in order, and the newest is there.
        Assert.InRange(kept.Count, 1, ring.Counters.Packets);
        Assert.Equal(kept.Distinct().Order(), kept);
        Assert.Equal(next - 1, kept[^1]);

        void AddUntil(Func<bool> done)
        {
            for (int i = 0; i < 20_000 && !done(); i++, next++)
            {
                appender.Add(Numbered(next).Raw, Rings.Decoded(Numbered(next)));
            }
        }
    }

    [Fact]
    public void A_folder_that_may_not_be_written_costs_packets_and_is_said()
    {
        using ScratchFolder scratch = new();
        string folder = scratch.Write("a file, no folder", "x"u8);
        using PacketRing ring = new(folder, new PacketRingOptions { Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        appender.Add(Numbered(1).Raw, default);
        ring.Complete();
        Assert.Equal((0, 1), (ring.Counters.Packets, ring.Counters.LostPackets));
        Assert.Contains(folder, ring.Problem, StringComparison.Ordinal);
    }

    private static TestPacket Numbered(int number) => Rings.Numbered(number, 1, 2, PacketBytes, number);
}
