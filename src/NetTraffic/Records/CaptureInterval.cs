namespace NetTraffic;

/// <summary>A row of the captures dataset: what a capture received and lost on one interface in one flush interval.</summary>
public sealed class CaptureInterval : CaptureCounters
{
    /// <summary>The capture or import.</summary>
    public string CaptureId { get; set; } = "";

    /// <summary>Name of the capturing machine or tap.</summary>
    public string Sensor { get; set; } = "";

    /// <summary>Interface.</summary>
    public string Interface { get; set; } = "";

    /// <summary>Start of the interval, UTC.</summary>
    public DateTime Time { get; set; }

    /// <summary>End of the interval, UTC.</summary>
    public DateTime EndTime { get; set; }
}
