using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>Packets of the rings of a store's captures.</summary>
public class PacketRingQueryTests
{
    [Fact]
    public void A_ring_gives_what_its_file_had_and_every_filter_finds_there_what_it_finds_in_the_file()
    {
        Packets.RequireLibpcap();
        using ScratchFolder folder = new();
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        string id = Packets.ImportWithRing(store, Repository.SampleCapture);
        List<(TestPacket Packet, string CaptureId)> all = Packets.OfRings(store, new PacketQuery(), out PacketReadResult result);
        Assert.Equal(Packets.Numbers(Repository.SampleCapture, new PacketQuery()).Count, all.Count);
        Assert.All(all, packet => Assert.Equal(id, packet.CaptureId));
        Assert.Equal((1, 0), (result.Rings, result.Problems.Count));
        DateTime middle = DateTime.UnixEpoch.AddTicks(all[all.Count / 2].Packet.TimestampNs / 100);
        PacketQuery[] queries =
        [
            new() { Filter = new TrafficFilter { Address = Packets.Addresses("10.0.2.53") } },
            new() { Filter = new TrafficFilter { Port = [443], Since = middle } },
            new() { Filter = new TrafficFilter { Until = middle, Protocol = ["ARP", "UDP"] } },
            new() { Filter = new TrafficFilter { Application = ["http"] }, BpfFilter = "ip" },
        ];
        foreach (PacketQuery query in queries)
        {
            int expected = Packets.Numbers(Repository.SampleCapture, query).Count;
            Assert.True(expected > 0);
            Assert.Equal(expected, Packets.OfRings(store, query, out _).Count);
            Assert.Equal(expected,
                Packets.OfRings(store, query with { Filter = query.Filter with { CaptureId = [id.ToUpperInvariant()] } }, out _).Count);
        }
    }

    [Fact]
    public void Flows_of_the_store_find_exactly_their_packets_in_the_ring()
    {
        using ScratchFolder folder = new();
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Packets.ImportWithRing(store, Repository.SampleCapture);
        List<Flow> flows = [.. store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None)];
        Assert.Equal(flows.Sum(flow => flow.Packets),
            Packets.OfRings(store, new PacketQuery { Flows = new FlowSelection(flows) }, out _).Count);

        // Each kind: TCP, fragmented UDP and ICMP, ARP, ICMPv6.
        foreach (Flow flow in flows.GroupBy(flow => (flow.Protocol, flow.Application)).Select(kind => kind.MaxBy(flow => flow.Packets)!))
        {
            Assert.Equal(flow.Packets, Packets.OfRings(store, new PacketQuery { Flows = new FlowSelection([flow]) }, out _).Count);
            Assert.Equal(flow.Packets,
                Packets.OfRings(store, new PacketQuery { Filter = new TrafficFilter { FlowId = [flow.FlowId] } }, out _).Count);
        }

        // Community IDs: of all flows that share one, and found through the store's flows.
        foreach (IGrouping<string?,
            Flow> community in flows.Where(flow => flow.CommunityId is not null).GroupBy(flow => flow.CommunityId)
                .OrderByDescending(group => group.Count()).Take(5))
        {
            TrafficFilter filter = new() { CommunityId = [community.Key!] };
            Assert.Equal(community.Count(), store.GetFlows(filter, null, false, CancellationToken.None).Count());
            Assert.Equal(community.Sum(flow => flow.Packets), Packets.OfRings(store, new PacketQuery { Filter = filter }, out _).Count);
        }

