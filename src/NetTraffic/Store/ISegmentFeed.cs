namespace NetTraffic;

/// <summary>
/// The store as those see it who follow it: every row is in one segment of the list, or in one that a segment of the list replaces.
/// </summary>
public interface ISegmentFeed
{
    /// <summary>
    /// Folder where followers keep their cursors: one file each, NAME.cursor, a line "DATASET/NAME" for each segment they have passed on
    /// (other lines begin with '#'). An hour of which a follower has passed on a part is not merged, so that a merged segment is
    /// passed on as a whole or not at all.
    /// </summary>
    string FollowerFolder { get; }

    /// <summary>The segments of the flows and captures datasets now, oldest hour first.</summary>
    IReadOnlyList<StoreSegment> ListSegments();

    /// <summary>Adds up one segment; null where it is gone (merged or cleared meanwhile).</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="interval">Width of the intervals; they begin at multiples of it since 1970.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="StoreException">It is damaged.</exception>
    SegmentRollup? Read(StoreSegment segment, TimeSpan interval, CancellationToken cancellationToken);
}
