using CsCheck;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>pcap files: what was written is read.</summary>
public sealed class PcapReaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Microsecond_files_of_either_byte_order_give_back_what_was_written(bool big) =>
        Generators.MicrosecondPackets(1)
            .Sample(packets => Reading.OfBytes(PcapBytes.Write(packets, 1, big)).AssertSame(packets), iter: 200);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nanosecond_files_of_either_byte_order_give_back_what_was_written(bool big) =>
        Generators.NanosecondPackets(101)
            .Sample(packets => Reading.OfBytes(PcapBytes.Write(packets, 101, big, nanoseconds: true)).AssertSame(packets), iter: 200);

    [Fact]
    public void A_compressed_file_gives_the_same_packets() =>
        Generators.MicrosecondPackets(1)
            .Sample(packets => Reading.OfBytes(CaptureBytes.Gzip(PcapBytes.Write(packets, 1))).AssertSame(packets), iter: 100);

    [Fact]
    public void A_version_before_2_is_not_read()
    {
        byte[] file = PcapBytes.Write([new TestPacket(0, 1, 1, 0, [1])], 1);
        file[4] = 1;
        Reading reading = Reading.OfBytes(file);
        Assert.Empty(reading.Packets);
        Assert.Contains("pcap version 1.4", reading.Damage!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, 101)]
    [InlineData(14, 101)]
    [InlineData(16, 106)]
    [InlineData(18, 106)]
    [InlineData(19, 106)]
    public void Numbers_that_old_systems_wrote_for_IP_are_those_of_today(int written, int linkType) =>
        Assert.Equal(linkType,
            Assert.Single(Reading.OfBytes(PcapBytes.Write([new TestPacket(0, 1, linkType, 0, [1])], written)).Packets).LinkType);

    [Theory]
    [InlineData(0x5000_0001)]
    [InlineData(0x4400_0001)]
    public void What_is_said_of_a_frame_check_sequence_is_no_part_of_the_link_type(int written) =>
        Assert.Equal(1, Assert.Single(Reading.OfBytes(PcapBytes.Write([new TestPacket(0, 1, 1, 0, [1])], written)).Packets).LinkType);

    [Fact]
    public void Kuznetzovs_longer_records_are_read()
    {
        CaptureBytes file = new(big: false);
        file.U32(0xA1B2CD34).U16(2).U16(4).U32(0).U32(0).U32(65535).U32(1);
        file.U32(7).U32(5).U32(3).U32(60).U32(2).U32(0).Bytes([1, 2, 3]); // interface, protocol, packet type
        Reading reading = Reading.OfBytes(file.ToArray());
        reading.AssertSame([new TestPacket(7_000_005_000, 60, 1, 0, [1, 2, 3])]);
        Assert.Null(reading.Damage);
    }

    [Theory]
    [InlineData(189)]
    [InlineData(220)]
    [InlineData(249)]
    public void Usb_transfers_may_be_larger_than_packets_of_a_network(int linkType)
    {
        byte[] transfer = new byte[300_000];
        byte[] file = PcapBytes.Write([new TestPacket(1000, transfer.Length, linkType, 0, transfer)], linkType);
        Assert.Equal(transfer.Length, Assert.Single(Reading.OfBytes(file).Packets).Data.Length);
        if (TShark.IsInstalled)
        {
            using ScratchFolder folder = new();
            Assert.Single(TShark.Fields(folder.Write("usb.pcap", file), null, "frame.cap_len"), row => row[0] == "300000");
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(3_000_000)]
    public void A_record_that_says_more_than_there_is_takes_no_memory_for_it(int there)
    {
        const int usb = 189, most = 128 << 20;
        CaptureBytes file = new(big: false);
        file.U32(0xA1B2C3D4).U16(2).U16(4).U32(0).U32(0).U32(most).U32(usb).U32(7).U32(5).U32(most).U32(most).Bytes(new byte[there]);
        using ScratchFolder folder = new();
        string path = folder.Write("cut.pcap", file.ToArray());
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CaptureFormatException>(() =>
        {
            using CaptureFileSource source = CaptureFileSource.Open(path);
            source.Run(new PacketKeeper(), CancellationToken.None);
        });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void A_file_without_packets_is_no_error()
    {
        Reading reading = Reading.OfBytes(PcapBytes.Write([], 1));
        Assert.Empty(reading.Packets);
        Assert.Null(reading.Damage);
    }

    [Fact]
    public void A_file_larger_than_the_readers_buffer_is_read_across_its_edges()
    {
        byte[] data = new byte[60_000];
        Random.Shared.NextBytes(data);
        List<TestPacket> packets = [.. Enumerable.Range(0, 700).Select(i => new TestPacket(i * 1000L, data.Length, 1, 0, data))];
        Reading reading = Reading.OfBytes(PcapBytes.Write(packets, 1)); // 42 MB
        Assert.Equal(packets.Count, reading.Packets.Count);
        Assert.All(reading.Packets.Zip(packets), pair => Assert.True(pair.First.Same(pair.Second)));
    }

    [Fact]
    public void Counters_tell_packets_wire_bytes_and_position()
    {
        byte[] file = PcapBytes.Write([new TestPacket(0, 100, 1, 0, [1]), new TestPacket(0, 50, 1, 0, [2, 3])], 1);
        Reading reading = Reading.OfBytes(file);
        Assert.Equal((2L, 150L, (long)file.Length, (long)file.Length),
            (reading.Counters.Packets, reading.Counters.Bytes, reading.Counters.Position, reading.Counters.Length));
    }

    [Fact]
    public void A_sink_that_wants_no_more_gets_no_more()
    {
        using ScratchFolder folder = new();
        string path =
            folder.Write("capture", PcapBytes.Write(Enumerable.Range(0, 10).Select(i => new TestPacket(i * 1000, 1, 1, 0, [1])), 1));
        PacketKeeper keeper = new() { Limit = 3 };
        using CaptureFileSource source = CaptureFileSource.Open(path);
        source.Run(keeper, TestContext.Current.CancellationToken);
        Assert.Equal(3, keeper.Packets.Count);
        Assert.Equal(3, source.Counters.Packets);
    }
}
