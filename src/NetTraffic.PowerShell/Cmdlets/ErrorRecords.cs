using System.Management.Automation;
using NetTraffic.Packets;

namespace NetTraffic.PowerShell;

/// <summary>Errors as PowerShell shows them: a stable id, the category, and the user's next move, which PowerShell shows as the recommendation.</summary>
internal static class ErrorRecords
{
    /// <summary>Whether an exception tells of the user's machine or input, not of a bug.</summary>
    public static bool IsForeseen(Exception error) =>
        error is CaptureException or IOException or UnauthorizedAccessException or FormatException or ArgumentException or WildcardPatternException;

    /// <summary>The record for a foreseen exception.</summary>
    public static ErrorRecord From(Exception error, object? target)
    {
        (string id, ErrorCategory category, string nextMove) = error switch
        {
            CaptureException capture => (capture.Problem == CaptureProblem.Other ? "CaptureFailed" : capture.Problem.ToString(), Category(capture.Problem), capture.RecommendedAction ?? ""),
            InfluxException influx => (influx.Problem == InfluxProblem.Other ? "InfluxFailed" : "Influx" + influx.Problem, Category(influx.Problem), influx.NextMove ?? influx.Problem switch
            {
                InfluxProblem.NotSet => "Set-NetTrafficOption -InfluxUrl http://HOST:8086 -InfluxDatabase nettraffic; or for 2.x and 3.x -InfluxUrl, -InfluxOrg, -InfluxBucket and -InfluxToken.",
                InfluxProblem.Busy => "Wait for the other process, which sends the same; to send from here, stop that capture or Sync-NetTrafficInflux first.",
                InfluxProblem.BadName => "Choose another name: Set-NetTrafficOption -InfluxDatabase (1.x, 3.x) or -InfluxBucket (2.x).",
                InfluxProblem.Unreachable => "Start the server, or correct its address with Set-NetTrafficOption -InfluxUrl; Test-NetTrafficInflux tries it.",
                InfluxProblem.Other => "The message has the server's own words; its log may say more. Nothing is lost.",
                InfluxProblem.Certificate => "Trust who issued the certificate, or correct the address with Set-NetTrafficOption -InfluxUrl.",
                InfluxProblem.NotFound => "Make it with Initialize-NetTrafficInflux, or correct the name with Set-NetTrafficOption.",
                InfluxProblem.Unauthorized => "Set the credentials again with Set-NetTrafficOption, and try Test-NetTrafficInflux.",
                _ => "Test-NetTrafficInflux says what answers at the address; Set-NetTrafficOption changes it.",
            }),
            CaptureFormatException { Offset: 0 } => ("NotACaptureFile", ErrorCategory.InvalidData, "Give a pcap or pcapng file, gzip'd or not, as tcpdump, dumpcap and Wireshark write them."),
            CaptureFormatException damage => ("DamagedCaptureFile", ErrorCategory.InvalidData, $"The damage begins at byte {damage.Offset}; everything before it was read."),
            StoreException store => ("StoreFailed", ErrorCategory.ResourceUnavailable, store.NextMove ?? (error.Message.Contains(".parquet", StringComparison.OrdinalIgnoreCase)
                ? "Move that file away; the rest of the store is whole."
                : "Check the folder and its permissions, or use another store with -StorePath.")),
            FileNotFoundException => ("FileNotFound", ErrorCategory.ObjectNotFound, "Check the path."),
            DirectoryNotFoundException => ("FolderNotFound", ErrorCategory.ObjectNotFound, "Check the path, or make the folder first."),
            UnauthorizedAccessException => ("AccessDenied", ErrorCategory.PermissionDenied, "Check the permissions of the file or folder, or use another one."),
            IOException => ("ReadOrWriteFailed", ErrorCategory.OpenError, "Check the path, the permissions and the room on the disk, and try again."),
            WildcardPatternException => ("BadWildcard", ErrorCategory.InvalidArgument, "Put a backquote before a bracket that is meant as it stands."),
            FormatException => ("BadValue", ErrorCategory.InvalidArgument, "Correct the value; the cmdlet's help has examples: Get-Help -Examples."),
            FilterException filter => ("BadArgument", ErrorCategory.InvalidArgument, filter.NextMove),
            SettingException setting => ("BadArgument", ErrorCategory.InvalidArgument, setting.NextMove),
            ArgumentException => ("BadArgument", ErrorCategory.InvalidArgument, "Correct the value, or leave the parameter out; Get-Help -Full says what each parameter takes."),
            _ => throw new ArgumentException("not foreseen", nameof(error), error),
        };
        return Make(error, id, category, target, nextMove);
    }

    /// <summary>Makes a record. Texts can quote names from the wire or the disk, so they are made safe for a terminal here.</summary>
    public static ErrorRecord Make(Exception error, string id, ErrorCategory category, object? target, string nextMove)
    {
        return new ErrorRecord(error, id, category, target)
        {
            ErrorDetails = new ErrorDetails(Display.Text(error.Message)) { RecommendedAction = Display.Text(nextMove) },
        };
    }

    private static ErrorCategory Category(InfluxProblem problem) => problem switch
    {
        InfluxProblem.Unreachable => ErrorCategory.ConnectionError,
        InfluxProblem.Certificate => ErrorCategory.SecurityError,
        InfluxProblem.Unauthorized => ErrorCategory.AuthenticationError,
        InfluxProblem.NotFound or InfluxProblem.NotSet => ErrorCategory.ObjectNotFound,
        InfluxProblem.Busy => ErrorCategory.ResourceBusy,
        InfluxProblem.BadName => ErrorCategory.InvalidArgument,
        _ => ErrorCategory.ProtocolError,
    };

    private static ErrorCategory Category(CaptureProblem problem) => problem switch
    {
        CaptureProblem.LibraryMissing or CaptureProblem.ProgramMissing => ErrorCategory.NotInstalled,
        CaptureProblem.NotPermitted => ErrorCategory.PermissionDenied,
        CaptureProblem.UnknownInterface => ErrorCategory.ObjectNotFound,
        CaptureProblem.InterfaceDown => ErrorCategory.ResourceUnavailable,
        CaptureProblem.BadFilter => ErrorCategory.InvalidArgument,
        _ => ErrorCategory.DeviceError,
    };
}
