using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>
/// Each counter moves: something is done that it counts, and it says so in the capture's status and, where it belongs there, in the
/// captures dataset.
/// </summary>
public sealed class CountersMoveTests
{
    private const long BeginNs = 1_700_000_000_000_000_000;

    // What is done for each; a counter without an entry fails.
    private static readonly Dictionary<string, Action<ScratchFolder>> Scenarios = new(StringComparer.Ordinal)
    {
        ["Packets"] = folder => Import(folder, Repository.SampleCapture),
        ["Bytes"] = folder => Import(folder, Repository.SampleCapture),
        ["Flows"] = folder => Import(folder, Repository.SampleCapture),
        ["WrittenRows"] = folder => Import(folder, Repository.SampleCapture),
        ["MemoryBytes"] = folder => Import(folder, Repository.SampleCapture),
        ["KernelDrops"] = folder => Import(folder, WithStatistics(folder)),
        ["InterfaceDrops"] = folder => Import(folder, WithStatistics(folder)),
        ["DecodeFailures"] = folder =>
            Import(folder, folder.Write("cut.pcap", PcapBytes.Write([new TestPacket(BeginNs, 60, 1, 0, new byte[9])], 1))),
        ["ActiveFlows"] = folder => Import(folder, folder.Write("active.pcap", PcapBytes.Write(Datagrams(10), 1))),
        ["EvictedFlows"] = folder =>
            Import(folder, folder.Write("many.pcap", PcapBytes.Write(Datagrams(1000, gapNs: 1000), 1)),
                flows: new FlowOptions { MaxFlows = 64 }),
        ["LostRows"] = folder =>
        {
            File.WriteAllText(Path.Combine(folder.Path, "flows"), "a file where a folder should be");
            Assert.Throws<StoreException>(() => Import(folder, Repository.SampleCapture));
        },
        ["PacketRingPackets"] = folder => Import(folder, Repository.SampleCapture, ring: true),
        ["PacketRingBytes"] = folder => Import(folder, Repository.SampleCapture, ring: true),
        ["PacketRingLostPackets"] = folder =>
        {
            File.WriteAllText(Path.Combine(folder.Path, "packets"), "a file where a folder should be");
            Import(folder, Repository.SampleCapture, ring: true);
        },
    };

    public static TheoryData<string> Names => [.. CaptureCounters.All.Select(counter => counter.Property)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_counter_moves(string name)
    {
        Counter counter = CaptureCounters.All.Single(row => row.Property == name);
        using ScratchFolder folder = new();
        Scenarios[name](folder);
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        CaptureStatus status = store.GetCaptures().Single();
        List<CaptureInterval> intervals = [.. store.GetCaptureIntervals(new TrafficFilter(), CancellationToken.None)];
        switch (name)
        {
            // A state: there is none any more at the end.
            case "ActiveFlows":
                Assert.True(intervals.Max(counter.Get) > 0);
                break;

            // The store that loses rows has no room for intervals either; IntervalLogTests has what they say once there is room again.
            case "LostRows":
                Assert.True(counter.Get(status) > 0);
                break;

            default:
                Assert.True(counter.Get(status) > 0);
                if ((counter.Places & CounterPlaces.Intervals) != 0)
                {
                    Assert.True(intervals.Max(counter.Get) > 0);
                    Assert.True(counter.Merge != CounterMerge.Sum || intervals.Sum(counter.Get) == counter.Get(status));
                }

                break;
        }
    }

    private static ImportResult Import(ScratchFolder folder, string path, bool ring = false, FlowOptions? flows = null) =>
        TrafficEngine.Import(
        new ImportRequest
        {
            Path = path,
            StorePath = folder.Path,
            Flows = flows ?? new FlowOptions(),
            PacketRing = ring ? new PacketRingOptions { MaxBytes = 64 << 20 } : null,
        },
        null,
        CancellationToken.None);

    /// <summary>Each of a flow of its own; a second apart, so that flows are in the table when an interval ends.</summary>
    private static IEnumerable<TestPacket> Datagrams(int count, long gapNs = 1_000_000_000) => Enumerable.Range(0, count).Select(i =>
    {
        byte[] frame = Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", 17, Frames.Udp(10_000 + i, 9, 1, 2, 3)));
        return new TestPacket(BeginNs + (i * gapNs), frame.Length, 1, 0, frame);
    });

    /// <summary>A file that says what was dropped while it was captured.</summary>
    private static string WithStatistics(ScratchFolder folder)
    {
        TestPacket packet = Datagrams(1).Single();
        byte[] file = new PcapngBytes().Section().Interface(1, "eth0")
            .Enhanced(0, (ulong)packet.TimestampNs / 1000, packet.Data, packet.WireLength)
            .Statistics(0, interfaceDrops: 7, kernelDrops: 5).ToArray();
        return folder.Write("dropped.pcapng", file);
    }
}
