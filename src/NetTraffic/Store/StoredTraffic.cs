namespace NetTraffic;

/// <summary>How much of what an import brought is in the store.</summary>
public enum StoredTraffic
{
    /// <summary>Nothing any more.</summary>
    None = 0,

    /// <summary>Some of it: the rest was cleared, or is damaged.</summary>
    Part,

    /// <summary>All of it.</summary>
    All,
}
