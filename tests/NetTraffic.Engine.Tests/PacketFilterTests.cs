using System.Globalization;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>Which packets of a file a query gives, against TShark's display filters.</summary>
public class PacketFilterTests
{
    [Theory]
    [InlineData("tcp", "tcp && !icmp")]
    [InlineData("ARP", "arp && !vxlan")]
    [InlineData("ICMPv6", "icmpv6 || ipv6.fraghdr.nxt == 58")]
    [InlineData("17", "(ip.proto == 17 || ipv6.nxt == 17 || ipv6.fraghdr.nxt == 17) && !icmp && !icmpv6 && (!vxlan || arp)")]
    public void Protocols(string protocol, string displayFilter)
    {
        TShark.Require();
        Same(Repository.SampleCapture, new TrafficFilter { Protocol = [protocol] }, displayFilter);
    }

    [Theory]
    [InlineData("10.0.1.10", "ip.addr == 10.0.1.10 && (!vxlan || arp)")]
    [InlineData("10.0.2.52/31", "ip.addr == 10.0.2.52/31 && !(icmp.type in {3, 11})")]
    [InlineData("fe80::/10", "ipv6.addr == fe80::/10")]
    public void Addresses(string address, string displayFilter)
    {
        TShark.Require();
        Same(Repository.SampleCapture, new TrafficFilter { Address = Packets.Addresses(address) }, displayFilter);
    }

    [Theory]
    [InlineData("http_ipv6.pcap", 443)]
    [InlineData("smtp.pcap", 25)]
    [InlineData("ssh_ssh.pcap", 22)]
    [InlineData("bad-dns-traffic.pcap", 53)]
    [InlineData("quic_quic_win11_firefox_google.pcap", 443)]
    public void Ports_of_shared_captures(string name, int port)
    {
        TShark.Require();
        string path =
            Repository.SharedCapture(Repository.SharedCaptureNames().FirstOrDefault(known => Path.GetFileName(known) == name) ?? name);
        Same(path, new TrafficFilter { Port = [port] }, $"(tcp.port == {port} || udp.port == {port}) && !icmp");
    }

    [Fact]
    public void Times_to_the_nanosecond_and_everything_at_once()
    {
        TShark.Require();
        string[][] rows = [.. TShark.Fields(Repository.SampleCapture, null, "frame.time_epoch")];
        decimal since = decimal.Parse(rows[100][0], CultureInfo.InvariantCulture);
        decimal until = decimal.Parse(rows[^100][0], CultureInfo.InvariantCulture);

        // A DateTime has 100 ns: the filter's edge is between packets.
        DateTime from = DateTime.UnixEpoch.AddTicks((long)(since * 10_000_000) + 1);
        DateTime to = DateTime.UnixEpoch.AddTicks((long)(until * 10_000_000));
        string Epoch(DateTime time) => ((time - DateTime.UnixEpoch).Ticks / 10_000_000m).ToString(CultureInfo.InvariantCulture);
        string time = $"frame.time_epoch >= {Epoch(from)} && frame.time_epoch < {Epoch(to)}";
        Same(Repository.SampleCapture, new TrafficFilter { Since = from, Until = to }, time);
        Same(
            Repository.SampleCapture,
            new TrafficFilter
            {
                Since = from,
                Until = to,
                Port = [53, 443],
                Address = Packets.Addresses("10.0.1.10"),
                Protocol = ["UDP", "TCP"]
            },
            $"{time} && ip.addr == 10.0.1.10 && (tcp.port in {{53, 443}} || udp.port in {{53, 443}}) && !icmp");
    }

    [Fact]
    public void A_capture_filter_over_a_file()
    {
        TShark.Require();
        Packets.RequireLibpcap();
        List<long> found = Packets.Numbers(Repository.SampleCapture, new PacketQuery { BpfFilter = "tcp port 443 and host 10.0.1.10" });
        Assert.Equal(Packets.TSharkNumbers(Repository.SampleCapture, "tcp.port == 443 && ip.addr == 10.0.1.10 && !icmp && !vlan"), found);
        Assert.NotEmpty(found);
        CaptureException error = Assert.Throws<CaptureException>(() => Packets.Numbers(Repository.SampleCapture,
            new PacketQuery { BpfFilter = "tcp prot 443" }));
        Assert.Equal(CaptureProblem.BadFilter, error.Problem);
    }

    [Fact]
    public void Packets_of_an_application_are_those_of_its_flows()
    {
        foreach (string application in new[] { "dns", "https", "ssh", "ntp" })
        {
            TrafficFilter filter = new() { Application = [application] };
            long packets = TrafficEngine.ReadFlows(Repository.SampleCapture, filter, new FlowOptions(), CancellationToken.None)
                .Sum(flow => flow.Packets);
            Assert.Equal(packets, Packets.Numbers(Repository.SampleCapture, filter).Count);
            Assert.True(packets > 0);
        }
    }

