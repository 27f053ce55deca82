using System.Globalization;
using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Invoke-IpEnrichment: finds out where addresses are, whose, and how bad, and keeps what was said.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "IpEnrichment", SupportsShouldProcess = true)]
[OutputType(typeof(IpEnrichment))]
public sealed class InvokeIpEnrichmentCommand : AddressCmdlet
{
    /// <summary>Providers to ask; default those that are set.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[]? Provider { get; set; }

    /// <summary>Asks again what is known and still counts.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Without addresses: so many of the largest talkers that are not enriched yet.</summary>
    [Parameter]
    [ValidateRange(1, 100_000)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int Top { get; set; } = 25;

    /// <summary>Without addresses: the talkers of the last so much time.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Last { get; set; }

    /// <inheritdoc/>
    protected override int Chunk => 500;

    /// <inheritdoc/>
    protected override IReadOnlyList<string>? ProviderNames => Provider;

    /// <inheritdoc/>
    protected override void CheckTaking()
    {
        string[] choosing = Given([nameof(Top), nameof(Last)]);
        if (choosing.Length > 0)
        {
            Refuse(TrafficErrors.BadArgument, $"{string.Join(", ", choosing)} choose among a store's talkers, and addresses were given.",
                "Leave one of them out.");
        }
    }

    /// <inheritdoc/>
    protected override void AskWithout(EnrichmentService service)
    {
        bool last = IsBound(nameof(Last)) && Last < DateTime.UtcNow - DateTime.MinValue;
        TrafficFilter filter = new() { Since = last ? DateTime.UtcNow - Last : null };
        IReadOnlyList<string> talkers = service.Talkers(filter, Top, Force, StopToken);
        if (talkers.Count > 0)
        {
            Answer(service, talkers);
        }
        else
        {
            WriteVerbose("The store has no public address that is not enriched yet.");
        }
    }

    /// <inheritdoc/>
    protected override void Answer(EnrichmentService service, IReadOnlyList<string> addresses)
    {
        if (!ShouldProcess(Target(service, addresses), "Enrich"))
        {
            return;
        }

        using PumpedProgress<(int Done, int All)> progress = new();
        Task<IReadOnlyList<IpEnrichment>> work = Task.Run(() => service.Enrich(addresses, Force, progress, StopToken));
        progress.Pump(work, Show, WriteWarning);
        WriteObject(work.GetAwaiter().GetResult(), enumerateCollection: true);
    }

    private void Show((int Done, int All) state) =>
        WriteProgress(new ProgressRecord(1, "Enriching addresses",
            string.Create(CultureInfo.CurrentCulture, $"{state.Done:N0} of {state.All:N0} questions answered"))
        {
            PercentComplete = state.All == 0 ? -1 : (int)(100L * state.Done / state.All),
        });

    private static string Count(int number, string one, string? several = null) =>
        $"{Display.Count(number)} {(number == 1 ? one : several ?? one + "s")}";

    /// <summary>What would be asked, and what that costs.</summary>
    private string Target(EnrichmentService service, IReadOnlyList<string> addresses)
    {
        IReadOnlyList<EnrichmentCost> costs = service.CostOf(addresses, Force, StopToken);
        string asked = string.Join("; ", costs.Where(cost => cost.Addresses > 0).Select(cost =>
            $"{cost.Provider}: {Count(cost.Requests, "request")} for {Count(cost.Addresses, "address", "addresses")}"
            + (cost.Left is { } left ? $", {left} left" : "") + (cost.Until is { } until ? $" until {Display.Time(until)}" : "")));
        string what = Count(addresses.Count, "address", "addresses");
        return $"{what} by this machine's tables{(asked.Length > 0 ? "; " + asked : ", asking nobody")}";
    }
}
