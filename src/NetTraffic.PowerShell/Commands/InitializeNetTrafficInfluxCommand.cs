using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Initialize-NetTrafficInflux: makes the database or bucket that is set, with its retention and what Grafana needs to ask it.</summary>
[Cmdlet(VerbsData.Initialize, "NetTrafficInflux", SupportsShouldProcess = true)]
[OutputType(typeof(InfluxSetupResult))]
public sealed class InitializeNetTrafficInfluxCommand : StoreCmdlet
{
    /// <summary>How long InfluxDB keeps points; 'forever': without end. Not given: as it is, for a new database without end.</summary>
    [Parameter(Position = 0)]
    [Duration(NoLimit = "forever")]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Retention { get; set; }

    /// <inheritdoc/>
    protected override void End()
    {
        TimeSpan? retention = !IsBound(nameof(Retention)) ? null : Retention ?? TimeSpan.Zero;
        if (retention is { } kept && kept != TimeSpan.Zero && kept < TimeSpan.FromHours(1))
        {
            Refuse(TrafficErrors.BadArgument, $"-Retention is {Display.Span(kept)}, and InfluxDB keeps points for at least an hour.", "Give for example 30d, or forever.", target: kept);
        }

        InfluxSetupResult plan = TrafficEngine.InitializeInflux(FullStorePath, retention, whatIf: true, StopToken);
        foreach (string warning in plan.Warnings)
        {
            WriteWarning(Display.Text(warning));
        }

        if (plan.Actions.Count == 0)
        {
            WriteObject(plan);
        }
        else if (ShouldProcess(Display.Text($"{plan.Database} on {plan.Url.GetLeftPart(UriPartial.Path)}"), Display.Text(string.Join("; ", plan.Actions))))
        {
            WriteObject(TrafficEngine.InitializeInflux(FullStorePath, retention, whatIf: false, StopToken));
        }
    }
}
