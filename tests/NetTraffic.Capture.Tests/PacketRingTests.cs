using CsCheck;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>A ring keeps the newest packets, whole, within its bound.</summary>
public sealed class PacketRingTests
{
    private static readonly PacketInterface[] Interfaces = [new("eth0", 1), new("", 101), new("wlan0", 1)];

    [Fact]
    public void Any_packets_come_back_byte_for_byte_and_in_order() => Generators.AnyPackets(Interfaces).Sample(
        packets =>
        {
            using ScratchFolder folder = new();
            Rings.Write(folder.Path, new PacketRingOptions(), Interfaces, packets);
            using PacketRingSource source = new(folder.Path, new PacketSelection());
            PacketKeeper keeper = new();
            source.Run(keeper, CancellationToken.None);
            Assert.Equal(packets.Count, keeper.Packets.Count);
            Assert.All(packets.Zip(keeper.Packets), pair =>
            {
                Assert.True(pair.First.Same(pair.Second with { Interface = pair.First.Interface }), $"{pair.First} became {pair.Second}");
                Assert.Equal(Interfaces[pair.First.Interface], source.Interfaces[pair.Second.Interface]);
            });
        },
        iter: 40);

    [Fact]
    public void A_small_ring_holds_its_bound_after_each_packet_and_keeps_the_newest()
    {
        using ScratchFolder folder = new();
        const int packets = 6000;
        using PacketRing ring = new(folder.Path, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        for (int i = 0; i < packets; i++)
        {
            TestPacket packet = Rings.Numbered(i, (uint)i, (uint)i + 1, 60 + (i * 7 % 1400), 1000L * i);
            appender.Add(packet.Raw, Rings.Decoded(packet));
            if (i % 50 == 0)
            {
                Assert.InRange(Rings.Measure(folder.Path), 0, PacketRing.SmallestBytes);
            }
        }

        ring.Complete();
        Assert.Equal(Rings.Measure(folder.Path), ring.Counters.DiskBytes);
        Assert.Equal((packets, 0L), (ring.Counters.Packets, ring.Counters.LostPackets));
        Assert.InRange(ring.Counters.DiskBytes, PacketRing.SmallestBytes / 2, PacketRing.SmallestBytes);
        List<int> kept = [.. Rings.Read(folder.Path).Select(Rings.NumberOf)];
        Assert.Equal(Enumerable.Range(packets - kept.Count, kept.Count), kept);
    }

    [Fact]
    public void TShark_opens_each_file_by_itself()
    {
        TShark.Require();
        using ScratchFolder folder = new();
        using (PacketRing ring = new(folder.Path, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes, Wait = true }))
        {
            PacketRingAppender appender = ring.AddAppender(Interfaces);
            for (int i = 0; i < 320; i++)
            {
                TestPacket packet =
                    Rings.Numbered(i, (uint)i, 1, 1000, 1_700_000_000_000_000_000 + i) with { Interface = i % 3 == 0 ? 2 : 0 };
                appender.Add(packet.Raw, Rings.Decoded(packet));
            }

            appender.SetStatistics(new InterfaceStatistics(Interfaces[0], 320, 7, 1));
        }

        string[] files = Directory.GetFiles(folder.Path, "*.pcapng");
        Assert.Equal(2, files.Length);
        Assert.All(files, TShark.AssertOpens);
    }

    [Fact]
    public void Statistics_are_those_set_last()
    {
        using ScratchFolder folder = new();
        using (PacketRing ring = new(folder.Path, new PacketRingOptions { Wait = true }))
        {
            PacketRingAppender lan = ring.AddAppender(Interfaces[0]);
            PacketRingAppender other = ring.AddAppender(Interfaces[2]);
            lan.Add(new RawPacket(1, 60, 1, 0, new byte[60]), default);
            other.Add(new RawPacket(2, 60, 1, 0, new byte[60]), default);
            lan.SetStatistics(new InterfaceStatistics(Interfaces[0], 1, 0, 0));
            lan.SetStatistics(new InterfaceStatistics(Interfaces[0], 20, 3, 4));
            other.SetStatistics(new InterfaceStatistics(Interfaces[2], 30, 5, 6));
        }

        using PacketRingSource source = new(folder.Path, new PacketSelection());
        source.Run(new PacketKeeper(), CancellationToken.None);
        Assert.Equal([new InterfaceStatistics(Interfaces[0], 20, 3, 4), new InterfaceStatistics(Interfaces[2], 30, 5, 6)],
            source.Statistics.OrderBy(found => found.Received));
        Assert.Equal((8L, 10L), (source.Counters.KernelDrops, source.Counters.InterfaceDrops));
    }

    [Fact]
    public void A_query_reads_only_the_stretches_that_may_hold_an_answer()
    {
        using ScratchFolder folder = new();
        List<TestPacket> packets = [.. Enumerable.Range(0, 8000)
            .Select(i => Rings.Numbered(i, 0x0A000000 + ((uint)i / 100), 0xC0000201, 1000, 1_000_000L * i))];
        Rings.Write(folder.Path, new PacketRingOptions { MaxBytes = 16 << 20 }, [Rings.Lan], packets);
        long whole = PacketRingFolder.Size(folder.Path);
        Assert.InRange(whole, 8_000_000, 16 << 20);

        AssertReads(new PacketSelection { Address = [AddressRange.Parse("10.0.0.40")] }, Enumerable.Range(4000, 100));
        AssertReads(new PacketSelection { FirstNs = 2_000_000_000, LastNs = 2_099_999_999 }, Enumerable.Range(2000, 100));
        AssertReads(new PacketSelection { Address = [AddressRange.Parse("10.99.0.0/16")] }, []);
        AssertReads(new PacketSelection { FirstNs = long.MaxValue - 5 }, []);

        void AssertReads(PacketSelection selection, IEnumerable<int> wanted)
        {
            using PacketRingSource source = new(folder.Path, selection);
            PacketKeeper keeper = new();
            source.Run(keeper, CancellationToken.None);
            Assert.Superset(wanted.ToHashSet(), keeper.Packets.Select(Rings.NumberOf).ToHashSet());
            Assert.InRange(source.BytesRead, 0, wanted.Any() ? whole / 8 : 0);
            Assert.InRange(source.FilesOpened, 0, wanted.Any() ? 2 : 0);
        }
    }

    [Fact]
    public void Once_warm_a_packet_costs_no_memory()
    {
        using ScratchFolder folder = new();
        using PacketRing ring = new(folder.Path, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        TestPacket[] packets = [.. Enumerable.Range(0, 64).Select(i => Rings.Numbered(i, (uint)i, (uint)i + 1, 1400, i))];
        Add(20_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Add(10_000);
        Allocations.AssertNoneSince(before);

        void Add(int count)
        {
            for (int i = 0; i < count; i++)
            {
                TestPacket packet = packets[i & 63];
                appender.Add(packet.Raw, Rings.Decoded(packet));
            }
        }
    }
}
