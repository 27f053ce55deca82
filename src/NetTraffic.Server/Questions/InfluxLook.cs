using NetTraffic.Engine;

namespace NetTraffic.Server.Questions;

/// <summary>
/// Who answers at the InfluxDB that is set: asked once in a while however many want to know, and never waited for long. Takes none of the
/// room that questions to the store have.
/// </summary>
internal sealed class InfluxLook(SharedStore store)
{
    /// <summary>How long it may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private Task<InfluxProbeResult>? last;
    private DateTime begun;

    /// <summary>What the last look found, or a new one.</summary>
    /// <exception cref="InfluxException">None is set.</exception>
    public Task<InfluxProbeResult> LookAsync()
    {
        lock (gate)
        {
            // What failed is a setting that cannot be: whoever mends it is to see that at once.
            if (last is null || last.IsFaulted || DateTime.UtcNow - begun > Age)
            {
                begun = DateTime.UtcNow;
                last = Task.Run(() => TrafficEngine.LookAtInfluxAsync(store.Path, Patience, CancellationToken.None));
            }

            return last;
        }
    }
}
