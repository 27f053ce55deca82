using CsCheck;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Classic pcap as written is what our reader and TShark read.</summary>
public sealed class PcapWriterTests
{
    [Fact]
    public void Packets_come_back_byte_for_byte() => Generators.NanosecondPackets(113).Sample(
        packets =>
        {
            Reading reading = Reading.OfBytes(Write(packets));
            Assert.Null(reading.Damage);
            reading.AssertSame(packets);
        },
        iter: 100);

    [Fact]
    public void A_large_packet_is_kept_whole()
    {
        TestPacket packet = new(5, 262_144, 1, 0, new byte[262_144]);
        Assert.True(Assert.Single(Reading.OfBytes(Write([packet, .. Array.Empty<TestPacket>()])).Packets).Same(packet));
    }

    [Fact]
    public void A_second_link_type_is_refused_with_what_to_do()
    {
        using PcapWriter writer = new(Stream.Null);
        writer.Write(new RawPacket(0, 0, 1, 0, []));
        ArgumentException error = Assert.Throws<ArgumentException>(() => writer.Write(new RawPacket(0, 0, 101, 0, [])));
        Assert.Contains("1 and 101", error.Message, StringComparison.Ordinal);
        Assert.Contains("pcapng", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_that_the_format_cannot_say_become_its_first_and_last()
    {
        Reading reading = Reading.OfBytes(Write([new(-1, 0, 1, 0, []), new(long.MaxValue, 0, 1, 0, [])]));
        Assert.Equal([0, (uint.MaxValue * 1_000_000_000L) + 999_999_999], reading.Packets.Select(packet => packet.TimestampNs));
    }

    [Fact]
    public void TShark_reads_it_without_complaint_empty_or_not()
    {
        TShark.Require();
        using ScratchFolder folder = new();
        string empty = folder.Write("empty.pcap", Write([]));
        string path = folder.Write("two.pcap",
            Write([new(1_700_000_000_123_456_789, 60, 1, 0, new byte[60]),
                new(1_700_000_000_123_456_790, 70_000, 1, 0, new byte[65_600])]));
        TShark.AssertOpens(empty);
        TShark.AssertCapinfosOpens(empty, path);
        Assert.Equal([["1700000000.123456789", "60"], ["1700000000.123456790", "65600"]],
            TShark.Fields(path, null, "frame.time_epoch", "frame.cap_len"));
    }

    private static byte[] Write(List<TestPacket> packets)
    {
        using MemoryStream file = new();
        using (PcapWriter writer = new(file, leaveOpen: true))
        {
            packets.ForEach(packet => writer.Write(packet.Raw));
            writer.Flush();
            Assert.Equal(file.Length, writer.Bytes);
        }

        return file.ToArray();
    }
}
