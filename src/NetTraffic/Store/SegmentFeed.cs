namespace NetTraffic;

/// <summary>One Parquet file of a dataset, as those see it who follow the store.</summary>
/// <param name="Dataset">Dataset it belongs to.</param>
/// <param name="Name">Path below the dataset's folder, with '/'; the same for ever, and never used again.</param>
/// <param name="First">Earliest <c>time</c>, UTC.</param>
/// <param name="Last">Latest <c>end_time</c>, UTC.</param>
/// <param name="Written">When the file was written, UTC.</param>
/// <param name="Replaces">Names of the segments that were merged into it; empty for one that a capture wrote.</param>
public sealed record StoreSegment(string Dataset, string Name, DateTime First, DateTime Last, DateTime Written, IReadOnlyList<string> Replaces);

/// <summary>What the rows of one segment add up to, by interval; each part has the same packets and bytes in all.</summary>
public sealed record SegmentRollup
{
    /// <summary>By sensor, interface, protocol and application.</summary>
    public IReadOnlyList<TrafficRollup> Traffic { get; init; } = [];

    /// <summary>By sensor and address.</summary>
    public IReadOnlyList<TalkerRollup> Talkers { get; init; } = [];

    /// <summary>By sensor and pair of addresses.</summary>
    public IReadOnlyList<ConversationRollup> Conversations { get; init; } = [];

    /// <summary>Of a segment of the captures dataset: its rows.</summary>
    public IReadOnlyList<CaptureInterval> Captures { get; init; } = [];
}

/// <summary>Traffic of an interval by sensor, interface, protocol and application.</summary>
/// <param name="Time">Start of the interval, UTC.</param>
/// <param name="Sensor">Sensor.</param>
/// <param name="Interface">Interface.</param>
/// <param name="Protocol">Transport's name.</param>
/// <param name="Application">Application, or null.</param>
/// <param name="Packets">Packets both ways.</param>
/// <param name="Bytes">Wire bytes both ways.</param>
/// <param name="Flows">Flows that began.</param>
public readonly record struct TrafficRollup(DateTime Time, string Sensor, string Interface, string Protocol, string? Application, long Packets, long Bytes, long Flows);

/// <summary>What an address sent and received in an interval. Summed over all addresses, sent and received are the traffic each.</summary>
/// <param name="Time">Start of the interval, UTC.</param>
/// <param name="Sensor">Sensor.</param>
/// <param name="Address">Address; null for frames without IP, whose originator's share is sent and received alike.</param>
/// <param name="SentPackets">Packets it sent.</param>
/// <param name="SentBytes">Wire bytes it sent.</param>
/// <param name="ReceivedPackets">Packets it received.</param>
/// <param name="ReceivedBytes">Wire bytes it received.</param>
/// <param name="SentFlows">Flows that began with it as the originator.</param>
/// <param name="ReceivedFlows">Flows that began with it as the responder.</param>
public readonly record struct TalkerRollup(
    DateTime Time, string Sensor, string? Address, long SentPackets, long SentBytes, long ReceivedPackets, long ReceivedBytes, long SentFlows, long ReceivedFlows);

/// <summary>Traffic between two addresses in an interval.</summary>
/// <param name="Time">Start of the interval, UTC.</param>
/// <param name="Sensor">Sensor.</param>
/// <param name="Source">Originator's address, or null.</param>
/// <param name="Destination">Responder's address, or null.</param>
/// <param name="Packets">Packets both ways.</param>
/// <param name="Bytes">Wire bytes both ways.</param>
/// <param name="Flows">Flows that began.</param>
public readonly record struct ConversationRollup(DateTime Time, string Sensor, string? Source, string? Destination, long Packets, long Bytes, long Flows);

/// <summary>The store as those see it who follow it: every row is in one segment of the list, or in one that a segment of the list replaces.</summary>
public interface ISegmentFeed
{
    /// <summary>
    /// Folder where followers keep their cursors: one file each, NAME.cursor, a line "DATASET/NAME" for each segment they have passed on
    /// (other lines begin with '#'). An hour of which a follower has passed on a part is not merged, so that a merged segment is
    /// passed on as a whole or not at all.
    /// </summary>
    string FollowerFolder { get; }

    /// <summary>The segments of the flows and captures datasets now, oldest hour first.</summary>
    IReadOnlyList<StoreSegment> ListSegments();

    /// <summary>Adds up one segment; null where it is gone (merged or cleared meanwhile).</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="interval">Width of the intervals; they begin at multiples of it since 1970.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    SegmentRollup? Read(StoreSegment segment, TimeSpan interval, CancellationToken cancellationToken);
}
