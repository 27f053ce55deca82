using System.Runtime.CompilerServices;

namespace NetTraffic;

/// <summary>One foreseen error.</summary>
/// <param name="Id">Stable name, for scripts.</param>
/// <param name="Kind">What sort of thing went wrong.</param>
/// <param name="NextMove">What to do, where the case at hand has nothing better to say.</param>
public sealed record TrafficError(string Id, ErrorKind Kind, string NextMove);

/// <summary>
/// The table of foreseen errors. A row's name is its id, on which scripts rely: rows come, and do not change their names.
/// </summary>
public static class TrafficErrors
{
    // What writing to a read-only disk fails with: EROFS, ERROR_WRITE_PROTECT.
    private const int ReadOnlyUnix = 30, ReadOnlyWindows = unchecked((int)0x80070013);

    private static readonly List<TrafficError> Rows = [];

#pragma warning disable CS1591 // A row is its own description.

    // Arguments.
    public static TrafficError BadArgument { get; } = Row(ErrorKind.BadArgument,
        "Correct the value, or leave the parameter out; Get-Help -Full says what each parameter takes.");

    public static TrafficError BadValue { get; } =
        Row(ErrorKind.BadArgument, "Correct the value; the cmdlet's help has examples: Get-Help -Examples.");
    public static TrafficError BadWildcard { get; } =
        Row(ErrorKind.BadArgument, "Put a backquote before a bracket that is meant as it stands.");
    public static TrafficError BadDuration { get; } =
        Row(ErrorKind.BadArgument, "Give for example 30s, or leave it out to capture until you stop it.");
    public static TrafficError BadInterval { get; } = Row(ErrorKind.BadArgument, "Give for example 10s.");
    public static TrafficError BadFlushInterval { get; } = Row(ErrorKind.BadArgument, "Give for example 5s.");
    public static TrafficError ConflictingTimes { get; } = Row(ErrorKind.BadArgument, "Give either -Last, or -Since and -Until.");
    public static TrafficError EmptyTimeRange { get; } = Row(ErrorKind.BadArgument, "Swap the two times.");
    public static TrafficError NothingToSet { get; } = Row(ErrorKind.BadArgument,
        "Name a setting: Get-Help Set-NetTrafficOption lists them.");
    public static TrafficError PipelineIsText { get; } = Row(ErrorKind.BadArgument,
        "Pipe into PowerShell from the system's shell (ssh HOST tcpdump -U -w - | pwsh -Command \"Import-NetCapture -Path -\"), "
        + "or through a named pipe (mkfifo P, then Import-NetCapture -Path P).");
    public static TrafficError IntervalNeedsStore { get; } = Row(ErrorKind.BadArgument,
        "Ask the store: Import-NetCapture the file, and give Get-TrafficSummary -Interval its filters.");
    public static TrafficError FiltersNeedStore { get; } = Row(ErrorKind.BadArgument,
        "Give the filter to the Get-NetFlow that the flows come from, or use Where-Object.");
    public static TrafficError FlowsPiped { get; } = Row(ErrorKind.BadArgument,
        "Give all filters to one Get-NetFlow, or filter with Where-Object; Get-TrafficSummary and Export-NetTraffic take flows.");
    public static TrafficError NotInput { get; } = Row(ErrorKind.BadArgument,
        "Get-Help of the command with -Full says under INPUTS what it takes; captures, files and flows go by their objects as they come.");
    public static TrafficError NotWholeFlows { get; } = Row(ErrorKind.BadArgument,
        "Pipe in flows as Get-NetFlow gives them, or copies with all their properties (Select-Object *).");
    public static TrafficError NotCaptures { get; } =
        Row(ErrorKind.BadArgument, "Pipe in captures, or choose with -FlowId or -CommunityId.");

    // Packets.
    public static TrafficError FlowsOfFile { get; } = Row(ErrorKind.BadArgument, "Name the file.");
    public static TrafficError MixedPackets { get; } = Row(ErrorKind.BadArgument, "Pipe in packets, or flows, or captures.");
    public static TrafficError NotPackets { get; } = Row(ErrorKind.BadArgument,
        "Pipe in what Get-NetPacket, Get-NetFlow, Get-NetCapture or Import-NetCapture gives, as it comes: copies of flows "
        + "(Select-Object, Import-Clixml, another process) have lost it. -FlowId and -CommunityId choose as well.");

    public static TrafficError NoSuchFlow { get; } = Row(ErrorKind.NotFound,
        "Get-NetFlow shows the ids of the flows of a store; -CommunityId finds packets without one.");

    public static TrafficError NoPacketsKept { get; } = Row(ErrorKind.NotFound,
        "Capture with Start-NetCapture -PacketRing 512MB, or import with Import-NetCapture -KeepPackets.");

