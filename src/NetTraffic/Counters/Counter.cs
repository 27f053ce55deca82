namespace NetTraffic;

/// <summary>What a counter counts; says how it is shown.</summary>
public enum CounterUnit
{
    /// <summary>Packets.</summary>
    Packets,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Flows.</summary>
    Flows,

    /// <summary>Rows of the flows dataset.</summary>
    Rows,
}

/// <summary>How a counter's values of one interface after another, and of several interfaces, become one.</summary>
public enum CounterMerge
{
    /// <summary>Added up; an interval has what was added in it.</summary>
    Sum,

    /// <summary>A state of an interface: the newest of each, added up over the interfaces.</summary>
    Newest,

    /// <summary>A state of the whole process, which each interface tells again: the highest.</summary>
    Highest,
}

/// <summary>Where a counter is shown, besides the properties of <see cref="CaptureStatus"/>, which has all.</summary>
[Flags]
public enum CounterPlaces
{
    /// <summary>Nowhere else.</summary>
    None = 0,

    /// <summary>In the list that Get-NetCapture's objects are formatted as.</summary>
    List = 1,

    /// <summary>In the captures dataset, by interface and interval, and with it in InfluxDB's <c>net_capture</c>.</summary>
    Intervals = 2,
}

/// <summary>Something that a capture counts: a row of <see cref="CaptureCounters.All"/>.</summary>
/// <param name="Property">PascalCase name that PowerShell users see.</param>
/// <param name="Name">snake_case name of the dataset's column and of InfluxDB's field.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Merge">How several values become one.</param>
/// <param name="Places">Where it is shown.</param>
/// <param name="Description">What it counts, as a sentence.</param>
/// <param name="Get">Reads it.</param>
/// <param name="Set">Sets it.</param>
public sealed record Counter(
    string Property,
    string Name,
    CounterUnit Unit,
    CounterMerge Merge,
    CounterPlaces Places,
    string Description,
    Func<CaptureCounters, long> Get,
    Action<CaptureCounters, long> Set);
