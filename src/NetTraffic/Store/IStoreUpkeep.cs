namespace NetTraffic;

/// <summary>What keeps a store small and quick to ask.</summary>
public interface IStoreUpkeep
{
    /// <summary>Removes whole hours that ended before a time; hours that are still to come, by when they were written.</summary>
    /// <param name="before">Cut-off, UTC.</param>
    /// <param name="keepRecentlyWritten">True for automatic retention: hours that were written to (imported) after the cut-off
    /// stay.</param>
    /// <param name="whatIf">Only count.</param>
    /// <param name="cancellationToken">Stops between hours.</param>
    ClearResult Clear(DateTime before, bool keepRecentlyWritten, bool whatIf, CancellationToken cancellationToken);

    /// <summary>
    /// Merges the small segments of closed hours, and removes what earlier merges replaced; returns the number of hours compacted. Only one
    /// process does it at a time; others return 0.
    /// </summary>
    int Compact(CancellationToken cancellationToken);
}