    public static TrafficError TimesNeedHistory { get; } = Row(ErrorKind.BadArgument,
        "End it with -First or Ctrl+C, or keep packets with Start-NetCapture -PacketRing and ask for them by time.");

    // TShark.
    public static TrafficError TSharkNeedsFile { get; } = Row(ErrorKind.BadArgument, "Name a file with -Path.");
    public static TrafficError NeedsTShark { get; } = Row(ErrorKind.BadArgument, "Leave out -Dissector, or give -Dissector TShark.");
    public static TrafficError FiltersOfTwoKinds { get; } = Row(ErrorKind.BadArgument,
        "Say it with -DisplayFilter, for example: 'ip.addr == 192.0.2.1 && tcp.port == 443'.");

    public static TrafficError BadField { get; } = Row(ErrorKind.BadArgument,
        "'tshark -G fields' lists the fields; https://www.wireshark.org/docs/dfref/ describes them.");

    public static TrafficError BadDisplayFilter { get; } = Row(ErrorKind.BadArgument,
        "See 'man wireshark-filter' for display filters, for example: 'tls.handshake.type == 1 && ip.addr == 192.0.2.1'.");

    public static TrafficError TSharkFailed { get; } =
        Row(ErrorKind.Stopped, "Try 'tshark -r' on the file by itself; what came before is whole.");
    public static TrafficError TSharkNotRun { get; } = Row(ErrorKind.NotPermitted,
        "Check that you may execute it. Without -Dissector, Get-NetPacket needs no TShark.", id: nameof(TSharkFailed));

    // Captures.
    public static TrafficError CaptureFailed { get; } = Row(ErrorKind.Device,
        "Try again, or capture on another interface: Get-NetCaptureInterface lists them.");

    public static TrafficError LibraryMissing { get; } = Row(ErrorKind.NotInstalled,
        "Install libpcap (on Windows Npcap); files can be imported without it.");

    public static TrafficError ProgramMissing { get; } = Row(ErrorKind.NotInstalled,
        "Install Wireshark's programs, or capture without them: leave out -Engine.");

    public static TrafficError ProgramFailed { get; } = Row(ErrorKind.Device, "Capture without it: leave out -Engine.");
    public static TrafficError NotPermitted { get; } = Row(ErrorKind.NotPermitted,
        "Run with the right to capture (sudo, administrator), or capture through a program that has it: -Engine Dumpcap.");

    public static TrafficError UnknownInterface { get; } = Row(ErrorKind.NotFound, "Get-NetCaptureInterface lists the interfaces.");
    public static TrafficError InterfaceDown { get; } = Row(ErrorKind.Unavailable, "Bring the interface up, and try again.");
    public static TrafficError BadFilter { get; } = Row(ErrorKind.BadArgument,
        "See 'man pcap-filter' (https://www.tcpdump.org/manpages/pcap-filter.7.html) for the syntax, for example: "
        + "'tcp port 443 and host 192.0.2.1'.");

    public static TrafficError CaptureNotFound { get; } =
        Row(ErrorKind.NotFound, "Get-NetCapture lists the captures; -StorePath names another store.");
    public static TrafficError StopTimedOut { get; } = Row(ErrorKind.TimedOut, "Look at it again with Get-NetCapture.");

    // Files.
    public static TrafficError NotAFilePath { get; } = Row(ErrorKind.BadArgument, "Give the path of a file or folder.");
    public static TrafficError FileNotFound { get; } = Row(ErrorKind.NotFound, "Check the path.");
    public static TrafficError FolderNotFound { get; } = Row(ErrorKind.NotFound, "Check the path, or make the folder first.");
    public static TrafficError PathIsFolder { get; } = Row(ErrorKind.BadArgument,
        "Name the capture files in it, for example with a wildcard: -Path FOLDER/*.pcap*.");
    public static TrafficError DiskIsReadOnly { get; } = Row(ErrorKind.NotPermitted,
        "The disk may only be read: mount it for writing, or use a folder on another one.");
    public static TrafficError AccessDenied { get; } =
        Row(ErrorKind.NotPermitted, "Check the permissions of the file or folder, or use another one.");
    public static TrafficError ReadOrWriteFailed { get; } =
        Row(ErrorKind.ReadOrWrite, "Check the path, the permissions and the room on the disk, and try again.");
    public static TrafficError FileInUse { get; } =
        Row(ErrorKind.Busy, "Close the file in the program that has it open, and try again; what was there is as it was.");
    public static TrafficError NotACaptureFile { get; } = Row(ErrorKind.BadData,
        "Give a pcap or pcapng file, gzip'd or not, as tcpdump, dumpcap and Wireshark write them.");
    public static TrafficError DamagedCaptureFile { get; } = Row(ErrorKind.BadData, "Everything before the damage was read.");

