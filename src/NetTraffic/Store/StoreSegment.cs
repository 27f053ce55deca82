namespace NetTraffic;

/// <summary>One Parquet file of a dataset, as those see it who follow the store.</summary>
/// <param name="Dataset">Dataset it belongs to.</param>
/// <param name="Name">Path below the dataset's folder, with '/'; the same for ever, and never used again.</param>
/// <param name="First">Earliest <c>time</c>, UTC.</param>
/// <param name="Last">Latest <c>end_time</c>, UTC.</param>
/// <param name="Written">When the file was written, UTC.</param>
/// <param name="Bytes">Size of the file; 0 where it is gone by now.</param>
/// <param name="Replaces">Names of the segments that were merged into it; empty for one that a capture wrote.</param>
public sealed record StoreSegment(
    string Dataset, string Name, DateTime First, DateTime Last, DateTime Written, long Bytes, IReadOnlyList<string> Replaces);
