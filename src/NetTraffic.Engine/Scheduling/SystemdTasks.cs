using System.Text;

namespace NetTraffic.Engine;

/// <summary>Scheduled captures as systemd timers: <c>nettraffic-capture-NAME.timer</c> and the service that it starts.</summary>
/// <param name="isSystem">Whether they are the machine's, or this user's.</param>
/// <param name="folder">Folder of the units.</param>
/// <param name="runs">Whether that systemd runs here.</param>
internal sealed class SystemdTasks(bool isSystem, string folder, bool runs) : ITaskBackend
{
    private const string Prefix = "nettraffic-capture-", Marker = "# NetTraffic capture task: ";

    public CaptureScheduler Scheduler => isSystem ? CaptureScheduler.Systemd : CaptureScheduler.SystemdUser;

    private string Wants => Path.Combine(folder, "timers.target.wants");

    private string[] Systemctl => isSystem ? ["systemctl"] : ["systemctl", "--user"];

    public static SystemdTasks OfMachine() => new(true, "/etc/systemd/system", Systemd.IsRunning(isSystem: true));

    public static SystemdTasks OfUser() => new(false, Systemd.UserFolder, Systemd.IsRunning(isSystem: false));

    public IReadOnlyList<TaskText> Texts(CaptureTask task)
    {
        string environment = task.DotnetRoot is null ? "" : $"Environment={SystemdText.Quote("DOTNET_ROOT=" + task.DotnetRoot)}\n";
        string rights = isSystem ? ServiceDefinition.Hardening(UnixOwner.Of(task.StorePath), task.StorePath) : "";
        return
        [
            new TaskText(File(task.Name, "service"), $"""
                {Marker}{task.Schedule.Text}
                # Unregister-NetCaptureTask {task.Name} removes it.
                [Unit]
                Description=NetTraffic capture {task.Name}

                [Service]
                ExecStart={SystemdText.CommandLine(task.Command)}
                {environment}WorkingDirectory=/
                # PowerShell ends what it started (dumpcap), after storing what that has still to say.
                KillMode=mixed
                {rights}
                """),
            new TaskText(File(task.Name, "timer"), $"""
                {Marker}{task.Schedule.Text}
                # Unregister-NetCaptureTask {task.Name} removes it.
                [Unit]
                Description=NetTraffic capture {task.Name}: {task.Schedule.Text}

                [Timer]
                {string.Join('\n', task.Schedule.Calendar().Select(when => "OnCalendar=" + when))}
                AccuracySec=1s

                [Install]
                WantedBy=timers.target

                """),
        ];
    }

    public IReadOnlyList<string> Commands(string name) =>
        [.. Lines(name).Select(words => string.Join(' ', words))];

    public IReadOnlyList<string> Register(CaptureTask task)
    {
        // systemd starts nothing that may write to a folder which is not there.
        Directory.CreateDirectory(task.StorePath);
        foreach (TaskText text in Texts(task))
        {
            SharedFile.Write(text.Path, ownerOnly: false, Encoding.UTF8.GetBytes(text.Text));
        }

        List<string> notes = [];
        if (runs)
        {
            foreach (string[] words in Lines(task.Name))
            {
                SystemProgram.Must(words);
            }
        }
        else
        {
            notes.Add($"The timer is written, and systemd does not run here: where it does, run {string.Join("; ", Commands(task.Name))}");
        }

        if (!isSystem)
        {
            notes.Add("A timer of a user runs while the user is logged in, and always after: loginctl enable-linger "
                + Display.Text(Environment.UserName));
        }

        return notes;
    }

    public IReadOnlyList<NetCaptureTask> List()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(folder))
        {
            return [];
        }

        List<NetCaptureTask> tasks = [];
        foreach (string timer in Directory.EnumerateFiles(folder, Prefix + "*.timer").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(timer)[Prefix.Length..];
            string[] lines = [.. SharedFile.ReadLines(timer)];
            if (!CaptureTask.IsName(name) || lines is not [var first, ..] || !first.StartsWith(Marker, StringComparison.Ordinal))
            {
                continue; // somebody else's
            }

            string service = File(name, "service"), written = first[Marker.Length..];
            bool isEnabled = Path.Exists(Path.Combine(Wants, Path.GetFileName(timer)));
            string[] calendar = Values(lines, "OnCalendar=");
            TaskSchedule? schedule = TaskSchedule.Parse(written);
            bool isAsWritten = schedule?.Calendar().SequenceEqual(calendar) == true;
            tasks.Add(new NetCaptureTask
            {
                Name = name,
                Scheduler = Scheduler,
                Schedule = isAsWritten ? written : string.Join("; ", calendar),
                State = isEnabled ? CaptureTaskState.Enabled : CaptureTaskState.Disabled,
                NextRun = isEnabled && isAsWritten && runs ? schedule!.Next(DateTime.Now) : null,
                Command = System.IO.File.Exists(service) ? string.Join("; ", Values([.. SharedFile.ReadLines(service)], "ExecStart=")) : "",
                Path = [timer, service],
            });
        }

        return tasks;
    }

    public void Unregister(string name)
    {
        if (runs)
        {
            SystemProgram.Must([.. Systemctl, "disable", "--now", Path.GetFileName(File(name, "timer"))]);
        }

        SharedFile.TryDelete(Path.Combine(Wants, Path.GetFileName(File(name, "timer"))));
        SharedFile.Delete(File(name, "timer"));
        SharedFile.Delete(File(name, "service"));
        if (runs)
        {
            SystemProgram.Must([.. Systemctl, "daemon-reload"]);
        }
    }

    private static string[] Values(string[] lines, string key) =>
        [.. lines.Where(line => line.StartsWith(key, StringComparison.Ordinal)).Select(line => line[key.Length..])];

    private string File(string name, string kind) => Path.Combine(folder, $"{Prefix}{name}.{kind}");

    private string[][] Lines(string name) =>
        [[.. Systemctl, "daemon-reload"], [.. Systemctl, "enable", "--now", $"{Prefix}{name}.timer"]];
}
