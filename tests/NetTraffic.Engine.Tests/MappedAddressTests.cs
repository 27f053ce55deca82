using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>1.2.3.4 and ::ffff:1.2.3.4 are two addresses: of an IPv4 and of an IPv6 header, in files, stores, rings and their filters.</summary>
public sealed class MappedAddressTests : IDisposable
{
    private const long Start = 1_700_000_000_000_000_000;
    private readonly ScratchFolder folder = new();
    private readonly ITrafficStore store;
    private readonly string path;

    public MappedAddressTests()
    {
        byte[] udp = Frames.Udp(1111, 2222, new byte[4]);
        byte[][] frames =
        [
            Frames.Ethernet(0x0800, Frames.IPv4("1.2.3.4", "1.2.3.5", 17, udp)),
            Frames.Ethernet(0x86DD, Frames.IPv6("::ffff:1.2.3.4", "::ffff:1.2.3.5", 17, udp)),
            Frames.Ethernet(0x86DD, Frames.IPv6("::ffff:1.2.3.5", "::ffff:1.2.3.4", 17, Frames.Udp(2222, 1111, new byte[4]))),
            Frames.Ethernet(0x86DD, Frames.IPv6("::ffff:1.2.3.4", "2001:db8::1", 17, udp)),
        ];
        path = folder.Write("mapped.pcap", PcapBytes.Write(frames.Select((frame, i) => new TestPacket(Start + i, frame.Length, 1, 0, frame)),
            1, nanoseconds: true));
        store = TrafficEngine.OpenStore(folder.Path);
        Packets.ImportWithRing(store, path);
    }

    public static TheoryData<string, int> Filters => new()
    {
        { "1.2.3.4", 1 }, { "::ffff:1.2.3.4", 3 }, { "::FFFF:102:304", 3 }, { "1.0.0.0/8", 1 }, { "0.0.0.0/0", 1 },
        { "::ffff:0:0/96", 3 }, { "::ffff:1.2.3.0/120", 3 }, { "::/0", 3 }, { "1.2.3.5", 1 }, { "::ffff:1.2.3.5", 2 },
        { "2001:db8::/32", 1 },
    };

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void TShark_prints_what_the_packets_and_flows_say()
    {
        TShark.Require();
        string[] expected =
        [
            "1.2.3.4 1.2.3.5 4", "::ffff:1.2.3.4 ::ffff:1.2.3.5 6", "::ffff:1.2.3.5 ::ffff:1.2.3.4 6", "::ffff:1.2.3.4 2001:db8::1 6",
        ];
        Assert.Equal(expected, TShark.Fields(path, null, "ip.src", "ip.dst", "ipv6.src", "ipv6.dst")
            .Select(row => row[0].Length > 0 ? $"{row[0]} {row[1]} 4" : $"{row[2]} {row[3]} 6"));
        List<NetPacket> packets = [];
        TrafficEngine.ReadPackets(path, new PacketQuery(), (in raw, in decoded, in origin) =>
        {
            packets.Add(PacketMapper.ToPacket(raw, decoded, origin));
            return true;
        }, CancellationToken.None);
        Assert.Equal(expected.Select(row => row[..^2]), packets.Select(packet => $"{packet.SourceAddress} {packet.DestinationAddress}"));
        string[] flows = [expected[0], expected[1], expected[3]];
        Assert.Equal(flows.Order(), Flows(new TrafficFilter()).Select(Text).Order());
    }

    [Fact]
    public void Summaries_tell_them_apart() => Assert.Equal(
        ["1.2.3.4 1", "1.2.3.5 1", "2001:db8::1 1", "::ffff:1.2.3.4 3", "::ffff:1.2.3.5 2"],
        store.GetSummary(SummaryKey.Address, 10, null, new TrafficFilter(), CancellationToken.None)
            .Select(item => $"{item.Name} {item.Packets}").Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_filter_finds_its_version_only(string address, int packets)
    {
        TrafficFilter filter = new() { Address = Packets.Addresses(address) };
        Assert.Equal(packets, Flows(filter).Sum(flow => flow.Packets));
        Assert.Equal(packets, Packets.Numbers(path, filter).Count);
        Assert.Equal(packets, Packets.OfRings(store, new PacketQuery { Filter = filter }, out _).Count);
        Assert.Equal(packets, store.GetSummary(filter, CancellationToken.None).Packets);
    }

    [Fact]
    public void A_flow_finds_its_own_packets()
    {
        foreach (Flow flow in Flows(new TrafficFilter()))
        {
            FlowSelection selection = new([flow]);
            Assert.Equal(flow.Packets, Packets.OfRings(store, new PacketQuery { Flows = selection }, out _).Count);
            Assert.Equal(flow.Packets, Packets.OfRings(store,
                new PacketQuery { Filter = new TrafficFilter { CommunityId = [flow.CommunityId!] } }, out _).Count);
        }
    }

    /// <summary>https://github.com/corelight/community-id-spec: the addresses as in the header, 4 bytes of IPv4 and 16 of IPv6; values by Python.</summary>
    [Fact]
    public void Community_IDs_are_of_the_bytes_on_the_wire()
    {
        Assert.Equal("1:wT+2dyjiqSP72Ww3TvpFrHooZGQ=",
            Flows(new TrafficFilter { Address = Packets.Addresses("1.2.3.5") }).Single().CommunityId);
        Assert.Equal("1:B7wIWkNaZZ6F6ONe+YSY8JQoh0k=",
            Flows(new TrafficFilter { Address = Packets.Addresses("::ffff:1.2.3.5") }).Single().CommunityId);
    }

    private static string Text(Flow flow) => $"{flow.SourceAddress} {flow.DestinationAddress} {flow.IpVersion}";

    private List<Flow> Flows(TrafficFilter filter) => [.. store.GetFlows(filter, null, false, CancellationToken.None)];
}
