namespace NetTraffic.Engine;

/// <summary>A <see cref="TrafficFilter"/> over rows that never reach the store. CaptureId does not apply there.</summary>
internal sealed class RowFilter
{
    private readonly TrafficMatcher matcher;
    private readonly HashSet<ulong>? flowIds;
    private readonly HashSet<string>? communityIds;
    private readonly long sinceUs;
    private readonly long untilUs;

    public RowFilter(TrafficFilter filter)
    {
        matcher = new TrafficMatcher(filter);
        flowIds = filter.FlowId.Count == 0 ? null : [.. filter.FlowId];
        communityIds = filter.CommunityId.Count == 0 ? null : new(filter.CommunityId, StringComparer.Ordinal);
        sinceUs = filter.Since is { } since ? UnixTime.ToMicroseconds(since) : long.MinValue;
        untilUs = filter.Until is { } until ? UnixTime.ToMicroseconds(until) : long.MaxValue;
    }

    public bool Matches(in FlowRow row) =>
        row.TimeUs >= sinceUs && row.TimeUs < untilUs
        && matcher.Address(row.IpVersion, row.Source, row.Destination)
        && matcher.Port(row.IpVersion, row.IpProtocol, row.SourcePort, row.DestinationPort)
        && matcher.Protocol(row.IpVersion, row.IpProtocol, row.EtherType, row.LinkType)
        && matcher.Application(row.Application)
        && (flowIds is null || flowIds.Contains(row.FlowId))
        && (communityIds is null || (row.IpVersion != 0 && communityIds.Contains(CommunityId.Compute(row))));

}
