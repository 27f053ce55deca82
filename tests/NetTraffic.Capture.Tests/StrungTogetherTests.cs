using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Files behind one another, tails of zeros, and old versions of pcap.</summary>
public sealed class StrungTogetherTests
{
    private static readonly TestPacket First = new(1_700_000_000_000_000_000, 60, 1, 0, [1, 2, 3]);
    private static readonly TestPacket Second = new(1_700_000_001_000_000_000, 70, 1, 0, [4, 5, 6, 7]);

    public static TheoryData<string, byte[], byte[]> Pairs => new()
    {
        { "pcap and pcap", Pcap(First), Pcap(Second) },
        { "other byte order", Pcap(First), PcapBytes.Write([Second], 1, big: true) },
        { "other resolution", Pcap(First), PcapBytes.Write([Second], 1, nanoseconds: true) },
        { "big-endian and big-endian", PcapBytes.Write([First], 1, big: true), PcapBytes.Write([Second], 1, big: true) },
        { "pcap and pcapng", Pcap(First), Pcapng(Second) },
        { "pcapng and pcap", Pcapng(First), Pcap(Second) },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_packets_of_both_are_read_and_it_is_said(string name, byte[] first, byte[] second)
    {
        using ScratchFolder folder = new();
        string path = folder.Write("both.pcap", [.. first, .. second]);
        PacketKeeper keeper = new();
        using CaptureFileSource source = CaptureFileSource.Open(path);
        source.Run(keeper, TestContext.Current.CancellationToken);
        Assert.Equal((name, 2, First.TimestampNs, Second.TimestampNs),
            (name, keeper.Packets.Count, keeper.Packets[0].TimestampNs, keeper.Packets[1].TimestampNs));
        Assert.Equal([.. First.Data, .. Second.Data], keeper.Packets.SelectMany(packet => packet.Data));
        Assert.Contains($"begins at byte {first.Length}", source.Remark, StringComparison.Ordinal);
        Assert.Equal((2L, 130L), (source.Counters.Packets, source.Counters.Bytes));
    }

    [Fact]
    public void Files_of_one_link_type_have_one_interface_and_of_two_have_two()
    {
        Assert.Single(Reading.OfBytes([.. Pcap(First), .. Pcap(Second), .. Pcap(First)]).Interfaces);
        Reading other = Reading.OfBytes([.. Pcap(First), .. PcapBytes.Write([Second with { LinkType = 101 }], 101)]);
        Assert.Equal([1, 101], other.Interfaces.Select(found => found.LinkType));
        Assert.Equal([0, 1], other.Packets.Select(packet => packet.Interface));
    }

    [Fact]
    public void A_time_like_a_files_first_bytes_is_a_time()
    {
        TestPacket[] packets = [First, First with { TimestampNs = 0xA1B2C3D4L * 1_000_000_000 }, Second];
        Reading reading = Reading.OfBytes(PcapBytes.Write(packets, 1));
        reading.AssertSame(packets);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(1_000_000)]
    public void A_tail_of_zeros_is_no_packets(int zeros)
    {
        byte[] file = Pcap(First, Second);
        Reading reading = Reading.OfBytes([.. file, .. new byte[zeros]]);
        reading.AssertSame([First, Second]);
        Assert.Equal(file.Length, reading.Damage!.Offset);
        Assert.Contains("zeros", reading.Damage.Message, StringComparison.Ordinal);
        byte[] next = Pcapng(First);
        reading = Reading.OfBytes([.. next, .. new byte[zeros]]);
        Assert.Equal((1, (long)next.Length), (reading.Packets.Count, reading.Damage!.Offset));
        Assert.Contains("zeros", reading.Damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Packets_of_1970_without_bytes_are_packets_where_others_follow()
    {
        TestPacket empty = new(0, 0, 1, 0, []);
        TestPacket[] packets = [First, empty, empty, Second];
        Reading reading = Reading.OfBytes(PcapBytes.Write(packets, 1));
        reading.AssertSame(packets);
        Assert.Null(reading.Damage);
    }

    [Theory]
    [InlineData(2, 2, true)]
    [InlineData(2, 0, true)]
    [InlineData(543, 0, true)]
    [InlineData(2, 3, true)]
    [InlineData(2, 3, false)]
    [InlineData(2, 4, false)]
    public void Old_versions_have_their_lengths_the_other_way_round(int major, int minor, bool swapped)
    {
        foreach (bool big in new[] { false, true })
        {
            CaptureBytes file = new(big);
            file.U32(0xA1B2C3D4).U16(major).U16(minor).U32(0).U32(0).U32(68).U32(1);
            foreach (TestPacket packet in new[] { First, Second })
            {
                file.U32(packet.TimestampNs / 1_000_000_000).U32(0).U32(swapped ? packet.WireLength : packet.Data.Length)
                    .U32(swapped ? packet.Data.Length : packet.WireLength).Bytes(packet.Data);
            }

            Reading.OfBytes(file.ToArray()).AssertSame([First, Second]);
        }
    }

    [Theory]
    [InlineData(@"\Device\NPF_{0F1A7C52-1111-2222-3333-444455556666}", "Wi-Fi", "Wi-Fi")]
    [InlineData(null, "vEthernet (WSL)", "vEthernet (WSL)")]
    [InlineData("eth0", "uplink", "eth0")]
    [InlineData(@"\Device\NPF_{1}", null, @"\Device\NPF_{1}")]
    public void An_interface_without_a_name_for_people_has_its_description(string? name, string? description, string expected)
    {
        Reading reading = Reading.OfBytes(new PcapngBytes().Section().Interface(1, name, description: description).ToArray());
        Assert.Equal(expected, Assert.Single(reading.Interfaces).Name);
    }

    private static byte[] Pcap(params TestPacket[] packets) => PcapBytes.Write(packets, 1);

    private static byte[] Pcapng(TestPacket packet) => new PcapngBytes().Section().Interface(packet.LinkType)
        .Enhanced(0, (ulong)packet.TimestampNs / 1000, packet.Data, packet.WireLength).ToArray();
}