    // Exports.
    public static TrafficError UnknownExportFormat { get; } = Row(ErrorKind.BadArgument,
        "Give -Format Csv, Json, Parquet or Pcap, or end the name with .csv, .json, .parquet or .pcapng.");

    public static TrafficError ExportPathIsFolder { get; } = Row(ErrorKind.BadArgument, "Give the name of a file to make.");
    public static TrafficError ExportPathIsDevice { get; } = Row(ErrorKind.BadArgument, "Give the name of a file to make.");
    public static TrafficError ExportFileExists { get; } = Row(ErrorKind.Exists, "Give -Force to replace it, or another name.");
    public static TrafficError ParquetNeedsDataset { get; } = Row(ErrorKind.NotImplemented,
        "Export the dataset itself (Export-NetTraffic -Dataset Flows with the filters you need), or choose -Format Csv or Json.");

    public static TrafficError ParquetIsCompressed { get; } = Row(ErrorKind.BadArgument, "Leave .gz out of the name.");
    public static TrafficError AsArrayIsForJson { get; } = Row(ErrorKind.BadArgument, "Leave it out, or choose -Format Json.");

    // The store.
    public static TrafficError StoreFailed { get; } = Row(ErrorKind.Unavailable,
        "Check the folder and its permissions, or use another store with -StorePath.");

    // Enrichment.
    public static TrafficError BadAddress { get; } =
        Row(ErrorKind.BadArgument, "Give an IPv4 or IPv6 address such as 192.0.2.1 or 2001:db8::1.");
    public static TrafficError DamagedTable { get; } = Row(ErrorKind.BadData,
        "Get it again: Update-GeoDatabase fetches tables, Import-IpBlocklist reads lists.");
    public static TrafficError NotABlocklist { get; } = Row(ErrorKind.BadData,
        "Give a list with an address or network a line; of CSV name the column: -Column ip.");
    public static TrafficError ProviderFailed { get; } = Row(ErrorKind.Unavailable,
        "Wait as long as it says, or check the key and the address that are set: Get-NetTrafficOption.");
    public static TrafficError DownloadFailed { get; } = Row(ErrorKind.Connection,
        "Check the address, the network and the proxy, and try again; or fetch the file by other means, and give its -Path.");
    public static TrafficError BlocklistNotFound { get; } = Row(ErrorKind.NotFound, "Get-IpBlocklist lists them.");
    public static TrafficError NoGeoDatabase { get; } = Row(ErrorKind.NotFound,
        "Update-GeoDatabase fetches the tables, no key is needed; or name a database: Set-NetTrafficOption -GeoDatabase FILE.mmdb.");
    public static TrafficError NoGeoTable { get; } = Row(ErrorKind.BadData,
        "Give a package of ip-location-db (.tgz), a database with countries (.mmdb), or a table (.ranges).");

    // Settings.
    public static TrafficError SecretFileUnreadable { get; } = Row(ErrorKind.NotFound,
        "Correct or remove the environment variable, or make its file readable.");

    // The REST API.
    public static TrafficError ServerNeedsKey { get; } = Row(ErrorKind.NotPermitted,
        "Set a key of 20 characters or more: Set-NetTrafficOption -ServerKey (Read-Host -AsSecureString), or NETTRAFFIC_SERVER_KEY_FILE; "
        + "or listen at 127.0.0.1.");
    public static TrafficError ServerFailed { get; } = Row(ErrorKind.Unavailable,
        "Correct what it says, and start it again; the file 'server.log' in the store's folder 'server' may say more.");
    public static TrafficError ServerRuns { get; } = Row(ErrorKind.Exists,
        "Get-NetTrafficServer says where; Stop-NetTrafficServer ends it, for another one.");
    public static TrafficError NoServer { get; } = Row(ErrorKind.NotFound, "Start-NetTrafficServer starts one.");
    public static TrafficError AspNetMissing { get; } = Row(ErrorKind.NotInstalled,
        "Install the ASP.NET Core Runtime 10.0 from https://dotnet.microsoft.com/download/dotnet/10.0, or by 'winget install "
        + "Microsoft.DotNet.AspNetCore.10', 'apt-get install aspnetcore-runtime-10.0' or 'brew install dotnet'; "
        + "or use a module that carries its own: './build.ps1 pack -SelfContained' makes one.");
    public static TrafficError NoKey { get; } = Row(ErrorKind.Credentials,
        "Send the key that was set with -ServerKey, as the header 'Authorization: Bearer KEY'.");
    public static TrafficError ReadOnlyKey { get; } = Row(ErrorKind.NotPermitted, "Use the key that may do everything: -ServerKey.");
    public static TrafficError WrongHost { get; } = Row(ErrorKind.NotPermitted,
        "Ask by an address of the server, or name the host: Set-NetTrafficOption -ServerHosts NAME.");
    public static TrafficError WrongSite { get; } = Row(ErrorKind.NotPermitted,
        "Ask from the server's own pages, or name the site: Set-NetTrafficOption -ServerOrigins https://HOST.");
    public static TrafficError NoSuchPath { get; } = Row(ErrorKind.NotFound, "GET /openapi.json lists what there is; /docs shows it.");
    public static TrafficError TooManyRequests { get; } = Row(ErrorKind.Busy, "Wait a moment, and ask less often.");
    public static TrafficError JobNotFound { get; } = Row(ErrorKind.NotFound, "Start it again: POST /api/enrichment/trigger.");

