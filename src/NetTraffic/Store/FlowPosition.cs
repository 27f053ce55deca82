namespace NetTraffic;

/// <summary>A place in the order of flows, newest first: the one behind a flow that was given. Where to go on from.</summary>
/// <param name="EndTime">Last packet of that flow among the rows that matched, UTC.</param>
/// <param name="Time">Its <see cref="Flow.Time"/>, UTC; counts with rows only.</param>
/// <param name="FlowId">Its identifier.</param>
public readonly record struct FlowPosition(DateTime EndTime, DateTime Time, ulong FlowId)
{
    /// <summary>The place behind a flow.</summary>
    public static FlowPosition Behind(Flow flow)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return new(flow.EndTimeUtc, flow.TimeUtc, flow.FlowId);
    }
}
