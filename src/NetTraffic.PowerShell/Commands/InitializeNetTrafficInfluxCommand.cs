using System.Management.Automation;
using System.Net;
using System.Security;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>
/// Initialize-NetTrafficInflux: makes the database or bucket that is set, with its retention, what Grafana needs to ask it, and on 2.x
/// tokens.
/// </summary>
[Cmdlet(VerbsData.Initialize, "NetTrafficInflux", SupportsShouldProcess = true)]
[OutputType(typeof(InfluxSetupResult))]
public sealed class InitializeNetTrafficInfluxCommand : EachStoreCmdlet
{
    /// <summary>How long InfluxDB keeps points; 'forever': without end. Not given: as it is, for a new database without end.</summary>
    [Parameter(Position = 0)]
    [Duration(NoLimit = "forever")]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Retention { get; set; }

    /// <summary>Token that sets the server up, instead of the one that is set. It is used once and kept nowhere.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? AdminToken { get; set; }

    /// <summary>InfluxDB 2.x: the token that is set gives way to one that may only write to the bucket.</summary>
    [Parameter]
    public SwitchParameter ReplaceToken { get; set; }

    /// <summary>InfluxDB 2.x: no token is issued.</summary>
    [Parameter]
    public SwitchParameter SkipToken { get; set; }

    /// <inheritdoc/>
    protected override void AskStore()
    {
        InfluxSetupRequest request = MakeRequest();
        InfluxSetupResult plan = TrafficEngine.InitializeInflux(FullStorePath, request with { WhatIf = true }, StopToken);
        foreach (string warning in plan.Warnings)
        {
            WriteWarning(Display.Text(warning));
        }

        if (plan.Actions.Count == 0)
        {
            WriteObject(plan);
        }
        else if (ShouldProcess(
            Display.Text($"{plan.Database} on {plan.Url.GetLeftPart(UriPartial.Path)}"), Display.Text(string.Join("; ", plan.Actions))))
        {
            InfluxSetupResult result = TrafficEngine.InitializeInflux(FullStorePath, request, StopToken);
            if (result.WriteTokenPath is not null && Settings.GetVariable(SettingTable.InfluxToken) is { } variable)
            {
                WriteWarning($"Captures have a token that may only write, but the environment variable {variable} overrides it here.");
            }

            WriteObject(result);
        }
    }

    private InfluxSetupRequest MakeRequest()
    {
        TimeSpan? retention = !IsBound(nameof(Retention)) ? null : Retention ?? TimeSpan.Zero;
        if (retention is { } kept && kept != TimeSpan.Zero && kept < TimeSpan.FromHours(1))
        {
            Refuse(
                TrafficErrors.BadArgument,
                $"-Retention is {Display.Span(kept)}, and InfluxDB keeps points for at least an hour.",
                "Give for example 30d, or forever.",
                target: kept);
        }

        if (ReplaceToken && SkipToken)
        {
            Refuse(TrafficErrors.BadArgument, "-ReplaceToken issues a token, and -SkipToken issues none.", "Give one of the two.");
        }

        return new InfluxSetupRequest
        {
            Retention = retention,
            AdminToken = AdminToken is null ? null : new NetworkCredential("", AdminToken).Password,
            ReplaceToken = ReplaceToken,
            SkipTokens = SkipToken,
        };
    }
}
