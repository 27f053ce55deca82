using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>The setting TunnelPorts reaches what decodes: imports, captures, rings, and files that are asked.</summary>
public sealed class TunnelPortTests : IDisposable
{
    private const string Inner = "10.0.0.1 10.0.0.2", Outer = "192.0.2.1 192.0.2.2";
    private readonly ScratchFolder folder = new();
    private readonly string path;

    public TunnelPortTests()
    {
        byte[] inner = Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", 17, Frames.Udp(1111, 2222, 1, 2)));
        byte[] frame = Frames.Ethernet(0x0800, Frames.IPv4("192.0.2.1", "192.0.2.2", 17,
            Frames.Udp(50000, 4444, [8, 0, 0, 0, 0, 0, 42, 0, .. inner])));
        path = folder.Write("tunnel.pcap", PcapBytes.Write([new TestPacket(1_700_000_000_000_000_000, frame.Length, 1, 0, frame)], 1));
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false, Outer)]
    [InlineData(true, Inner)]
    public void Stores_and_files_have_what_the_tunnel_carries_where_its_port_is_set(bool set, string expected)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(Path.Combine(folder.Path, "store"));
        ITrafficSettings settings = TrafficEngine.OpenSettings(store.Path);
        settings.SetOption(new Dictionary<string, object?> { ["TunnelPorts"] = set ? new[] { "4444=VXLAN" } : null });
        TrafficEngine.Import(new ImportRequest { Path = path, StorePath = store.Path, PacketRing = new() }, null, CancellationToken.None);
        Flow flow = store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None).Single();
        Assert.Equal(expected, $"{flow.SourceAddress} {flow.DestinationAddress}");

        Flow ofFile = TrafficEngine.ReadFlows(path, new TrafficFilter(), new FlowOptions(), CancellationToken.None,
            tunnelPorts: TrafficEngine.TunnelPortsOf(store.Path)).Single();
        Assert.Equal(flow.CommunityId, ofFile.CommunityId);

        PacketQuery query = new() { Filter = new TrafficFilter { Address = Packets.Addresses(flow.SourceAddress!) } };
        Assert.Single(Packets.OfRings(store, query, out _));
        Assert.Single(Packets.OfRings(store, new PacketQuery { Flows = new FlowSelection([flow]) }, out _));
        Assert.Single(Packets.Numbers(path, query with { TunnelPorts = TrafficEngine.TunnelPortsOf(store.Path) }));
    }
}
