using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Packets, interfaces and clocks that are out of the ordinary.</summary>
public sealed class PacketRingEdgeTests
{
    [Theory]
    [InlineData(65_536)]
    [InlineData(262_144)]
    public void Packets_beyond_64_KiB_are_kept_whole_in_the_smallest_ring_too(int length)
    {
        using ScratchFolder folder = new();
        List<TestPacket> packets = [.. Enumerable.Range(0, 8).Select(i => Rings.Numbered(i, 1, 2, i % 2 == 0 ? length : 60, i))];
        using (PacketRing ring = new(folder.Path, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes }))
        {
            PacketRingAppender appender = ring.AddAppender(Rings.Lan);
            packets.ForEach(packet => appender.Add(packet.Raw, Rings.Decoded(packet)));
            ring.Complete();
            Assert.Equal(0, ring.Counters.LostPackets);
        }

        Assert.InRange(Rings.Measure(folder.Path), length, PacketRing.SmallestBytes);
        List<TestPacket> kept = Rings.Read(folder.Path);
        Assert.InRange(kept.Count, 4, 8);
        Assert.All(kept.Zip(packets.TakeLast(kept.Count)), pair => Assert.True(pair.First.Same(pair.Second)));
    }

    [Fact]
    public void A_usb_transfer_larger_than_half_the_ring_is_counted_and_pushes_nothing_out()
    {
        using ScratchFolder folder = new();
        const int usbPcap = 249;
        using PacketRing ring =
            new(folder.Path, new PacketRingOptions { MaxBytes = PacketRing.SmallestBytes, Wait = true, SnapLength = int.MaxValue });
        PacketRingAppender appender = ring.AddAppender(new PacketInterface("usb1", usbPcap));
        appender.Add(new RawPacket(1, 100, usbPcap, 0, new byte[100]), default);
        appender.Add(new RawPacket(2, 3 << 20, usbPcap, 0, new byte[3 << 20]), default);
        appender.Add(new RawPacket(3, 100, usbPcap, 0, new byte[100]), default);
        ring.Complete();
        Assert.Equal((2, 1), (ring.Counters.Packets, ring.Counters.LostPackets));
        Assert.Equal([1, 3], Rings.Read(folder.Path).Select(packet => packet.TimestampNs));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(60)]
    public void A_snap_length_even_shorter_than_headers_cuts_packets_and_keeps_their_length(int snapLength)
    {
        using ScratchFolder folder = new();
        List<TestPacket> packets = [.. Enumerable.Range(0, 50).Select(i => Rings.Numbered(i, 1, 2, 40 + i, i))];
        Rings.Write(folder.Path, new PacketRingOptions { SnapLength = snapLength }, [Rings.Lan], packets);
        List<TestPacket> kept = Rings.Read(folder.Path, new PacketSelection { Address = [AddressRange.Parse("0.0.0.1")] });
        Assert.Equal(packets.Select(packet => packet.WireLength), kept.Select(packet => packet.WireLength));
        Assert.All(packets.Zip(kept), pair => Assert.Equal(pair.First.Data.Take(snapLength), pair.Second.Data));
    }

    [Fact]
    public void A_clock_set_back_changes_neither_order_nor_what_a_query_finds()
    {
        using ScratchFolder folder = new();
        const long hour = 3_600_000_000_000;
        List<TestPacket> packets = [.. Enumerable.Range(0, 4000)
            .Select(i => Rings.Numbered(i, 1, 2, 1000, (10 * hour) + (i * 1_000_000L) - (i >= 2000 ? hour : 0)))];
        Rings.Write(folder.Path, new PacketRingOptions { MaxBytes = 8 << 20 }, [Rings.Lan], packets);
        Assert.Equal(Enumerable.Range(0, 4000), Rings.Read(folder.Path).Select(Rings.NumberOf));
        Assert.Equal(Enumerable.Range(2000, 2000),
            Rings.Read(folder.Path, new PacketSelection { LastNs = 9 * hour + 5_000_000_000 }).Select(Rings.NumberOf));
        Assert.Equal(Enumerable.Range(0, 2000),
            Rings.Read(folder.Path, new PacketSelection { FirstNs = 10 * hour }).Select(Rings.NumberOf));
    }

    [Fact]
    public void Times_are_kept_from_1970_to_the_end_and_earlier_ones_become_1970()
    {
        using ScratchFolder folder = new();
        long[] times = [long.MinValue, -1, 0, 1, 1_700_000_000_123_456_789, long.MaxValue];
        Rings.Write(folder.Path, new PacketRingOptions(), [Rings.Lan], times.Select(time => Rings.Numbered(1, 2, 3, 60, time)));
        Assert.Equal(times.Select(time => Math.Max(0, time)), Rings.Read(folder.Path).Select(packet => packet.TimestampNs));
    }

    [Fact]
    public void A_flood_of_addresses_keeps_the_index_small_and_its_answers_right()
    {
        using ScratchFolder folder = new();
        const int packets = 60_000;
        Rings.Write(folder.Path, new PacketRingOptions { MaxBytes = 16 << 20 }, [Rings.Lan],
            Enumerable.Range(0, packets).Select(i => Rings.Numbered(i, 0x0A000000 + (uint)i, 0xC0000000 + (uint)(i * 7), 60, i)));
        long data = Directory.GetFiles(folder.Path, "*.pcapng").Sum(path => new FileInfo(path).Length);
        long index = Directory.GetFiles(folder.Path, "*.index").Sum(path => new FileInfo(path).Length);
        Assert.InRange(index, 1, data / 30);
        Assert.Contains(12_345,
            Rings.Read(folder.Path, new PacketSelection { Address = [AddressRange.Parse("10.0.48.57")] }).Select(Rings.NumberOf));
    }

    [Fact]
    public void A_trickle_of_packets_does_not_cost_more_index_than_packets()
    {
        using ScratchFolder folder = new();
        using PacketRing ring = new(folder.Path, new PacketRingOptions { Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        for (int i = 0; i < 2000; i++)
        {
            TestPacket packet = Rings.Numbered(i, (uint)i % 9, 1, 120, i);
            appender.Add(packet.Raw, Rings.Decoded(packet));
            appender.HandOver();
        }

        ring.Complete();
        Assert.Equal(Enumerable.Range(0, 2000), Rings.Read(folder.Path).Select(Rings.NumberOf));
        Assert.InRange(new FileInfo(Assert.Single(Directory.GetFiles(folder.Path, "*.index"))).Length, 1, 3000);
    }

    [Fact]
    public void IPv6_addresses_and_frames_without_any_are_told_apart()
    {
        using ScratchFolder folder = new();
        using (PacketRing ring = new(folder.Path, new PacketRingOptions { MaxBytes = 4 << 20, Wait = true }))
        {
            PacketRingAppender appender = ring.AddAppender(Rings.Lan);
            for (int i = 0; i < 3000; i++)
            {
                DecodedPacket decoded = i < 1000 ? default
                    : new DecodedPacket
                    {
                        IpVersion = 6,
                        Source = new IpAddress128(0x2001_0DB8_0000_0000, (ulong)i / 1000),
                        Destination = new IpAddress128(0x2001_0DB8_FFFF_0000, 1)
                    };
                appender.Add(new RawPacket(i, 1000, 1, 0, new byte[1000]), decoded);
            }
        }

        AssertReads("2001:db8::1", 1000, 1999);
        AssertReads("2001:db8::2", 2000, 2999);
        AssertReads("2001:db8::/48", 1000, 2999);

        void AssertReads(string address, int first, int last)
        {
            List<long> found = [.. Rings.Read(folder.Path, new PacketSelection { Address = [AddressRange.Parse(address)] })
                .Select(packet => packet.TimestampNs)];
            Assert.Superset(Enumerable.Range(first, last - first + 1).Select(i => (long)i).ToHashSet(), found.ToHashSet());
            Assert.InRange(found.Count, last - first + 1, last - first + 1 + 200);
        }
    }

    [Fact]
    public void Hundreds_of_interfaces_keep_their_packets_and_files_stay_small()
    {
        using ScratchFolder folder = new();
        List<PacketInterface> interfaces = [.. Enumerable.Range(0, 700)
            .Select(i => new PacketInterface($"interface-{i}-{new string('x', 200)}", i % 2 == 0 ? 1 : 101))];
        List<TestPacket> packets =
        [
            .. Enumerable.Range(0,
                700).Select(i => Rings.Numbered(i, 1, 2, 300, i) with { Interface = i, LinkType = interfaces[i].LinkType }),
            .. Enumerable.Range(700,
                1500).Select(i =>
                    Rings.Numbered(i, 1, 2, 300, i) with { Interface = (i * 37) % 700, LinkType = interfaces[(i * 37) % 700].LinkType }),
        ];
        Rings.Write(folder.Path, new PacketRingOptions { MaxBytes = 2 << 20 }, interfaces, packets);
        using PacketRingSource source = new(folder.Path, new PacketSelection());
        PacketKeeper keeper = new();
        source.Run(keeper, CancellationToken.None);
        Assert.Equal(packets.Count, keeper.Packets.Count);
        Assert.All(packets.Zip(keeper.Packets), pair =>
        {
            Assert.Equal(interfaces[pair.First.Interface], source.Interfaces[pair.Second.Interface]);
            Assert.True(pair.First.Same(pair.Second with { Interface = pair.First.Interface }));
        });
        Assert.InRange(Rings.Measure(folder.Path), 0, 2 << 20);
        if (TShark.IsInstalled)
        {
            Assert.All(Directory.GetFiles(folder.Path, "*.pcapng").Take(1), TShark.AssertOpens);
        }
    }

    [Fact]
    public void A_link_type_that_no_pcapng_file_can_name_is_counted_and_hurts_no_other()
    {
        using ScratchFolder folder = new();
        using PacketRing ring = new(folder.Path, new PacketRingOptions { Wait = true });
        PacketRingAppender appender = ring.AddAppender([new PacketInterface("odd", 0x0FFF_FFFF), Rings.Lan]);
        appender.Add(new RawPacket(1, 60, 0x0FFF_FFFF, 0, new byte[60]), default);
        appender.Add(new RawPacket(2, 60, 1, 1, new byte[60]), default);
        appender.SetStatistics(new InterfaceStatistics(new PacketInterface("odd", 0x0FFF_FFFF), 1, 2, 3));
        ring.Complete();
        Assert.Equal((1, 1), (ring.Counters.Packets, ring.Counters.LostPackets));
        Assert.Single(Rings.Read(folder.Path));
    }

    [Fact]
    public void Counts_without_measure_are_written_and_read()
    {
        using ScratchFolder folder = new();
        using (PacketRing ring = new(folder.Path, new PacketRingOptions { Wait = true }))
        {
            PacketRingAppender appender = ring.AddAppender([Rings.Lan, new PacketInterface("x", 1)]);
            appender.Add(new RawPacket(1, 60, 1, 0, new byte[60]), default);
            appender.Add(new RawPacket(1, 60, 1, 1, new byte[60]), default);
            appender.SetStatistics(new InterfaceStatistics(Rings.Lan, long.MaxValue, long.MaxValue, long.MaxValue));
            appender.SetStatistics(new InterfaceStatistics(new PacketInterface("x", 1), long.MaxValue, long.MaxValue, long.MaxValue));
        }

        using PacketRingSource source = new(folder.Path, new PacketSelection());
        source.Run(new PacketKeeper(), CancellationToken.None);
        Assert.Equal((long.MaxValue, long.MaxValue), (source.Counters.KernelDrops, source.Counters.InterfaceDrops));
    }

    [Fact]
    public void A_lane_that_may_not_wait_counts_what_finds_no_room()
    {
        const int chunks = 4, chunkBytes = 4096;
        using ScratchFolder folder = new();
        using PacketRing ring = new(folder.Path, new PacketRingOptions());
        PacketRingChunks stuck = new(chunkBytes, 16, chunks); // nobody takes them: a disk that stands still
        PacketRingAppender appender = new(ring, stuck, [Rings.Lan], new PacketRingOptions());
        int fit = chunks * (chunkBytes / PcapngBlocks.PacketLength(100));
        for (int i = 0; i < 1000; i++)
        {
            TestPacket packet = Rings.Numbered(i, 1, 2, 100, i);
            appender.Add(packet.Raw, Rings.Decoded(packet));
        }

        Assert.Equal(1000 - fit, appender.Lost);
        PacketRingChunk oldest = stuck.TakeFull(0, out _)!;
        Assert.Equal(fit / chunks, oldest.Packets);
        stuck.Return(oldest);
        TestPacket next = Rings.Numbered(1000, 1, 2, 100, 1000);
        appender.Add(next.Raw, Rings.Decoded(next));
        Assert.Equal(1000 - fit, appender.Lost);
    }

    [Theory]
    [InlineData(PacketRing.SmallestBytes - 1, 100)]
    [InlineData(PacketRing.SmallestBytes, 0)]
    public void Bounds_that_make_no_sense_are_refused(long maxBytes, int snapLength) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PacketRing("unused",
            new PacketRingOptions { MaxBytes = maxBytes, SnapLength = snapLength }));

    [Fact]
    public void A_ring_without_a_packet_leaves_nothing()
    {
        using ScratchFolder scratch = new();
        string folder = Path.Combine(scratch.Path, "ring");
        PacketRing ring = new(folder, new PacketRingOptions());
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        appender.Tick();
        ring.Dispose();
        ring.Dispose();
        Assert.False(Directory.Exists(folder));
        Assert.Equal(default, ring.Counters);
        appender.Add(new RawPacket(1, 60, 1, 0, new byte[60]), default);
        Assert.Equal(1, ring.Counters.LostPackets);
        Assert.Throws<ObjectDisposedException>(() => ring.AddAppender(Rings.Lan));
    }
}
