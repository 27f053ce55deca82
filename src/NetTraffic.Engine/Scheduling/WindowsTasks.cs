using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace NetTraffic.Engine;

/// <summary>
/// Scheduled captures in the Task Scheduler's folder <c>\NetTraffic</c>, by the ScheduledTasks cmdlets of Windows PowerShell, which every
/// Windows has. Texts go over its standard input and output, in ASCII; names that stand in its command are plain.
/// </summary>
internal sealed class WindowsTasks : ITaskBackend
{
    private const string Folder = "\\NetTraffic\\", Marker = "NetTraffic capture task: ";
    private static readonly XNamespace Names = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    public CaptureScheduler Scheduler => CaptureScheduler.TaskScheduler;

    public IReadOnlyList<TaskText> Texts(CaptureTask task) =>
    [
        new TaskText(Folder + task.Name,
            Xml(task, $"{Environment.UserDomainName}\\{Environment.UserName}", Environment.IsPrivilegedProcess)),
    ];

    public IReadOnlyList<string> Commands(string name) =>
        [$"Register-ScheduledTask -TaskPath {Folder} -TaskName {name} -Xml (the text above)"];

    public IReadOnlyList<string> Register(CaptureTask task)
    {
        TaskText text = Texts(task)[0];
        Run($"Register-ScheduledTask -TaskPath '{Folder}' -TaskName '{task.Name}' -Force -Xml ([Console]::In.ReadToEnd()) | Out-Null",
            text.Text);
        return Environment.IsPrivilegedProcess ? [] : ["It runs while you are logged on. As administrator, register it to run always."];
    }

    public IReadOnlyList<NetCaptureTask> List() => !OperatingSystem.IsWindows() ? [] : [.. Read(Run(
        $"Get-ScheduledTask -TaskPath '{Folder}' -ErrorAction SilentlyContinue | ForEach-Object {{ "
        + "$x = [xml]($_ | Export-ScheduledTask); "
        + "$d = $x.CreateElement('Found'); $d.SetAttribute('Name', $_.TaskName); $d.SetAttribute('State', $_.State); "
        + "$n = ($_ | Get-ScheduledTaskInfo).NextRunTime; if ($n) { $d.SetAttribute('Next', $n.ToString('s')) }; "
        + "$null = $d.AppendChild($x.DocumentElement.Clone()); "
        + "[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($d.OuterXml)) }"))];

    public void Unregister(string name) =>
        Run($"Unregister-ScheduledTask -TaskPath '{Folder}' -TaskName '{name}' -Confirm:$false");

    /// <summary>A task, in characters of ASCII.</summary>
    /// <param name="task">The task.</param>
    /// <param name="user">DOMAIN\NAME of who it runs as.</param>
    /// <param name="always">
    /// Whether it runs while the user is not logged on too, without a password being kept; takes an administrator.
    /// </param>
    /// <exception cref="TrafficException">A word has what the Task Scheduler would replace, or a control character.</exception>
    internal static string Xml(CaptureTask task, string user, bool always)
    {
        foreach (string word in task.Command)
        {
            if (word.Contains('%', StringComparison.Ordinal) || word.Contains("$(Arg", StringComparison.OrdinalIgnoreCase))
            {
                throw new TrafficException(TrafficErrors.BadArgument,
                    $"'{Display.Text(word)}' has '%' or '$(Arg', which the Task Scheduler replaces, and no way to write it.",
                    "Leave it out, or rename what has it in its name.");
            }
        }

        XElement Of(string name, params object[] content) => new(Names + name, content);
        XElement xml = Of("Task", new XAttribute("version", "1.2"),
            Of("RegistrationInfo", Of("URI", Folder + task.Name), Of("Description", Marker + task.Schedule.Text)),
            Of("Triggers", [.. task.Schedule.Triggers(Names)]),
            Of("Principals", Of("Principal", new XAttribute("id", "Author"), Of("UserId", user),
                Of("LogonType", always ? "S4U" : "InteractiveToken"), Of("RunLevel", "LeastPrivilege"))),
            Of("Settings", Of("MultipleInstancesPolicy", "IgnoreNew"), Of("DisallowStartIfOnBatteries", false),
                Of("StopIfGoingOnBatteries", false), Of("ExecutionTimeLimit", "PT0S"), Of("Enabled", true)),
            Of("Actions", new XAttribute("Context", "Author"), Of("Exec", Of("Command", PlainWord.Check(task.Command[0])),
                Of("Arguments", string.Join(' ', task.Command.Skip(1).Select(PlainWord.Windows))))));
        using MemoryStream bytes = new();
        XmlWriterSettings ascii = new() { Encoding = Encoding.ASCII, Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" };
        using (XmlWriter writer = XmlWriter.Create(bytes, ascii))
        {
            xml.WriteTo(writer);
        }

        return Encoding.ASCII.GetString(bytes.ToArray()) + "\n";
    }

    /// <summary>The tasks in what <see cref="List"/> asks for: one a line, its XML in base64.</summary>
    internal static IEnumerable<NetCaptureTask> Read(string answer)
    {
        foreach (string line in answer.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            XElement found = XElement.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(line)));
            string description = found.Descendants(Names + "Description").FirstOrDefault()?.Value ?? "";
            if (!description.StartsWith(Marker, StringComparison.Ordinal))
            {
                continue; // somebody else's
            }

            string state = found.Attribute("State")?.Value ?? "", name = found.Attribute("Name")?.Value ?? "";
            string? next = found.Attribute("Next")?.Value;
            yield return new NetCaptureTask
            {
                Name = name,
                Scheduler = CaptureScheduler.TaskScheduler,
                Schedule = description[Marker.Length..],
                State = state == "Disabled" ? CaptureTaskState.Disabled : CaptureTaskState.Enabled,
                NextRun = next is null ? null : DateTime.Parse(next, null, System.Globalization.DateTimeStyles.AssumeLocal),
                Command = string.Join(' ', found.Descendants(Names + "Exec").Elements().Select(part => part.Value)),
                Path = [Folder + name],
            };
        }
    }

    private static string Run(string script, string input = "") => OperatingSystem.IsWindows()
        ? SystemProgram.Must(
            ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'; " + script], input)
        : throw new TrafficException(TrafficErrors.SchedulerMissing, "The Task Scheduler is Windows' own.");
}
