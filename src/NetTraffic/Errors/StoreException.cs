namespace NetTraffic;

/// <summary>The store cannot be used; the message says why and what to do.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="inner">The error beneath, if any.</param>
public sealed class StoreException(string message, Exception? inner = null) : TrafficException(TrafficErrors.StoreFailed, message,
    inner is FileInUseException ? TrafficErrors.FileInUse.NextMove : null, inner);
