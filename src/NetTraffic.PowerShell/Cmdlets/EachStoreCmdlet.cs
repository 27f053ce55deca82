namespace NetTraffic.PowerShell;

/// <summary>
/// A cmdlet that does one thing for a store: the one that is named or the default one, or each of those that the pipeline's objects name,
/// once. An empty pipeline names none.
/// </summary>
public abstract class EachStoreCmdlet : StoreCmdlet
{
    private readonly HashSet<string> done = new(StringComparer.Ordinal);

    /// <summary>Does it for the store of <see cref="StoreCmdlet.StorePath"/>.</summary>
    protected abstract void AskStore();

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        if (done.Add(FullStorePath ?? ""))
        {
            AskStore();
        }
    }
}
