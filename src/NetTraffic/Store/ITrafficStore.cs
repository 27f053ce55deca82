namespace NetTraffic;

/// <summary>
/// The store as the rooms above it see it: questions about what it holds, its captures, and its upkeep. Safe for several threads; each
/// call stands for itself.
/// </summary>
public interface ITrafficStore : ITrafficQueries, ICaptureCatalog, IStoreUpkeep, IDisposable
{
    /// <summary>Folder of the store.</summary>
    string Path { get; }

    /// <summary>The store's segments, for those who pass on what it holds.</summary>
    ISegmentFeed Segments { get; }

    /// <summary>The settings in force for this store.</summary>
    TrafficOption GetOption();

    /// <summary>The InfluxDB in force for this store, credentials included; null: none is set.</summary>
    InfluxTarget? GetInfluxTarget();

    /// <summary>
    /// Writes settings to the store's config file (the token and the password to one that only this user may read); null takes a setting
    /// back to its default, absent names are left alone. Bad values are refused with an <see cref="ArgumentException"/>.
    /// </summary>
    void SetOption(IReadOnlyDictionary<string, object?> changes);
}
