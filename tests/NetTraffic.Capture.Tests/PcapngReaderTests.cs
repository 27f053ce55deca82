using CsCheck;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>pcapng files: blocks, sections, interfaces and their clocks.</summary>
public sealed class PcapngReaderTests
{
    private static readonly byte[] Data = [1, 2, 3, 4, 5];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Enhanced_packets_of_either_byte_order_give_back_what_was_written(bool big) =>
        Generators.MicrosecondPackets(1).Sample(
            packets =>
            {
                PcapngBytes file = new PcapngBytes(big).Section().Interface(1);
                packets.ForEach(packet => file.Enhanced(0, (ulong)(packet.TimestampNs / 1000), packet.Data, packet.WireLength,
                    comment: packet.Data.Length % 2 == 0));
                Reading.OfBytes(file.ToArray()).AssertSame(packets);
            },
            iter: 200);

    [Fact]
    public void A_compressed_file_gives_the_same_packets()
    {
        byte[] file = new PcapngBytes().Section().Interface(1).Enhanced(0, 9, Data, 60).ToArray();
        Reading.OfBytes(CaptureBytes.Gzip(file)).AssertSame([new TestPacket(9000, 60, 1, 0, Data)]);
    }

    [Fact]
    public void Simple_packets_have_no_time_and_belong_to_the_first_interface() =>
        Reading.OfBytes(new PcapngBytes().Section().Interface(101).Interface(1).Simple(Data, 5).ToArray())
            .AssertSame([new TestPacket(0, 5, 101, 0, Data)]);

    [Fact]
    public void Simple_packets_are_as_long_as_the_snap_length_lets_them() =>
        Reading.OfBytes(new PcapngBytes().Section().Interface(1, snapLength: 5).Simple(Data, 900).ToArray()) // 5 bytes and 3 of padding
            .AssertSame([new TestPacket(0, 900, 1, 0, Data)]);

    [Fact]
    public void An_interfaces_name_is_made_harmless_where_it_enters()
    {
        byte[] file = new PcapngBytes().Section().Interface(1, "eth\u001b[2J\u202e" + new string('x', 1000)).Enhanced(0, 1, Data, 5)
            .ToArray();
        string name = Assert.Single(Reading.OfBytes(file).Interfaces).Name;
        Assert.StartsWith("eth\\u001b[2J\\u202ex", name, StringComparison.Ordinal);
        Assert.True(name.Length < 300);
    }

    [Fact]
    public void Obsolete_packet_blocks_are_read() =>
        Reading.OfBytes(new PcapngBytes().Section().Interface(1).Interface(101).Obsolete(1, 3_000_000, Data, 70).ToArray())
            .AssertSame([new TestPacket(3_000_000_000, 70, 101, 1, Data)]);

    [Theory]
    [InlineData(null, 1_500_000, 1_500_000_000L)] // microseconds unless said
    [InlineData((byte)6, 1_500_000, 1_500_000_000L)]
    [InlineData((byte)9, 1_500_000, 1_500_000L)]
    [InlineData((byte)3, 1500, 1_500_000_000L)]
    [InlineData((byte)0, 2, 2_000_000_000L)]
    [InlineData((byte)12, 1_500_000_000_000, 1_500_000_000L)]
    [InlineData((byte)0x80, 2, 2_000_000_000L)] // powers of two
    [InlineData((byte)0x81, 3, 1_500_000_000L)]
    [InlineData((byte)0x8A, 1536, 1_500_000_000L)]
    [InlineData((byte)0xA0, 0x1_8000_0000, 1_500_000_000L)]
    public void An_interface_has_a_resolution_of_its_own(byte? resolution, ulong stamp, long nanoseconds) =>
        Reading.OfBytes(new PcapngBytes().Section().Interface(1, resolution: resolution).Enhanced(0, stamp, Data, 5).ToArray())
            .AssertSame([new TestPacket(nanoseconds, 5, 1, 0, Data)]);

    [Theory]
    [InlineData(1_700_000_000, 1_700_000_002_000_000_000L)]
    [InlineData(-1, 1_000_000_000L)]
    public void An_interface_has_an_offset_in_seconds(long offset, long nanoseconds) =>
        Reading.OfBytes(new PcapngBytes().Section().Interface(1, offsetSeconds: offset).Enhanced(0, 2_000_000, Data, 5).ToArray())
            .AssertSame([new TestPacket(nanoseconds, 5, 1, 0, Data)]);

