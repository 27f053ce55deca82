namespace NetTraffic;

/// <summary>TShark cannot do what it is asked to; the message says why.</summary>
/// <param name="error">What kind of problem it is.</param>
/// <param name="message">What is wrong.</param>
/// <param name="nextMove">What to do; null: what is said of the kind.</param>
/// <param name="inner">The error beneath, if any.</param>
public sealed class DissectorException(TrafficError error, string message, string? nextMove = null, Exception? inner = null)
    : TrafficException(error, message, nextMove, inner);
