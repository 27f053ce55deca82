namespace NetTraffic;

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
