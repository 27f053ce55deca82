using CsCheck;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>What the pcapng writer writes is what our reader and TShark read.</summary>
public sealed class PcapngWriterTests
{
    private static readonly PacketInterface[] Interfaces = [new("eth0", 1), new("", 101), new("eth0", 113), new("zürich\u0001", 1)];

    [Fact]
    public void Any_packets_come_back_byte_for_byte() => Generators.AnyPackets(Interfaces).Sample(
        packets =>
        {
            Reading reading = Reading.OfBytes(Write(packets, null));
            Assert.Null(reading.Damage);
            Assert.Equal(packets.Count, reading.Packets.Count);
            Assert.All(packets.Zip(reading.Packets),
                pair => Assert.True(pair.First.Same(pair.Second), $"{pair.First} became {pair.Second}"));
        },
        iter: 60);

    [Fact]
    public void Comments_change_nothing_of_the_packets() => Gen.Select(Generators.AnyPackets(Interfaces), Gen.String[0, 3000]).Sample(
        (packets, comment) =>
        {
            Reading reading = Reading.OfBytes(Write(packets, comment));
            Assert.Null(reading.Damage);
            Assert.True(packets.Zip(reading.Packets).All(pair => pair.First.Same(pair.Second)));
            Assert.Equal(packets.Count, reading.Packets.Count);
        },
        iter: 60);

    [Fact]
    public void Interfaces_keep_name_and_link_type_and_names_lose_their_control_characters()
    {
        Reading reading = Reading.OfBytes(Write([], null));
        Assert.Equal(["eth0", "", "eth0", "zürich\\u0001"], reading.Interfaces.Select(found => found.Name));
        Assert.Equal([1, 101, 113, 1], reading.Interfaces.Select(found => found.LinkType));
    }

    [Fact]
    public void Statistics_come_back_per_interface()
    {
        using MemoryStream file = new();
        using (PcapngWriter writer = new(file, leaveOpen: true))
        {
            writer.AddInterface(Interfaces[0]);
            writer.AddInterface(Interfaces[1]);
            writer.WriteStatistics(0, new InterfaceStatistics(Interfaces[0], 10, 3, 1), 5);
            writer.WriteStatistics(1, new InterfaceStatistics(Interfaces[1], 20, 4, 2), 6);
            writer.WriteStatistics(0, new InterfaceStatistics(Interfaces[0], 11, 5, 1), 7);
            writer.Flush();
            Assert.Equal(file.Length, writer.Bytes);
        }

        using ScratchFolder folder = new();
        using CaptureFileSource source = CaptureFileSource.Open(folder.Write("statistics.pcapng", file.ToArray()));
        source.Run(new PacketKeeper(), CancellationToken.None);
        Assert.Equal([new InterfaceStatistics(Interfaces[0], 11, 5, 1), new InterfaceStatistics(Interfaces[1], 20, 4, 2)],
            source.Statistics);
        Assert.Equal((9L, 3L), (source.Counters.KernelDrops, source.Counters.InterfaceDrops));
    }

    [Fact]
    public void Writing_a_packet_allocates_nothing()
    {
        using PcapngWriter writer = new(Stream.Null);
        writer.AddInterface(Interfaces[0]);
        byte[] data = new byte[1400];
        Write(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Write(5000);
        Allocations.AssertNoneSince(before);

        void Write(int count)
        {
            for (int i = 0; i < count; i++)
            {
                writer.Write(new RawPacket(i, 1400, 1, 0, data), 0, i % 2 == 0 ? null : "TLS example.org");
            }
        }
    }

    [Fact]
    public void A_stream_that_fails_is_an_error_once_and_is_closed()
    {
        FailingStream stream = new();
        PcapngWriter writer = new(stream);
        writer.AddInterface(Interfaces[0]);
        Assert.Throws<IOException>(writer.Flush);
        writer.Dispose();
        Assert.False(stream.CanWrite);
    }

    [Fact]
    public void An_interface_that_was_not_added_is_refused()
    {
        using PcapngWriter writer = new(Stream.Null);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(new RawPacket(0, 0, 1, 0, []), 0));
    }

    [Fact]
    public void TShark_reads_packets_comments_and_statistics_without_complaint()
    {
        TShark.Require();
        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "written.pcapng");
        byte[] frame = Frames.Ethernet(0x0800, Frames.IPv4("192.0.2.1", "192.0.2.2", 17, Frames.Udp(1000, 2000, 1, 2, 3)));
        using (PcapngWriter writer = new(File.Create(path)))
        {
            writer.AddInterface(new PacketInterface("lan0", 1));
            writer.AddInterface(new PacketInterface("", 101), 60);
            writer.Write(new RawPacket(1_700_000_000_123_456_789, frame.Length, 1, 0, frame), 0,
                "application: dns; server: zürich\u001b[31m");
            writer.Write(new RawPacket(1_700_000_000_123_456_790, 2000, 101, 1, frame.AsSpan(14)), 1);
            writer.Write(new RawPacket(1_700_000_000_123_456_791, 0, 1, 0, []), 0, "x");
            writer.Write(new RawPacket(1_700_000_000_123_456_792, 70_000, 1, 0, new byte[70_000]), 0);
            writer.WriteStatistics(0, new InterfaceStatistics(new PacketInterface("lan0", 1), 10, 3, 1), 1_700_000_001_000_000_000);
            writer.WriteStatistics(1, new InterfaceStatistics(new PacketInterface("", 101), 10, 0, 0), 1_700_000_001_000_000_000);
        }

        TShark.AssertOpens(path);
        TShark.AssertCapinfosOpens(path);
        string[][] rows = [.. TShark.Fields(path, null, "frame.time_epoch", "frame.len", "frame.cap_len", "frame.interface_id",
            "frame.interface_name", "frame.comment")];
        Assert.Equal(["1700000000.123456789", frame.Length.ToString(), frame.Length.ToString(), "0", "lan0",
            "application: dns; server: zürich\\u001b[31m"], rows[0]);
        Assert.Equal(["1700000000.123456790", "2000", (frame.Length - 14).ToString(), "1"], rows[1].Take(4));
        Assert.Equal(["1700000000.123456791", "0", "0", "0", "lan0", "x"], rows[2]);
        Assert.Equal(["1700000000.123456792", "70000", "70000"], rows[3].Take(3));
    }

    private static byte[] Write(List<TestPacket> packets, string? comment)
    {
        using MemoryStream file = new();
        using (PcapngWriter writer = new(file, leaveOpen: true))
        {
            foreach (PacketInterface added in Interfaces)
            {
                writer.AddInterface(added);
            }

            packets.ForEach(packet => writer.Write(packet.Raw, packet.Interface, comment));
        }

        return file.ToArray();
    }

    private sealed class FailingStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("no room");
    }
}
