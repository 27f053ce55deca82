namespace NetTraffic.Engine;

/// <summary>A <see cref="TrafficFilter"/> over rows that never reach the store.</summary>
/// <param name="filter">Which rows are wanted.</param>
/// <exception cref="FilterException">A filter is about what only a store knows.</exception>
internal sealed class RowFilter(TrafficFilter filter)
{
    private readonly IRowMatch[] matches = [.. filter.Conditions.Select(condition => condition.ToRowMatch("flows of a file"))];

    public bool Matches(in FlowRow row, in FlowOrigin origin)
    {
        foreach (IRowMatch match in matches)
        {
            if (!match.Matches(row, origin))
            {
                return false;
            }
        }

        return true;
    }
}
