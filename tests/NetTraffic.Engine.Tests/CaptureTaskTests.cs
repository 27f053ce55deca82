using System.Diagnostics;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>Scheduled captures as the texts of three schedulers: when, what, and nothing that anybody put into a name.</summary>
public sealed class CaptureTaskTests
{
    private const string Hostile = "it's \"q\" ; $(touch /x) `id` $HOME %d \\ \\%e \\\\%f \u2019; exit #";
    private static readonly XNamespace Names = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    private static readonly CaptureTask Nightly = new()
    {
        Name = "nightly",
        Schedule = At("02:00"),
        PowerShell = ["/opt/ps 7/pwsh"],
        Module = "/opt/nt/NetTraffic.psd1",
        StorePath = "/srv/nt",
        DotnetRoot = "/opt/dot net",
        Parameters = [new("Interface", new[] { "eth0", "wlan*" }), new("Filter", "tcp port 443"), new("Duration", TimeSpan.FromHours(1)),
            new("PacketRing", 512L << 20), new("Engine", CaptureEngine.Dumpcap), new("Enrich", true), new("Promiscuous", false)],
    };

    private static CaptureTask Odd =>
        Nightly with { Parameters = [new("Filter", Hostile), new("PacketCount", 1L)], StorePath = "/srv/" + Hostile };

    [Fact]
    public void What_PowerShell_runs_has_each_parameter_as_it_was_given() => Assert.Equal(
        "$ErrorActionPreference = 'Stop'; Import-Module '/opt/nt/NetTraffic.psd1'; Start-NetCapture -Interface 'eth0','wlan*' "
        + "-Filter 'tcp port 443' -Duration 3600000ms -PacketRing 536870912 -Engine Dumpcap -Enrich -Promiscuous:$false "
        + "-Name 'nightly' -StorePath '/srv/nt' -Wait", Nightly.Script);

    [Theory]
    [InlineData("at 02:00", "*-*-* 02:00:00", "0 2 * * *")]
    [InlineData("at 08:30, 18:00 on Monday, Sunday", "Mon,Sun *-*-* 08:30:00|Mon,Sun *-*-* 18:00:00", "30 8 * * 0,1|0 18 * * 0,1")]
    [InlineData("every 15m", "*-*-* *:0/15:00", "*/15 * * * *")]
    [InlineData("every 6h on Friday", "Fri *-*-* 0/6:00:00", "0 */6 * * 5")]
    [InlineData("every 1h", "*-*-* 0/1:00:00", "0 */1 * * *")]
    public void A_schedule_is_the_same_to_systemd_and_cron_and_reads_back(string text, string calendar, string cron)
    {
        TaskSchedule schedule = TaskSchedule.Parse(text)!;
        Assert.Equal(text, schedule.Text);
        Assert.Equal(calendar.Split('|'), schedule.Calendar());
        Assert.Equal(cron.Split('|'), schedule.Cron());
    }

    [Theory]
    [InlineData("at 25:00")]
    [InlineData("at ")]
    [InlineData("every 7m")]
    [InlineData("every 5h")]
    [InlineData("every 90m")]
    [InlineData("every 2d")]
    [InlineData("at 02:00 on Someday")]
    [InlineData("at 02:00 on 3")]
    [InlineData("at 02:00 on Monday on Tuesday")]
    [InlineData("")]
    public void What_is_no_schedule_is_none(string text) => Assert.Null(TaskSchedule.Parse(text));

    [Fact]
    public void A_day_or_a_week_of_every_kind_is_every_day()
    {
        Assert.Equal("at 00:00", TaskSchedule.Make([], TimeSpan.FromDays(1), []).Text);
        Assert.Equal("at 02:00", TaskSchedule.Make([new TimeOnly(2, 0, 30), new TimeOnly(2, 0)], null, Enum.GetValues<DayOfWeek>()).Text);
        Assert.Throws<TrafficException>(() => TaskSchedule.Make([], null, []));
        Assert.Throws<TrafficException>(() => TaskSchedule.Make([default], TimeSpan.FromHours(1), []));
    }

