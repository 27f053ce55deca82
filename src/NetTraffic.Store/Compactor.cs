namespace NetTraffic.Store;

/// <summary>Merges the small segments of closed hours.</summary>
internal static class Compactor
{
    /// <summary>Stands in the name of every merged segment.</summary>
    public const string MergedMark = "_merged-";
}
