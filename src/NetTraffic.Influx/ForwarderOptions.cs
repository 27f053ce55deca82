namespace NetTraffic.Influx;

/// <summary>What a forwarder makes of the store's rows.</summary>
public sealed record ForwarderOptions
{
    /// <summary>Width of the intervals that rows are added up to. Default 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Series of net_talker that an interval of one sensor has at most, both directions and their "other" together. Default 100.
    /// </summary>
    public int Talkers { get; init; } = 100;

    /// <summary>Series of net_conversation that an interval of one sensor has at most, "other" included. Default 50.</summary>
    public int Conversations { get; init; } = 50;

    /// <summary>
    /// New series that an hour of one sensor may bring, as a multiple of <see cref="Talkers"/> and <see cref="Conversations"/>. Default
    /// 20.
    /// </summary>
    public int NewSeriesPerHour { get; init; } = 20;

    /// <summary>Name under which the forwarder's own numbers are sent. Default: the host name.</summary>
    public string Sensor { get; init; } = Environment.MachineName;

    /// <summary>Says in which countries addresses are, for net_country; null: that is not sent.</summary>
    public IAddressPlaces? Places { get; init; }

    /// <summary>The server has nothing of the store: it is not asked before a first send to it. Default false.</summary>
    public bool AssumeEmpty { get; init; }

    /// <summary>
    /// The server is asked how long it keeps points, and what it will refuse for its age is said before it is sent. Default false.
    /// </summary>
    public bool SayTooOld { get; init; }

    /// <summary>Lines that are gathered before they are sent. Default 20,000.</summary>
    public int GatherLines { get; init; } = 20_000;

    /// <summary>Segments that are gathered before they are sent. Default 64.</summary>
    public int GatherSegments { get; init; } = 64;
}
