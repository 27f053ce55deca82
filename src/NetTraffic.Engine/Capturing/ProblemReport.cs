namespace NetTraffic.Engine;

/// <summary>
/// Says of one part of a capture (an interface, the store, the packet ring) when a problem begins and when it is over: once each time,
/// however often it is looked at. A text that changes meanwhile is another problem, and said once as well.
/// </summary>
/// <param name="warn">Takes what is said.</param>
/// <param name="over">What is said when the problem is over; null: nothing, and the problem is not said again when it comes back.</param>
internal sealed class ProblemReport(Action<string> warn, Func<string>? over = null)
{
    private readonly HashSet<string> said = new(StringComparer.Ordinal);

    /// <summary>Takes the problem of now.</summary>
    /// <param name="problem">For people; null where there is none.</param>
    public void Update(string? problem)
    {
        if (problem is not null)
        {
            if (said.Add(problem))
            {
                warn(problem);
            }
        }
        else if (over is not null && said.Count > 0)
        {
            said.Clear();
            warn(over());
        }
    }
}
