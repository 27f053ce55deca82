using System.Text;

namespace NetTraffic.Engine;

/// <summary>
/// Scheduled captures in the user's crontab, each between two lines that mark it. Every other line stays byte for byte; so does ours where
/// it is not the one that is changed.
/// </summary>
internal sealed class CronTasks : ITaskBackend
{
    private const string Begin = "# BEGIN NetTraffic capture task ", End = "# END NetTraffic capture task ";

    // Debian's cron takes 998 characters of a command, others as many or more.
    private const int LongestCommand = 990;

    public CaptureScheduler Scheduler => CaptureScheduler.Cron;

    public IReadOnlyList<TaskText> Texts(CaptureTask task)
    {
        string command = Command(task);
        return Encoding.UTF8.GetByteCount(command) <= LongestCommand
            ? [new TaskText($"crontab of {Environment.UserName}", string.Concat(
                $"{Begin}{task.Name} {task.Schedule.Text}\n",
                string.Concat(task.Schedule.Cron().Select(when => $"{when} {command}\n")),
                $"{End}{task.Name}\n"))]
            : throw new TrafficException(TrafficErrors.BadArgument,
                $"The command has {command.Length} characters, and cron takes {LongestCommand}.",
                "Make the filter or the paths shorter, or choose -Scheduler Systemd.");
    }

    public IReadOnlyList<string> Commands(string name) => ["crontab -"];

    public IReadOnlyList<string> Register(CaptureTask task)
    {
        string all = Read() ?? throw new TrafficException(TrafficErrors.SchedulerMissing, "There is no program 'crontab' on this machine.");
        RefuseShell(all);
        string kept = Without(all, task.Name);
        Write((kept.Length == 0 || kept.EndsWith('\n') ? kept : kept + "\n") + Bytes(Texts(task)[0].Text));
        return OperatingSystem.IsLinux() && !DaemonRuns()
            ? ["The line is in the crontab, and no cron runs on this machine to read it: start it, for example with 'service cron start'."]
            : [];
    }

    public IReadOnlyList<NetCaptureTask> List() =>
        OperatingSystem.IsWindows() || Read() is not { } all ? [] : [.. Find(Text(all))];

    public void Unregister(string name)
    {
        if (Read() is { } all)
        {
            Write(Without(all, name));
        }
    }

    /// <summary>
    /// The command as /bin/sh is to read it, with what cron reads before that undone: a percent sign would be a line end. Behind a
    /// backslash of the command's own, the one that undoes it would be that one's: the quotes, which both stand in, are ended and begun
    /// anew between them. Its numbers go nowhere, else cron mails them; errors are mailed.
    /// </summary>
    /// <exception cref="TrafficException">A word has a line end or a control character.</exception>
    internal static string Command(CaptureTask task)
    {
        string environment = task.DotnetRoot is null ? "" : $"DOTNET_ROOT={PlainWord.Shell(task.DotnetRoot)} ";
        string line = environment + string.Join(' ', task.Command.Select(PlainWord.Shell)) + " >/dev/null";
        return line.Replace("\\%", @"\''%", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal);
    }

    /// <summary>The tasks in a crontab.</summary>
    internal static IEnumerable<NetCaptureTask> Find(string crontab)
    {
        string[] lines = crontab.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Begin, StringComparison.Ordinal)
                || lines[i][Begin.Length..].Split(' ', 2) is not [var name, var written])
            {
                continue;
            }

            int end = Array.IndexOf(lines, End + name, i);
            string[] entries = end < 0 ? [] : [.. lines[(i + 1)..end].Where(line => line.Trim().Length > 0)];
            string[] active = [.. entries.Where(line => !line.TrimStart().StartsWith('#'))];
            string[][] fields = [.. active.Select(line => line.Split(' ', 6)).Where(parts => parts.Length == 6)];
            TaskSchedule? schedule = TaskSchedule.Parse(written);
            string[] when = [.. fields.Select(parts => string.Join(' ', parts[..5]))];
            bool isAsWritten = schedule?.Cron().SequenceEqual(when) == true;
            yield return new NetCaptureTask
            {
                Name = name,
                Scheduler = CaptureScheduler.Cron,
                Schedule = isAsWritten || when.Length == 0 ? written : string.Join("; ", when),
                State = active.Length > 0 ? CaptureTaskState.Enabled : CaptureTaskState.Disabled,
                NextRun = isAsWritten ? schedule!.Next(DateTime.Now) : null,
                Command = string.Join("; ", fields.Select(parts => parts[5]).Distinct(StringComparer.Ordinal)),
                Path = [$"crontab of {Environment.UserName}"],
            };
        }
    }

    /// <summary>A crontab without a task; one whose end is not marked stays, since nobody knows what is its.</summary>
    internal static string Without(string crontab, string name)
    {
        List<string> lines = [.. crontab.Split('\n')];
        int begin = lines.FindIndex(line => line.StartsWith($"{Begin}{name} ", StringComparison.Ordinal));
        int end = begin < 0 ? -1 : lines.IndexOf(End + name, begin);
        if (begin >= 0 && end < 0)
        {
            throw new TrafficException(TrafficErrors.SchedulerFailed, $"The task '{name}' in the crontab has no line that marks its end.",
                $"Mend it by 'crontab -e': it begins with '{Begin}{name}', and ends with '{End}{name}'.");
        }

        if (begin >= 0)
        {
            lines.RemoveRange(begin, end - begin + 1);
        }

        return string.Join('\n', lines);
    }

    /// <summary>The crontab, a character a byte; empty where the user has none, null where there is no cron.</summary>
    private static string? Read()
    {
        SystemProgram.Answer? answer = SystemProgram.Run(["crontab", "-l"]);
        return answer is null ? null
            : answer.Code == 0 ? answer.Output
            : answer.Problem.Contains("no crontab for", StringComparison.OrdinalIgnoreCase) ? ""
            : throw new TrafficException(TrafficErrors.SchedulerFailed, $"'crontab -l' failed: {Display.Text(answer.Problem)}");
    }

    private static void Write(string crontab) => SystemProgram.Must(["crontab", "-"], crontab);

    private static string Bytes(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Text(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));

    // The command is quoted for a POSIX shell; fish and csh read quotes in another way.
    private static void RefuseShell(string crontab)
    {
        string? shell = crontab.Split('\n').Select(line => line.Trim())
            .LastOrDefault(line => line.StartsWith("SHELL", StringComparison.Ordinal) && line[5..].TrimStart().StartsWith('='));
        string name = Path.GetFileName(shell?[(shell.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim(' ', '"', '\'') ?? "sh");
        if (name is not ("sh" or "bash" or "dash" or "ash" or "ksh" or "zsh"))
        {
            throw new TrafficException(TrafficErrors.SchedulerFailed, $"The crontab sets another shell: {Display.Text(shell)}",
                "Remove that line, or choose another -Scheduler: the command is written for sh.");
        }
    }

    private static bool DaemonRuns() => Directory.EnumerateDirectories("/proc")
        .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0])).Any(process =>
        {
            try
            {
                return SharedFile.ReadText(Path.Combine(process, "comm")).Trim() is "cron" or "crond" or "fcron" or "cronie";
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false; // it has ended meanwhile
            }
        });
}
