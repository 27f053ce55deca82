using System.Text;

namespace NetTraffic.Engine;

/// <summary>
/// The server as a service of this machine. On Linux the unit is written, and started where systemd runs; on Windows and macOS there is a
/// text to look at and to run, since a service is made there by an administrator's own hand.
/// </summary>
public sealed record ServiceInstall
{
    private const string SystemFolder = "/etc/systemd/system";

    // From the manager's answer that it started to the server's word where it answers.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Folder of the store, by its full path.</summary>
    public required string StorePath { get; init; }

    /// <summary>Address to listen at; null: the setting, as it is at each start.</summary>
    public string? Listen { get; init; }

    /// <summary>TCP port; null: the setting, as it is at each start.</summary>
    public int? Port { get; init; }

    /// <summary>The service as it would be: the whole text, where it would be written, and what would be run.</summary>
    /// <exception cref="TrafficException">
    /// ASP.NET Core is not installed; the server would refuse to start; or a path has a character that the text cannot hold.
    /// </exception>
    public ServerService Plan()
    {
        CheckKey();
        ServiceDefinition definition = new()
        {
            Command = [.. ServerProgram.Find(), .. ServerProgram.Arguments(StorePath, Listen, Port)],
            StorePath = StorePath,
        };
        if (OperatingSystem.IsWindows())
        {
            return new ServerService
            {
                Name = ServiceDefinition.WindowsName,
                Manager = ServiceManager.Windows,
                Text = definition.WindowsScript(),
                User = $"NT SERVICE\\{ServiceDefinition.WindowsName}",
                StorePath = StorePath,
                NextCommands = ["Run the Text in a PowerShell that runs as administrator"],
            };
        }

        bool isSystem = Environment.IsPrivilegedProcess;
        string? user = isSystem ? UnixOwner.Of(StorePath) : null;
        definition = definition with { User = user };
        if (OperatingSystem.IsMacOS())
        {
            string place = isSystem ? "/Library/LaunchDaemons" : Path.Combine(Home, "Library", "LaunchAgents");
            string list = Path.Combine(place, ServiceDefinition.LaunchdName + ".plist");
            return new ServerService
            {
                Name = ServiceDefinition.LaunchdName,
                Manager = ServiceManager.Launchd,
                Path = list,
                Text = definition.LaunchdList(),
                User = user ?? Environment.UserName,
                StorePath = StorePath,
                NextCommands =
                    [$"Write the Text to {list}", $"launchctl bootstrap {(isSystem ? "system" : "gui/$(id -u)")} {PlainWord.Shell(list)}"],
            };
        }

        return new ServerService
        {
            Name = ServiceDefinition.UnitName,
            Manager = isSystem ? ServiceManager.Systemd : ServiceManager.SystemdUser,
            Path = Path.Combine(isSystem ? SystemFolder : Systemd.UserFolder, ServiceDefinition.UnitName),
            Text = definition.SystemdUnit(),
            User = user ?? Environment.UserName,
            StorePath = StorePath,
            NextCommands = [.. Commands(isSystem).Select(words => string.Join(' ', words))],
        };
    }

    /// <summary>Writes the unit of <see cref="Plan"/>, and starts it where systemd runs. Of Windows and macOS, the plan itself.</summary>
    /// <exception cref="TrafficException">systemd refuses, or the server does not answer.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder of the units may not be written.</exception>
    public static ServerService Install(ServerService plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Manager is not (ServiceManager.Systemd or ServiceManager.SystemdUser))
        {
            return plan;
        }

        // systemd starts nothing that may write to a folder which is not there.
        Directory.CreateDirectory(plan.StorePath);
        SharedFile.Write(plan.Path, ownerOnly: false, Encoding.UTF8.GetBytes(plan.Text));
        bool isSystem = plan.Manager == ServiceManager.Systemd;
        if (!Systemd.IsRunning(isSystem))
        {
            return With(plan, started: false);
        }

        foreach (string[] words in Commands(isSystem))
        {
            SystemProgram.Must(words);
        }

        DateTime until = DateTime.UtcNow + Patience;
        while (ServerRegistry.Find(plan.StorePath) is null && DateTime.UtcNow < until)
        {
            cancellationToken.WaitHandle.WaitOne(Poll);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return With(plan, started: true);
    }

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string[][] Commands(bool isSystem)
    {
        string[] systemctl = isSystem ? ["systemctl"] : ["systemctl", "--user"];
        return [[.. systemctl, "daemon-reload"], [.. systemctl, "enable", ServiceDefinition.UnitName],
            [.. systemctl, "restart", ServiceDefinition.UnitName]];
    }

    private static ServerService With(ServerService plan, bool started) => new()
    {
        Name = plan.Name,
        Manager = plan.Manager,
        Path = plan.Path,
        Text = plan.Text,
        User = plan.User,
        StorePath = plan.StorePath,
        IsWritten = true,
        IsStarted = started,
        NextCommands = started ? [] : plan.NextCommands,
    };

    /// <summary>The service has none of this session's environment, so a key in that counts for nothing.</summary>
    private void CheckKey()
    {
        ITrafficSettings settings = TrafficEngine.OpenSettings(StorePath);
        string listen = Listen ?? settings.GetOption().ServerListen;
        if (!System.Net.IPAddress.TryParse(listen, out System.Net.IPAddress? address))
        {
            throw new TrafficException(TrafficErrors.BadArgument, $"'{Display.Text(listen)}' is no IP address to listen at.",
                "Give an address of this machine, or 0.0.0.0 or :: for all of them.");
        }

        bool hasKey = (Has(SettingTable.ServerKey) && settings.GetOption().HasServerKey)
            || (Has(SettingTable.ServerReadKey) && settings.GetOption().HasServerReadKey);
        if (!System.Net.IPAddress.IsLoopback(address) && !hasKey)
        {
            throw new TrafficException(TrafficErrors.ServerNeedsKey,
                $"At {address} other machines reach the server, and its store's settings have no key.",
                "Set a key of 20 characters or more: Set-NetTrafficOption -ServerKey (Read-Host -AsSecureString); or listen at 127.0.0.1.");
        }

        bool Has(Setting setting) => settings.GetVariable(setting) is null;
    }
}
