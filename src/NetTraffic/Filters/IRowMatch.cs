namespace NetTraffic;

/// <summary>Tells whether a flow's row is wanted. Not thread-safe.</summary>
public interface IRowMatch
{
    /// <summary>Whether it is.</summary>
    bool Matches(in FlowRow row, in FlowOrigin origin);
}
