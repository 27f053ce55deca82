namespace NetTraffic;

/// <summary>A question has a filter that cannot be asked there.</summary>
/// <param name="message">Which filter, and what does not tell.</param>
/// <param name="nextMove">What to do, in a sentence.</param>
public sealed class FilterException(string message, string nextMove) : TrafficException(TrafficErrors.BadArgument, message, nextMove);