    // Services and scheduled captures.
    public static TrafficError SchedulerMissing { get; } = Row(ErrorKind.NotInstalled,
        "Choose another one with -Scheduler, or install it: systemd or cron on Linux, cron on macOS; Windows has its own.");
    public static TrafficError SchedulerFailed { get; } = Row(ErrorKind.Unavailable,
        "The message has the program's own words. -WhatIf shows what would be written, so that it can be done by hand.");
    public static TrafficError BadSchedule { get; } = Row(ErrorKind.BadArgument,
        "Give -At 02:00 (with -DaysOfWeek where it is not every day), or -Every 15m with a shorter -Duration.");
    public static TrafficError TaskExists { get; } = Row(ErrorKind.Exists,
        "Give -Force to replace it, or another -Name; Get-NetCaptureTask lists what there is.");
    public static TrafficError TaskNotFound { get; } = Row(ErrorKind.NotFound, "Get-NetCaptureTask lists them.");
    public static TrafficError NoPowerShell { get; } = Row(ErrorKind.NotInstalled,
        "Run this in pwsh 7.6 itself, which the task then runs too; an editor or a program of its own is no pwsh.");

    // InfluxDB.
    public static TrafficError InfluxFailed { get; } = Row(ErrorKind.Protocol,
        "The message has the server's own words; its log may say more. Nothing is lost.");
    public static TrafficError InfluxNotSet { get; } = Row(ErrorKind.NotFound,
        "Set-NetTrafficOption -InfluxUrl http://HOST:8086 -InfluxDatabase nettraffic; "
        + "or for 2.x and 3.x -InfluxUrl, -InfluxOrg, -InfluxBucket and -InfluxToken.");

    public static TrafficError InfluxBusy { get; } = Row(ErrorKind.Busy,
        "Wait for the other process, which sends the same; to send from here, stop that capture or Sync-NetTrafficInflux first.");

    public static TrafficError InfluxBadName { get; } = Row(ErrorKind.BadArgument,
        "Choose another name: Set-NetTrafficOption -InfluxDatabase (1.x, 3.x) or -InfluxBucket (2.x).");

    public static TrafficError InfluxUnreachable { get; } = Row(ErrorKind.Connection,
        "Start the server, or correct its address with Set-NetTrafficOption -InfluxUrl; Test-NetTrafficInflux tries it.");

    public static TrafficError InfluxCertificate { get; } = Row(ErrorKind.Certificate,
        "Trust who issued the certificate, or correct the address with Set-NetTrafficOption -InfluxUrl.");

    public static TrafficError InfluxNotFound { get; } = Row(ErrorKind.NotFound,
        "Make it with Initialize-NetTrafficInflux, or correct the name with Set-NetTrafficOption.");

    public static TrafficError InfluxUnauthorized { get; } = Row(ErrorKind.Credentials,
        "Set the credentials again with Set-NetTrafficOption, and try Test-NetTrafficInflux.");

    public static TrafficError InfluxNotInflux { get; } = Row(ErrorKind.Protocol,
        "Test-NetTrafficInflux says what answers at the address; Set-NetTrafficOption changes it.");

#pragma warning restore CS1591

    /// <summary>All rows.</summary>
    public static IReadOnlyList<TrafficError> All => Rows;

    /// <summary>
    /// What an error says of itself: one of ours, or one of the system's about a file, a folder or a value; null: it is not foreseen.
    /// </summary>
    public static TrafficError? Of(Exception error) => error switch
    {
        TrafficException ours => ours.Error with { NextMove = ours.NextMove },
        FileNotFoundException => FileNotFound,
        DirectoryNotFoundException => FolderNotFound,
        UnauthorizedAccessException => AccessDenied,
        FileInUseException => FileInUse,
        IOException { HResult: ReadOnlyUnix or ReadOnlyWindows } => DiskIsReadOnly,
        IOException => ReadOrWriteFailed,
        InvalidDataException => DamagedTable,
        FormatException => BadValue,
        ArgumentException => BadArgument,
        _ => null,
    };

    private static TrafficError Row(ErrorKind kind, string nextMove, [CallerMemberName] string id = "")
    {
        TrafficError row = new(id, kind, nextMove);
        Rows.Add(row);
        return row;
    }
}
