using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>At or after a time. Flow rows count microseconds, packets nanoseconds.</summary>
internal sealed class SinceMatch(DateTime since) : IRowMatch, IPacketMatch
{
    private readonly long us = UnixTime.ToMicroseconds(since);
    private readonly long ns = UnixTime.ToNanoseconds(since);

    public bool Matches(in FlowRow row, in FlowOrigin origin) => row.TimeUs >= us;

    public bool Matches(in DecodedPacket packet) => packet.TimestampNs >= ns;
}

/// <summary>Before a time.</summary>
internal sealed class UntilMatch(DateTime until) : IRowMatch, IPacketMatch
{
    private readonly long us = UnixTime.ToMicroseconds(until);
    private readonly long ns = UnixTime.ToNanoseconds(until);

    public bool Matches(in FlowRow row, in FlowOrigin origin) => row.TimeUs < us;

    /// <summary>A time past the end of 64 bits is after every packet.</summary>
    public bool Matches(in DecodedPacket packet) => packet.TimestampNs < ns || ns == long.MaxValue;
}
