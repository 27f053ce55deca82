namespace NetTraffic;

/// <summary>A filter was given a text that can be none of its values.</summary>
/// <param name="message">What is wrong with it.</param>
/// <param name="nextMove">What to give, in a sentence.</param>
public sealed class FilterValueException(string message, string nextMove) : TrafficException(TrafficErrors.BadValue, message, nextMove);
