namespace NetTraffic;

/// <summary>Why a capture cannot begin.</summary>
public enum CaptureProblem
{
    /// <summary>Anything else; the message is libpcap's.</summary>
    Other = 0,

    /// <summary>libpcap (Npcap on Windows) is not installed.</summary>
    LibraryMissing,

    /// <summary>This process may not capture.</summary>
    NotPermitted,

    /// <summary>No such interface.</summary>
    UnknownInterface,

    /// <summary>The interface is down.</summary>
    InterfaceDown,

    /// <summary>The capture filter does not compile.</summary>
    BadFilter,

    /// <summary>The program that is to capture (dumpcap, tshark) is not installed.</summary>
    ProgramMissing,

    /// <summary>The program that captures ended, or hangs.</summary>
    ProgramFailed,
}

/// <summary>A capture cannot begin, or ended by an error; the message says why and what to do.</summary>
/// <param name="problem">What kind of problem it is.</param>
/// <param name="message">What is wrong.</param>
/// <param name="nextMove">The user's next move, as a sentence or a command; null: what is said of the kind.</param>
/// <param name="inner">The error beneath, if any.</param>
public sealed class CaptureException(CaptureProblem problem, string message, string? nextMove = null, Exception? inner = null)
    : TrafficException(RowOf(problem), message, nextMove, inner)
{
    /// <summary>What kind of problem it is.</summary>
    public CaptureProblem Problem { get; } = problem;

    private static TrafficError RowOf(CaptureProblem problem) => problem switch
    {
        CaptureProblem.LibraryMissing => TrafficErrors.LibraryMissing,
        CaptureProblem.NotPermitted => TrafficErrors.NotPermitted,
        CaptureProblem.UnknownInterface => TrafficErrors.UnknownInterface,
        CaptureProblem.InterfaceDown => TrafficErrors.InterfaceDown,
        CaptureProblem.BadFilter => TrafficErrors.BadFilter,
        CaptureProblem.ProgramMissing => TrafficErrors.ProgramMissing,
        CaptureProblem.ProgramFailed => TrafficErrors.ProgramFailed,
        _ => TrafficErrors.CaptureFailed,
    };
}
