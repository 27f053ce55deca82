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
public sealed class CaptureException : Exception
{
    /// <summary>Makes the error.</summary>
    public CaptureException(CaptureProblem problem, string message, string? recommendedAction = null, Exception? inner = null)
        : base(message, inner)
    {
        Problem = problem;
        RecommendedAction = recommendedAction;
    }

    /// <summary>What kind of problem it is.</summary>
    public CaptureProblem Problem { get; }

    /// <summary>The user's next move, as a sentence or a command; null where there is none to name.</summary>
    public string? RecommendedAction { get; }
}

/// <summary>What captures.</summary>
public enum CaptureEngine
{
    /// <summary>libpcap (Npcap), in this process.</summary>
    Libpcap = 0,

    /// <summary>Wireshark's dumpcap, a process of its own that may be permitted to capture where this one is not.</summary>
    Dumpcap,

    /// <summary>TShark, which captures through dumpcap.</summary>
    TShark,
}