    [Fact]
    public void Each_section_has_its_own_byte_order_and_interfaces()
    {
        PcapngBytes second = new PcapngBytes(big: true).Section().Interface(113, "b0", resolution: 9).Enhanced(0, 8, Data, 8);
        byte[] file = new PcapngBytes().Section().Interface(1, "a0").Interface(101, "a1").Enhanced(1, 7, Data, 7).Append(second).ToArray();
        Reading reading = Reading.OfBytes(file);
        reading.AssertSame([new TestPacket(7000, 7, 101, 1, Data), new TestPacket(8, 8, 113, 2, Data)]);
        Assert.Equal(["a0", "a1", "b0"], reading.Interfaces.Select(found => found.Name));
    }

    [Fact]
    public void Interfaces_may_come_after_packets() =>
        Reading.OfBytes(new PcapngBytes().Section().Interface(1).Enhanced(0, 1, Data, 5).Interface(101).Enhanced(1, 2, Data, 5).ToArray())
            .AssertSame([new TestPacket(1000, 5, 1, 0, Data), new TestPacket(2000, 5, 101, 1, Data)]);

    [Fact]
    public void A_block_that_ends_in_another_length_is_damaged()
    {
        byte[] file = new PcapngBytes().Section().Interface(1).Enhanced(0, 1, Data, 5).Enhanced(0, 2, Data, 5).ToArray();
        file[^4] ^= 8;
        Reading reading = Reading.OfBytes(file);
        Assert.Equal((1, false), (reading.Packets.Count, reading.Damage!.Truncated));
        Assert.Contains("at its end", reading.Damage.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(1, 2, true)]
    [InlineData(1, 1, false)]
    [InlineData(2, 0, false)]
    public void Sections_of_an_unknown_version_are_not_read(byte major, byte minor, bool known)
    {
        byte[] file = new PcapngBytes().Section().Interface(1).Enhanced(0, 1, Data, 5).ToArray();
        (file[12], file[14]) = (major, minor);
        Reading reading = Reading.OfBytes(file);
        Assert.Equal(known ? 1 : 0, reading.Packets.Count);
        Assert.Equal(!known, reading.Damage?.Message.Contains($"pcapng version {major}.{minor}", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void Blocks_of_other_kinds_are_passed_over()
    {
        byte[] large = new byte[200_000];
        Reading reading = Reading.OfBytes(new PcapngBytes().Section().Custom(0xBAD, large).Interface(1).Custom(4, [0, 0, 0, 0])
            .Enhanced(0, 1, Data, 5).Custom(10, large).ToArray());
        reading.AssertSame([new TestPacket(1000, 5, 1, 0, Data)]);
        Assert.Null(reading.Damage);
    }

    [Fact]
    public void Statistics_blocks_tell_what_the_interface_dropped() =>
        Assert.Equal(42, Reading.OfBytes(new PcapngBytes().Section().Interface(1).Statistics(0, 42).ToArray()).Counters.InterfaceDrops);

    [Fact]
    public void A_packet_of_an_interface_that_its_section_does_not_describe_is_damage()
    {
        byte[] before = new PcapngBytes().Section().Interface(1).Enhanced(0, 1, Data, 5).ToArray();
        Reading reading =
            Reading.OfBytes(new PcapngBytes().Section().Interface(1).Enhanced(0, 1, Data, 5).Enhanced(1, 2, Data, 5).ToArray());
        Assert.Single(reading.Packets);
        Assert.Equal((before.Length, false), ((int)reading.Damage!.Offset, reading.Damage.Truncated));
    }

    [Fact]
    public void A_packet_longer_than_its_block_is_damage()
    {
        byte[] file = new PcapngBytes().Section().Interface(1).Enhanced(0, 1, Data, 5).ToArray();
        int at = new PcapngBytes().Section().Interface(1).ToArray().Length;
        file[at + 20] = 200; // captured length
        Reading reading = Reading.OfBytes(file);
        Assert.Empty(reading.Packets);
        Assert.Equal(at, reading.Damage!.Offset);
    }
}