    [Theory]
    [InlineData("at 02:00", "2026-03-04 01:59:59", "2026-03-04 02:00:00")]
    [InlineData("at 02:00", "2026-03-04 02:00:00", "2026-03-05 02:00:00")]
    [InlineData("at 02:00 on Wednesday", "2026-03-04 02:00:00", "2026-03-11 02:00:00")]
    [InlineData("every 15m", "2026-03-04 23:50:00", "2026-03-05 00:00:00")]
    [InlineData("every 6h on Saturday, Sunday", "2026-03-04 12:00:00", "2026-03-07 00:00:00")]
    public void The_next_run_is_known(string schedule, string now, string next) => Assert.Equal(
        DateTime.Parse(next, System.Globalization.CultureInfo.InvariantCulture),
        TaskSchedule.Parse(schedule)!.Next(DateTime.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("every 15m")]
    [InlineData("every 6h on Friday")]
    [InlineData("at 08:30, 18:00 on Monday, Sunday")]
    public void Systemd_reads_the_times_as_they_are_meant(string text)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed here");
        TaskSchedule schedule = TaskSchedule.Parse(text)!;
        DateTime now = DateTime.Now;
        IEnumerable<DateTime> theirs = schedule.Calendar().Select(calendar =>
        {
            ProcessStartInfo start = new("systemd-analyze", ["calendar", calendar])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            };
            start.Environment["LC_ALL"] = "C";
            using Process process = Process.Start(start)!;
            string line = process.StandardOutput.ReadToEnd().Split('\n').Single(one => one.Contains("Next elapse:"));
            process.WaitForExit();
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return DateTime.Parse(words is [.., var day, var time, _] ? $"{day} {time}" : "",
                System.Globalization.CultureInfo.InvariantCulture);
        });
        Assert.Equal(schedule.Next(now), theirs.Min());
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("../up")]
    [InlineData("x;id")]
    [InlineData("x\n* * * * * id")]
    [InlineData("x\n")]
    [InlineData("-x")]
    [InlineData("")]
    [InlineData("it's")]
    public void A_name_that_could_be_more_is_refused(string name) =>
        Assert.Equal("BadArgument", Assert.Throws<TrafficException>((Nightly with { Name = name }).Check).Id);

    [Fact]
    public void Runs_end_and_do_not_meet()
    {
        Nightly.Check();
        (Nightly with { Schedule = Every("15m"), Parameters = [new("Duration", TimeSpan.FromMinutes(14.5))] }).Check();
        Assert.Equal("BadSchedule", Assert.Throws<TrafficException>((Nightly with { Parameters = [] }).Check).Id);
        Assert.Equal("BadSchedule", Assert.Throws<TrafficException>(
            (Nightly with { Schedule = Every("15m"), Parameters = [new("Duration", TimeSpan.FromMinutes(15))] }).Check).Id);
        Assert.Equal("BadSchedule", Assert.Throws<TrafficException>(
            (Nightly with { Schedule = Every("15m"), Parameters = [new("PacketCount", 5L)] }).Check).Id);
    }

    [Fact]
    public void Line_ends_are_refused_by_every_scheduler()
    {
        CaptureTask bad = Nightly with { Parameters = [new("Filter", "tcp\n* * * * * root id"), new("PacketCount", 1L)] };
        using ScratchFolder folder = new();
        Assert.Equal("BadArgument", Assert.Throws<TrafficException>(() => new SystemdTasks(false, folder.Path, runs: false).Texts(bad)).Id);
        Assert.Equal("BadArgument", Assert.Throws<TrafficException>(() => new CronTasks().Texts(bad)).Id);
        Assert.Equal("BadArgument", Assert.Throws<TrafficException>(() => WindowsTasks.Xml(bad, "me", always: true)).Id);
    }

    [Fact]
    public void Timers_are_written_listed_and_removed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is Linux's");
        using ScratchFolder folder = new();
        CaptureTask task = Odd with { StorePath = Path.Combine(folder.Path, Hostile.Replace('/', '|')) };
        SystemdTasks systemd = new(false, folder.Path, runs: false);
        IReadOnlyList<string> notes = systemd.Register(task);
        string service = File.ReadAllText(Path.Combine(folder.Path, "nettraffic-capture-nightly.service"));
        Assert.Equal(systemd.Texts(task).Select(text => text.Text), new[] { service,
            File.ReadAllText(Path.Combine(folder.Path, "nettraffic-capture-nightly.timer")) });
        string line = Assert.Single(service.Split('\n'), line => line.StartsWith("Exec", StringComparison.Ordinal));
        Assert.Equal(task.Command, UnitReader.Words(line["ExecStart=".Length..]));
        Assert.Contains("\nEnvironment=\"DOTNET_ROOT=/opt/dot net\"\n", service, StringComparison.Ordinal);
        Assert.Contains(notes, note => note.Contains("systemctl --user enable --now nettraffic-capture-nightly.timer"));
        File.WriteAllText(Path.Combine(folder.Path, "other.timer"), "[Timer]\nOnCalendar=daily\n");
        File.WriteAllText(Path.Combine(folder.Path, "nettraffic-capture-foreign.timer"), "[Timer]\nOnCalendar=daily\n");

        NetCaptureTask found = Assert.Single(systemd.List());
        Assert.Equal(("nightly", "at 02:00", CaptureTaskState.Disabled), (found.Name, found.Schedule, found.State));
        Assert.Null(found.NextRun);
        systemd.Unregister("nightly");
        Assert.Empty(systemd.List());
        Assert.Equal(["nettraffic-capture-foreign.timer", "other.timer"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_machines_timer_has_one_right()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is Linux's");
        string service = new SystemdTasks(true, "/etc/systemd/system", runs: false).Texts(Nightly)[0].Text;
        Assert.Contains("\nCapabilityBoundingSet=CAP_NET_RAW\n", service, StringComparison.Ordinal);
        Assert.Contains("\nNoNewPrivileges=yes\n", service, StringComparison.Ordinal);
        Assert.Contains("\nReadWritePaths=\"/srv/nt\"\n", service, StringComparison.Ordinal);
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed here");
        using ScratchFolder folder = new();
        CaptureTask task = Nightly with { PowerShell = ["/bin/true"] };
        string[] paths = [.. new SystemdTasks(true, folder.Path, runs: false).Texts(task).Select(text =>
            folder.Write(Path.GetFileName(text.Path), System.Text.Encoding.UTF8.GetBytes(text.Text)))];
        ProcessStartInfo start = new("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", .. paths])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process verify = Process.Start(start)!;
        string said = verify.StandardError.ReadToEnd();
        verify.WaitForExit();
        Assert.Equal((0, ""), (verify.ExitCode, string.Join('\n', said.Split('\n').Where(one => one.Contains("nettraffic")))));
    }

    [Fact]
    public void A_shell_gives_PowerShell_the_words_of_a_crontabs_line()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a shell of POSIX is needed");
        using ScratchFolder folder = new();
        string show = folder.Write("show me", "#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done >\"$0.words\"\n"u8);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(show, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }

        string line = CronTasks.Command(Odd with { PowerShell = [show] });

        ProcessStartInfo start = new("/bin/sh", ["-c", AsCronReads(line)]) { UseShellExecute = false };
        using Process shell = Process.Start(start)!;
        shell.WaitForExit();
        Assert.Equal(Odd.Command.Skip(1), File.ReadAllText(show + ".words").Split('\0')[..^1]);
    }

    [Fact]
    public void Only_our_lines_of_a_crontab_are_touched()
    {
        const string theirs = "MAILTO=me\n# BEGIN of mine\n0 1 * * * echo 100\\% \n\n# END NetTraffic capture task other\n";
        string nightly = new CronTasks().Texts(Nightly)[0].Text, other = new CronTasks().Texts(Nightly with { Name = "nightly.2" })[0].Text;
        Assert.Equal(theirs + other, CronTasks.Without(theirs + nightly + other, "nightly"));
        Assert.Equal(other + theirs, CronTasks.Without(other + nightly + theirs, "nightly"));
        Assert.Equal(theirs, CronTasks.Without(theirs, "nightly"));
        string open = nightly.Replace("# END", "#", StringComparison.Ordinal) + theirs;
        Assert.Equal("SchedulerFailed", Assert.Throws<TrafficException>(() => CronTasks.Without(open, "nightly")).Id);

        NetCaptureTask[] found = [.. CronTasks.Find(theirs + nightly + other)];
        Assert.Equal(["nightly", "nightly.2"], found.Select(task => task.Name));
        Assert.All(found, task => Assert.Equal(("at 02:00", CaptureTaskState.Enabled), (task.Schedule, task.State)));
        Assert.Equal(CronTasks.Command(Nightly), found[0].Command);
        NetCaptureTask changed = CronTasks.Find(nightly.Replace("\n0 2 * * *", "\n5 3 * * 1", StringComparison.Ordinal)).Single();
        Assert.Equal(("5 3 * * 1", (DateTime?)null), (changed.Schedule, changed.NextRun));
        NetCaptureTask off = CronTasks.Find(nightly.Replace("\n0 2", "\n#0 2", StringComparison.Ordinal)).Single();
        Assert.Equal(CaptureTaskState.Disabled, off.State);
    }

    [Fact]
    public void A_line_longer_than_cron_reads_is_refused() => Assert.Equal("BadArgument", Assert.Throws<TrafficException>(() =>
        new CronTasks().Texts(Nightly with { Parameters = [new("Filter", new string('x', 1000))] })).Id);

    [Fact]
    public void Windows_gets_XML_with_the_words_and_the_times()
    {
        CaptureTask task = Nightly with
        {
            PowerShell = [@"C:\Program Files\PowerShell\7\pwsh.exe"],
            Parameters = [new("Filter", "it's \"q\" & <x> \\\" ü"), new("PacketCount", 1L)],
            Schedule = TaskSchedule.Parse("at 02:00, 14:30 on Monday, Friday")!,
            StorePath = @"C:\store\",
        };
        string text = WindowsTasks.Xml(task, @"DOMAIN\me", always: true);
        Assert.True(System.Text.Ascii.IsValid(text));
        XElement xml = XElement.Parse(text);
        XElement exec = Assert.Single(xml.Descendants(Names + "Exec"));
        Assert.Equal(task.Command[0], exec.Element(Names + "Command")!.Value);
        Assert.Equal(task.Command.Skip(1), WindowsWords.Split(exec.Element(Names + "Arguments")!.Value));
        Assert.Equal(["2026-01-01T02:00:00", "2026-01-01T14:30:00"], xml.Descendants(Names + "StartBoundary").Select(one => one.Value));
        Assert.Equal(["Monday", "Friday", "Monday", "Friday"],
            xml.Descendants(Names + "DaysOfWeek").Elements().Select(day => day.Name.LocalName));
        Assert.Equal(("S4U", "LeastPrivilege"),
            (xml.Descendants(Names + "LogonType").Single().Value, xml.Descendants(Names + "RunLevel").Single().Value));

        XElement often = XElement.Parse(WindowsTasks.Xml(task with { Schedule = Every("15m") }, "me", always: false));
        Assert.Equal("PT15M", often.Descendants(Names + "Interval").Single().Value);
        Assert.Equal(TimeSpan.FromDays(1), XmlConvert.ToTimeSpan(often.Descendants(Names + "Duration").Single().Value));
        Assert.Single(often.Descendants(Names + "ScheduleByDay"));
    }

    [Theory]
    [InlineData("%PATH%")]
    [InlineData("$(Arg0)")]
    public void What_Windows_would_replace_is_refused(string filter) => Assert.Equal("BadArgument", Assert.Throws<TrafficException>(() =>
        WindowsTasks.Xml(Nightly with { Parameters = [new("Filter", filter)] }, "me", always: true)).Id);

    [Fact]
    public void What_Windows_answers_is_read_back()
    {
        XElement task = XElement.Parse(WindowsTasks.Xml(Nightly, "me", always: true));
        XElement foreign = XElement.Parse("<Found Name='x' State='Ready'><Task/></Found>");
        XElement found = new("Found", new XAttribute("Name", "nightly"), new XAttribute("State", "Disabled"),
            new XAttribute("Next", "2026-03-04T02:00:00"), task);
        string answer = string.Join("\r\n", new[] { foreign, found }.Select(one =>
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(one.ToString()))));
        NetCaptureTask read = Assert.Single(WindowsTasks.Read(answer));
        Assert.Equal(("nightly", "at 02:00", CaptureTaskState.Disabled, new DateTime(2026, 3, 4, 2, 0, 0, DateTimeKind.Local)),
            (read.Name, read.Schedule, read.State, read.NextRun!.Value));
        Assert.StartsWith("/opt/ps 7/pwsh ", read.Command, StringComparison.Ordinal);
    }

    private static TaskSchedule At(string time) => TaskSchedule.Parse("at " + time)!;

    private static TaskSchedule Every(string time) => TaskSchedule.Parse("every " + time)!;

    // What cron does before the shell (crontab(5), and child_process() of Vixie's cron, whose descendants do the same): a percent sign ends
    // the line; behind a backslash it stands for itself, unless that one stands behind another.
    private static string AsCronReads(string line)
    {
        StringBuilder read = new();
        bool escaped = false;
        foreach (char letter in line)
        {
            if (letter == '%')
            {
                Assert.True(escaped, $"the line ends after: {read}");
                read.Length--;
            }

            read.Append(letter);
            escaped = letter == '\\' && !escaped;
        }

        return read.ToString();
    }
}
