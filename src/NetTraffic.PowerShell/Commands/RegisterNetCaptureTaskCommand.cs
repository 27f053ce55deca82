using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Register-NetCaptureTask: schedules a capture.</summary>
[Cmdlet(VerbsLifecycle.Register, "NetCaptureTask", SupportsShouldProcess = true)]
[OutputType(typeof(NetCaptureTask))]
public sealed class RegisterNetCaptureTaskCommand : CaptureCmdlet
{
    private static readonly string[] Passed =
    [
        nameof(Filter), nameof(Engine), nameof(Promiscuous), nameof(SnapLength), nameof(BufferSize), nameof(PacketRing),
        nameof(PacketRingSnapLength), nameof(Enrich), nameof(Duration), nameof(PacketCount), nameof(FlushInterval), nameof(MaxFlows),
        nameof(Sensor),
    ];

    /// <summary>Name of the task and of its captures.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string Name { get; set; } = "";

    /// <summary>Times of the day, local time, to the minute.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public DateTime[]? At { get; set; }

    /// <summary>From one run to the next, counted from midnight.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Every { get; set; }

    /// <summary>Days of the week. Default: every day.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [EnumName(typeof(DayOfWeek), "day", Several = true)]
    public DayOfWeek[]? DaysOfWeek { get; set; }

    /// <summary>What runs it. Default: what this machine has.</summary>
    [Parameter]
    [EnumName(typeof(CaptureScheduler), "scheduler")]
    public CaptureScheduler Scheduler { get; set; }

    /// <summary>Replaces a task of the same name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void End()
    {
        if (!IsAsked)
        {
            return;
        }

        CheckTimes();
        _ = RingOptions(IsBound(nameof(PacketRing)) ? PacketRing : null, PacketRingSnapLength);
        CaptureTask task = MakeTask();
        CaptureScheduler scheduler = IsBound(nameof(Scheduler)) ? Scheduler : CaptureTasks.Default();
        (IReadOnlyList<TaskText> texts, IReadOnlyList<string> commands) = CaptureTasks.Plan(scheduler, task);
        CheckFilter();
        NetCaptureTask? before = CaptureTasks.List(scheduler)
            .FirstOrDefault(one => one.Name.Equals(task.Name, StringComparison.OrdinalIgnoreCase));
        if (before is not null && !Force)
        {
            Refuse(TrafficErrors.TaskExists, $"There is a task '{before.Name}' already: {before.Schedule}.", target: before);
        }

        // Nothing is written that is not shown here.
        string whole = string.Concat(texts.Select(text => $"Write {Display.Text(text.Path)}:\n{text.Text}"))
            + $"Then run:\n  {string.Join("\n  ", commands)}";
        if (!ShouldProcess(whole, $"Schedule '{task.Name}' {task.Schedule.Text} with {scheduler}?", "Register-NetCaptureTask"))
        {
            return;
        }

        if (before is not null && before.Name != task.Name)
        {
            CaptureTasks.Unregister(before);
        }

        (NetCaptureTask registered, IReadOnlyList<string> notes) = CaptureTasks.Register(scheduler, task);
        WriteObject(registered);
        foreach (string note in notes)
        {
            WriteWarning(note);
        }

        WarnOfRights(scheduler);
    }

    private CaptureTask MakeTask()
    {
        foreach (DateTime at in At ?? [])
        {
            // A number, or the date of a holiday, was meant to be something else than a time that comes again each day.
            if (Math.Abs((at.Date - DateTime.Today).TotalDays) > 1)
            {
                Refuse(TrafficErrors.BadSchedule, $"-At takes times of the day, and {at:yyyy-MM-dd} is a date.", target: at);
            }
        }

        List<KeyValuePair<string, object>> parameters = [];
        if (GivenInterfaces.Count > 0)
        {
            parameters.Add(new(nameof(Interface), GivenInterfaces.ToArray()));
        }

        foreach (string name in Passed.Where(IsBound))
        {
            object value = GetType().GetProperty(name)!.GetValue(this)!;
            parameters.Add(new(name, value is SwitchParameter on ? on.ToBool() : value));
        }

        string home = (string)SessionState.PSVariable.GetValue("PSHOME");
        return new CaptureTask
        {
            Name = Name,
            Schedule = TaskSchedule.Make([.. (At ?? []).Select(TimeOnly.FromDateTime)], IsBound(nameof(Every)) ? Every : null,
                DaysOfWeek ?? []),
            PowerShell = CaptureTasks.FindPowerShell(home),
            DotnetRoot = CaptureTasks.FindDotnetRoot(home),
            Module = CaptureTasks.FindModule(),
            StorePath = Store.Path,
            Parameters = parameters,
        };
    }

    /// <summary>A filter that cannot be would be told of at night. Where libpcap is missing, only that says so.</summary>
    private void CheckFilter()
    {
        try
        {
            TrafficEngine.CheckFilter(Filter ?? "");
        }
        catch (CaptureException error) when (error.Problem == CaptureProblem.BadFilter)
        {
            Refuse(TrafficErrors.BadFilter, error.Message, error.NextMove, target: Filter);
        }
        catch (CaptureException error) when (error.Problem == CaptureProblem.LibraryMissing)
        {
            WriteWarning(Display.Text(error.Message));
        }
    }

    /// <summary>A task that may not capture would fail at night, where nobody looks.</summary>
    private void WarnOfRights(CaptureScheduler scheduler)
    {
        if (scheduler == CaptureScheduler.Systemd || Engine != CaptureEngine.Libpcap)
        {
            return;
        }

        string problem;
        try
        {
            IReadOnlyList<CaptureInterface> all = TrafficEngine.GetInterfaces();
            problem = all.Any(one => one.CanCapture) ? "" : all.Select(one => one.CaptureProblem).FirstOrDefault() ?? "no interface";
        }
        catch (CaptureException error)
        {
            problem = error.Message;
        }

        if (problem.Length > 0)
        {
            WriteWarning(Display.Text($"The task runs as you, who may not capture now ({problem}): register it as root or administrator, "
                + "or capture by a program that may, with -Engine Dumpcap."));
        }
    }
}
