namespace NetTraffic;

/// <summary>The store cannot be used; the message says why and what to do.</summary>
public sealed class StoreException : IOException
{
    /// <summary>Makes the error.</summary>
    public StoreException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>What to do, where it is not about the folder; null: it is.</summary>
    public string? NextMove { get; init; }
}
