namespace NetTraffic;

/// <summary>A setting has a value that cannot be, in a file or in the environment.</summary>
/// <param name="message">Which setting, where, and what is wrong with it.</param>
/// <param name="nextMove">What to do, in a sentence.</param>
/// <param name="inner">Why it cannot be.</param>
public sealed class SettingException(string message, string nextMove, Exception inner)
    : TrafficException(TrafficErrors.BadArgument, message, nextMove, inner);
