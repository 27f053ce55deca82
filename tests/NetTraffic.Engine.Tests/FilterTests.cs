using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>What is asked of files and rings honours a filter or refuses it.</summary>
public class FilterTests
{
    private static readonly FilterKind<int> Vlan = new(
        "VlanId", ["VlanId"], FilterOperation.EqualsAny, "A filter that no engine was written for.", int.Parse);

    [Fact]
    public void Flows_of_a_file_honour_a_filter_that_no_engine_was_written_for()
    {
        Flow[] all = [.. Read(new TrafficFilter())];
        int wanted = all.First(flow => flow.VlanId is not null).VlanId!.Value;
        string[] expected = [.. all.Where(flow => flow.VlanId == wanted).Select(Describe).Order(StringComparer.Ordinal)];
        Assert.InRange(expected.Length, 1, all.Length - 1);
        Assert.Equal(expected, Read(new TrafficFilter().With(Vlan, [wanted])).Select(Describe).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Flows_of_a_file_refuse_what_only_a_store_knows()
    {
        FilterException error = Assert.Throws<FilterException>(() => Read(new TrafficFilter { CaptureId = ["x"] }).Count());
        Assert.Contains("CaptureId", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<FilterException>(() => Read(new TrafficFilter { FlowId = [1] }).Count());
        Assert.Contains("Community ID", error.NextMove, StringComparison.Ordinal);
    }

    [Fact]
    public void Packets_refuse_what_they_do_not_tell()
    {
        using ScratchFolder folder = new();
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Packets.ImportWithRing(store, Repository.SampleCapture);
        PacketQuery[] unknown =
        [
            new() { Filter = new TrafficFilter().With(Vlan, [1]) },
            new() { Filter = new TrafficFilter { CaptureId = ["x"] } },
            new() { Filter = new TrafficFilter { FlowId = [1] } },
        ];
        Assert.All(unknown, query => Assert.Throws<FilterException>(() =>
            TrafficEngine.ReadPackets(Repository.SampleCapture, query, Any, CancellationToken.None)));
        Assert.Throws<FilterException>(() => TrafficEngine.ReadPackets(store, unknown[0], Any, CancellationToken.None));
    }

    [Fact]
    public void Every_filter_of_the_table_is_told_by_packets_or_by_the_store_alone() => Assert.All(TrafficFilters.All, kind =>
    {
        object value = kind == TrafficFilters.Address || kind == TrafficFilters.PeerAddress ? "10.0.0.1"
            : kind == TrafficFilters.Protocol ? "TCP"
            : kind == TrafficFilters.CommunityId ? "1:LQU9qZlK+B5F3KDmev6m5PMibrg="
            : kind == TrafficFilters.Since || kind == TrafficFilters.Until ? DateTime.UnixEpoch
            : kind == TrafficFilters.Application ? "http" : kind == TrafficFilters.Country ? "DE" : "1";
        FilterCondition condition = kind.AddTo(new TrafficFilter(), [value]).Conditions.Single();
        if (kind.StoreOnly is null)
        {
            Assert.NotNull(condition.ToPacketMatch("packets"));
        }
        else
        {
            Assert.Throws<FilterException>(() => condition.ToPacketMatch("packets"));
            Assert.Throws<FilterException>(() => condition.ToRowMatch("flows"));
        }
    });

    private static bool Any(in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin) => true;

    private static IEnumerable<Flow> Read(TrafficFilter filter) =>
        TrafficEngine.ReadFlows(Repository.SampleCapture, filter, new FlowOptions(), CancellationToken.None);

    private static string Describe(Flow flow) =>
        $"{flow.StartTime:O} {Display.Endpoint(flow.SourceAddress, flow.SourcePort, flow.SourceMac)} "
        + $"{Display.Endpoint(flow.DestinationAddress, flow.DestinationPort, flow.DestinationMac)} {flow.Protocol} {flow.VlanId} "
            + $"{flow.Bytes}";
}
