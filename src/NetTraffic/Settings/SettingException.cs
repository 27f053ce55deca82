namespace NetTraffic;

/// <summary>A setting has a value that cannot be, in a file or in the environment.</summary>
public sealed class SettingException : ArgumentException
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">Which setting, where, and what is wrong with it.</param>
    /// <param name="nextMove">What to do, in a sentence.</param>
    /// <param name="inner">Why it cannot be.</param>
    public SettingException(string message, string nextMove, Exception inner)
        : base(message, inner) => NextMove = nextMove;

    /// <summary>What to do.</summary>
    public string NextMove { get; }
}