        // Parts of flows: packets of the rows that were asked for.
        DateTime middle = flows.Min(flow => flow.StartTime).AddSeconds(5);
        List<Flow> rows = [.. store.GetFlows(new TrafficFilter { Until = middle }, null, true, CancellationToken.None)];
        Assert.Equal(rows.Sum(row => row.Packets),
            Packets.OfRings(store, new PacketQuery { Flows = new FlowSelection(rows) }, out _).Count);
    }

    [Fact]
    public void What_the_store_does_not_know_of_a_community_yet_is_found_all_the_same()
    {
        using ScratchFolder folder = new();
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Packets.ImportWithRing(store, Repository.SampleCapture);
        Flow flow = store.GetFlows(new TrafficFilter { Application = ["dns"] }, 1, false, CancellationToken.None).First();
        Directory.Delete(Path.Combine(folder.Path, "flows"), recursive: true);
        Assert.Equal(flow.Packets,
            Packets.OfRings(store, new PacketQuery { Filter = new TrafficFilter { CommunityId = [flow.CommunityId!] } }, out _).Count);
    }

    [Fact]
    public void Packets_of_several_captures_come_in_the_order_of_time()
    {
        using ScratchFolder folder = new();
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        const long second = 1_000_000_000;
        const long start = 1_700_000_000 * second;
        byte[] Frame(string source) => Frames.Ethernet(0x0800, Frames.IPv4(source, "10.0.0.9", 17, Frames.Udp(1000, 2000, new byte[400])));
        string[] ids = [.. new[] { (Source: "10.0.0.1", First: start, Step: 3), (Source: "10.0.0.2", First: start + 1, Step: 2),
            (Source: "10.0.0.3", First: start + (10_000L * 3), Step: 1) }.Select((part, i) =>
        {
            byte[] frame = Frame(part.Source);
            string path = folder.Write($"{i}.pcap",
                PcapBytes.Write(Enumerable.Range(0, 5000)
                    .Select(n => new TestPacket(part.First + ((long)n * part.Step), frame.Length, 1, 0, frame)), 1, nanoseconds: true));
            return Packets.ImportWithRing(store, path);
        })];
        List<(TestPacket Packet, string CaptureId)> all = Packets.OfRings(store, new PacketQuery(), out PacketReadResult result);
        Assert.Equal((15_000, 3), (all.Count, result.Rings));
        Assert.Equal(all.Select(packet => packet.Packet.TimestampNs).Order(), all.Select(packet => packet.Packet.TimestampNs));
        Assert.Equal(ids.Order(StringComparer.Ordinal), all.Select(packet => packet.CaptureId).Distinct().Order(StringComparer.Ordinal));
        Assert.All(all.GroupBy(packet => packet.CaptureId), capture => Assert.Equal(5000, capture.Count()));
        Assert.Equal(10, Packets.OfRings(store, new PacketQuery(), out _, most: 10).Count);
        Assert.Equal(5000,
            Packets.OfRings(store, new PacketQuery { Filter = new TrafficFilter { Address = Packets.Addresses("10.0.0.2") } },
                out _).Count);
        Assert.Equal(10_000, Packets.OfRings(store, new PacketQuery { Filter = new TrafficFilter { CaptureId = ids[1..] } }, out _).Count);

        // What a visitor throws comes out, and no thread is left behind.
        Assert.Throws<InvalidOperationException>(() => TrafficEngine.ReadPackets(store, new PacketQuery(),
            (in RawPacket _, in DecodedPacket _, in PacketOrigin _) =>
                throw new InvalidOperationException("enough"), CancellationToken.None));
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() => TrafficEngine.ReadPackets(store, new PacketQuery(),
            (in RawPacket _, in DecodedPacket _, in PacketOrigin _) => { stop.Cancel(); return true; }, stop.Token));

        // Wrong, or there is no libpcap to say so: an error of the threads that read comes out as well.
        Assert.Throws<CaptureException>(() => Packets.OfRings(store, new PacketQuery { BpfFilter = "nonsense here" }, out _));
    }

    [Fact]
    public void Captures_without_a_ring_give_nothing_and_say_that_there_is_none()
    {
        using ScratchFolder folder = new();
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        TrafficEngine.Import(new ImportRequest { Path = Repository.SampleCapture, StorePath = store.Path }, null, CancellationToken.None);
        Assert.Empty(Packets.OfRings(store, new PacketQuery(), out PacketReadResult result));
        Assert.Equal(0, result.Rings);
        Assert.Empty(Packets.OfRings(store, new PacketQuery { Filter = new TrafficFilter { FlowId = [42] } }, out _));
        Assert.Empty(Packets.OfRings(store, new PacketQuery { Flows = new FlowSelection() }, out _));
    }
}