    [Theory]
    [MemberData(nameof(Repository.SharedCaptureData), MemberType = typeof(Repository))]
    public void Every_packet_belongs_to_its_flow_and_to_no_other(string name)
    {
        string path = Repository.SharedCapture(name);
        List<Flow> flows = [.. TrafficEngine.ReadFlows(path, new TrafficFilter(), new FlowOptions(), CancellationToken.None)];
        int packets = Packets.Numbers(path, new TrafficFilter()).Count;
        Assert.Equal(packets, Packets.Numbers(path, new PacketQuery { Flows = new FlowSelection(flows) }).Count);
        Flow? largest = flows.MaxBy(flow => flow.Packets);
        Assert.Equal(largest?.Packets ?? 0,
            Packets.Numbers(path, new PacketQuery { Flows = new FlowSelection(largest is null ? [] : [largest]) }).Count);
    }

    [Fact]
    public void Community_ids_find_both_ways_and_the_fragments()
    {
        List<Flow> flows =
            [.. TrafficEngine.ReadFlows(Repository.SampleCapture, new TrafficFilter(), new FlowOptions(), CancellationToken.None)];
        foreach (IGrouping<string?,
            Flow> community in flows.Where(flow => flow.CommunityId is not null).GroupBy(flow => flow.CommunityId).Take(200))
        {
            TrafficFilter filter = new() { CommunityId = [community.Key!] };
            Assert.Equal(community.Sum(flow => flow.Packets), Packets.Numbers(Repository.SampleCapture, filter).Count);
            Assert.Equal(community.Count(),
                TrafficEngine.ReadFlows(Repository.SampleCapture, filter, new FlowOptions(), CancellationToken.None).Count());
        }
    }

    [Fact]
    public void A_file_knows_no_flow_ids() =>
        Assert.Throws<FilterException>(() => Packets.Numbers(Repository.SampleCapture, new TrafficFilter { FlowId = [1] }));

    [Fact]
    public void The_first_packets_of_a_large_file_cost_no_more_than_a_block_of_it()
    {
        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "large.pcap");
        byte[] one = PcapBytes.Write([new TestPacket(1_700_000_000_000_000_000, 1000, 1, 0, new byte[1000])], 1);
        using (FileStream file = File.Create(path))
        {
            file.Write(one);
            for (int i = 0; i < 8; i++)
            {
                file.Write(one.AsSpan(PcapBytes.HeaderLength));
            }

            file.SetLength(8L << 30); // sparse: whoever reads on comes to zeros for a long time
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        long seen = 0;
        PacketReadResult result = TrafficEngine.ReadPackets(path, new PacketQuery(),
            (in RawPacket _, in DecodedPacket _, in PacketOrigin _) => ++seen < 5, CancellationToken.None);
        Assert.Equal(5, result.Packets);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Fact]
    public void Reading_allocates_nothing_for_a_packet()
    {
        Packets.RequireLibpcap();
        using ScratchFolder folder = new();
        string path = Path.Combine(folder.Path, "many.pcap");
        byte[] frame = Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", 17, Frames.Udp(53, 4000, new byte[40])));
        File.WriteAllBytes(path,
            PcapBytes.Write(Enumerable.Range(0, 50_000)
                .Select(i => new TestPacket(1_700_000_000_000_000_000 + i, frame.Length, 1, 0, frame)), 1));
        List<Flow> flows = [.. TrafficEngine.ReadFlows(path, new TrafficFilter(), new FlowOptions(), CancellationToken.None)];
        PacketQuery query = new()
        {
            Filter = new TrafficFilter
            {
                Port = [53],
                Address = Packets.Addresses("10.0.0.0/8"),
                Protocol = ["UDP"],
                Application = ["dns"],
                CommunityId = [flows[0].CommunityId!]
            },
            Flows = new FlowSelection(flows),
            BpfFilter = "udp port 53",
        };
        long Allocated(int packets)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long seen = 0;
            TrafficEngine.ReadPackets(path, query, (in RawPacket _, in DecodedPacket _, in PacketOrigin _) => ++seen < packets,
                CancellationToken.None);
            Assert.Equal(packets, seen);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(50_000);
        long few = Allocated(100);
        Assert.InRange(Allocated(50_000) - few, long.MinValue, 64 << 10);
    }

    [Fact]
    public void A_cancelled_reading_says_so()
    {
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() => TrafficEngine.ReadPackets(Repository.SampleCapture, new PacketQuery(),
            (in RawPacket _, in DecodedPacket _, in PacketOrigin origin) =>
        {
            stop.Cancel();
            Assert.Equal(1, origin.Number);
            return true;
        }, stop.Token));
    }

    private static void Same(string path, TrafficFilter filter, string displayFilter)
    {
        List<long> expected = Packets.TSharkNumbers(path, displayFilter);
        Assert.Equal(expected, Packets.Numbers(path, filter));
        Assert.True(expected.Count > 0, $"'{displayFilter}' gives nothing to compare.");
    }
}
