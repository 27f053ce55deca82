using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>
/// Errors as PowerShell shows them: a stable id, the category, and the user's next move, which PowerShell shows as the recommendation.
/// </summary>
internal static class ErrorRecords
{
    /// <summary>Whether an exception tells of the user's machine or input, not of a bug.</summary>
    public static bool IsForeseen(Exception error) => Find(error) is not null;

    /// <summary>The record of a foreseen exception.</summary>
    public static ErrorRecord From(Exception error, object? target) =>
        Make(error, Find(error) ?? throw new ArgumentException("not foreseen", nameof(error), error), target);

    /// <summary>The record of an error of ours.</summary>
    /// <param name="error">Its row in the table.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="target">The value or object it is about, if any.</param>
    /// <param name="nextMove">What to do; null: what the row says.</param>
    public static ErrorRecord Make(TrafficError error, string message, object? target, string? nextMove = null) =>
        From(new TrafficException(error, message, nextMove), target);

    /// <summary>The record of somebody else's exception under a row of the table.</summary>
    public static ErrorRecord Make(Exception error, TrafficError row, object? target)
    {
        // Texts can quote names from the wire or the disk, and Get-Error shows the exception and its target as they are.
        string message = Display.Text(error.Message);
        Exception shown = message == error.Message ? error : new RuntimeException(message);
        return new ErrorRecord(shown, row.Id, Category(row.Kind), target is string text ? Display.Text(text) : target)
        {
            ErrorDetails = new ErrorDetails(message) { RecommendedAction = Display.Text(row.NextMove) },
        };
    }

    private static TrafficError? Find(Exception error) =>
        error is WildcardPatternException ? TrafficErrors.BadWildcard : TrafficErrors.Of(error);

    private static ErrorCategory Category(ErrorKind kind) => kind switch
    {
        ErrorKind.BadArgument => ErrorCategory.InvalidArgument,
        ErrorKind.BadData => ErrorCategory.InvalidData,
        ErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        ErrorKind.Exists => ErrorCategory.ResourceExists,
        ErrorKind.NotPermitted => ErrorCategory.PermissionDenied,
        ErrorKind.NotInstalled => ErrorCategory.NotInstalled,
        ErrorKind.NotImplemented => ErrorCategory.NotImplemented,
        ErrorKind.Unavailable => ErrorCategory.ResourceUnavailable,
        ErrorKind.Busy => ErrorCategory.ResourceBusy,
        ErrorKind.TimedOut => ErrorCategory.OperationTimeout,
        ErrorKind.Stopped => ErrorCategory.OperationStopped,
        ErrorKind.ReadOrWrite => ErrorCategory.OpenError,
        ErrorKind.Device => ErrorCategory.DeviceError,
        ErrorKind.Connection => ErrorCategory.ConnectionError,
        ErrorKind.Certificate => ErrorCategory.SecurityError,
        ErrorKind.Credentials => ErrorCategory.AuthenticationError,
        ErrorKind.Protocol => ErrorCategory.ProtocolError,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no category"),
    };
}
