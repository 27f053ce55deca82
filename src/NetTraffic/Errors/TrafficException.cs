namespace NetTraffic;

/// <summary>An error that is foreseen: its message says what is wrong, <see cref="NextMove"/> what to do.</summary>
/// <remarks>
/// An <see cref="IOException"/>, since all of them come from outside the program: a file, a device, a server, a setting. Whoever goes on
/// after a failed read or write goes on after these too.
/// </remarks>
public class TrafficException : IOException
{
    /// <summary>Makes the error.</summary>
    /// <param name="error">Its row in <see cref="TrafficErrors"/>.</param>
    /// <param name="message">What is wrong, with the names and numbers of this case.</param>
    /// <param name="nextMove">What to do in this case; null: what the row says.</param>
    /// <param name="inner">The error beneath, if any.</param>
    public TrafficException(TrafficError error, string message, string? nextMove = null, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
        NextMove = nextMove ?? error?.NextMove ?? throw new ArgumentNullException(nameof(error));
    }

    /// <summary>Its row in <see cref="TrafficErrors"/>.</summary>
    public TrafficError Error { get; }

    /// <summary>Stable name, for scripts.</summary>
    public string Id => Error.Id;

    /// <summary>What sort of thing went wrong.</summary>
    public ErrorKind Kind => Error.Kind;

    /// <summary>What to do, as a sentence or a command.</summary>
    public string NextMove { get; init; }
}
