using System.Text;
using System.Xml.Linq;

namespace NetTraffic.Engine;

/// <summary>
/// What a service manager is told of the server, as text in its own language. Nothing here looks at the machine or changes it; keys are no
/// part of it, since units and service tables are read by everybody: the server reads them from the store.
/// </summary>
public sealed record ServiceDefinition
{
    /// <summary>Name of the service on Windows, of its virtual account too.</summary>
    public const string WindowsName = "NetTrafficServer";

    /// <summary>Name of the systemd unit.</summary>
    public const string UnitName = "nettraffic-server.service";

    /// <summary>Label of launchd's.</summary>
    public const string LaunchdName = "org.nettraffic.server";

    /// <summary>The server's program and all its arguments, by full paths.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Folder of the store, by its full path.</summary>
    public required string StorePath { get; init; }

    /// <summary>User to run as, the store's owner; null: a unit of the user's own systemd.</summary>
    public string? User { get; init; }

    /// <summary>
    /// What a systemd service that captures may do, and no more: one right of root's, writing to the store alone. Not among it:
    /// MemoryDenyWriteExecute, since .NET compiles at run time.
    /// </summary>
    /// <param name="user">Who it runs as.</param>
    /// <param name="storePath">Folder of the store.</param>
    internal static string Hardening(string user, string storePath)
    {
        // A /tmp of its own would hide the store in it.
        bool inTmp = storePath.StartsWith("/tmp/", StringComparison.Ordinal) || storePath.StartsWith("/var/tmp/", StringComparison.Ordinal);
        return $"""
            # The store's owner. HOME comes with it.
            User={SystemdText.Line(user)}
            # Packets can be captured with this one right of root's.
            CapabilityBoundingSet=CAP_NET_RAW
            AmbientCapabilities=CAP_NET_RAW
            NoNewPrivileges=yes
            # The store is the one place that it writes to.
            ProtectSystem=strict
            ProtectHome=read-only
            ReadWritePaths={SystemdText.Quote(storePath)}
            PrivateTmp={(inTmp ? "no" : "yes")}
            PrivateDevices=yes
            ProtectKernelTunables=yes
            ProtectKernelModules=yes
            ProtectKernelLogs=yes
            ProtectControlGroups=yes
            ProtectClock=yes
            ProtectHostname=yes
            LockPersonality=yes
            RestrictRealtime=yes
            RestrictSUIDSGID=yes
            RestrictNamespaces=yes
            RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
            SystemCallArchitectures=native

            """;
    }

    /// <summary>The systemd unit.</summary>
    /// <exception cref="TrafficException">A path has a character that a unit cannot hold.</exception>
    public string SystemdUnit() => $"""
        # Written by Start-NetTrafficServer -AsService, which writes it anew each time: put changes into 'systemctl edit {UnitName}'.
        [Unit]
        Description=NetTraffic REST API of {SystemdText.Line(StorePath)}
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=notify
        ExecStart={SystemdText.CommandLine(Command)}
        WorkingDirectory=/
        Restart=on-failure
        RestartSec=5
        # The server ends what it started (dumpcap), after storing what that has still to say.
        KillMode=mixed
        TimeoutStopSec=60
        {(User is null
            ? "# A user's own systemd can give no rights: captures in the server need dumpcap, permitted to capture (-Engine Dumpcap).\n"
            : Hardening(User, StorePath))}
        [Install]
        WantedBy={(User is null ? "default.target" : "multi-user.target")}

        """;

    /// <summary>
    /// A PowerShell script that makes the Windows service, to be run by an administrator: a virtual account of its own, which may write to
    /// the store and has no other rights.
    /// </summary>
    /// <exception cref="TrafficException">A path has a control character.</exception>
    public string WindowsScript()
    {
        string line = string.Join(' ', Command.Select(PlainWord.Windows)), account = $"NT SERVICE\\{WindowsName}";
        string store = PlainWord.PowerShell(StorePath), grant = PlainWord.PowerShell(account + ":(OI)(CI)M");
        string secrets = PlainWord.PowerShell(StorePath.TrimEnd('\\', '/') + "\\secrets.json");
        StringBuilder script = new();
        script.AppendLine("# Run this in a PowerShell that runs as administrator. It can be run again.");
        script.AppendLine("# Npcap must let others than administrators capture, for captures in the server: a choice of its installer.");
        script.AppendLine($"if (Get-Service {WindowsName} -ErrorAction Ignore) {{ Stop-Service {WindowsName}")
            .AppendLine($"    sc.exe delete {WindowsName} }}");
        script.AppendLine($"New-Service -Name {WindowsName} -DisplayName 'NetTraffic server' -StartupType Automatic `");
        script.AppendLine($"    -Description {PlainWord.PowerShell($"NetTraffic REST API of {StorePath}")} `");
        script.AppendLine($"    -BinaryPathName {PlainWord.PowerShell(line)}");
        script.AppendLine($"sc.exe config {WindowsName} obj= {PlainWord.PowerShell(account)}");
        script.AppendLine($"sc.exe failure {WindowsName} reset= 86400 actions= restart/5000");
        script.AppendLine($"$null = New-Item -ItemType Directory -Force -Path {store}");
        script.AppendLine($"icacls.exe {store} /grant {grant}");
        script.AppendLine("# Keys are readable to their owner alone; run this line again after Set-NetTrafficOption -ServerKey.");
        string read = PlainWord.PowerShell(account + ":R");
        script.AppendLine($"if (Test-Path -LiteralPath {secrets}) {{ icacls.exe {secrets} /grant {read} }}");
        script.AppendLine($"Start-Service {WindowsName}");
        return script.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>The property list of macOS's launchd.</summary>
    /// <exception cref="TrafficException">A path has a control character.</exception>
    public string LaunchdList()
    {
        XElement Text(string text) => new("string", PlainWord.Check(text));
        XElement values = new("dict", new XElement("key", "Label"), Text(LaunchdName), new XElement("key", "ProgramArguments"),
            new XElement("array", Command.Select(Text)), new XElement("key", "RunAtLoad"), new XElement("true"),
            new XElement("key", "KeepAlive"), new XElement("dict", new XElement("key", "SuccessfulExit"), new XElement("false")));
        if (User is not null)
        {
            values.Add(new XElement("key", "UserName"), Text(User));
        }

        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
            + "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
            + new XElement("plist", new XAttribute("version", "1.0"), values).ToString().ReplaceLineEndings("\n") + "\n";
    }
}
