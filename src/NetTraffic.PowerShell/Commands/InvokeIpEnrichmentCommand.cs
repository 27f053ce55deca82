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
    // Batches of the providers have up to a hundred; results are to come while later input does.
    private const int Chunk = 500;
    private readonly List<string> waiting = [];
    private EnrichmentService? service;

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
    protected override void TakeAddresses(IReadOnlyList<string> addresses)
    {
        string[] choosing = [.. new[] { nameof(Top), nameof(Last) }.Where(IsBound).Select(name => "-" + name)];
        if (choosing.Length > 0)
        {
            Refuse(TrafficErrors.BadArgument, $"{string.Join(", ", choosing)} choose among a store's talkers, and addresses were given.",
                "Leave one of them out.");
        }

        waiting.AddRange(addresses);
        if (waiting.Count >= Chunk)
        {
            Enrich();
        }
    }

    /// <inheritdoc/>
    protected override void AskWithout()
    {
        OpenForReading(FullStorePath);
        bool last = IsBound(nameof(Last)) && Last < DateTime.UtcNow - DateTime.MinValue;
        TrafficFilter filter = new() { Since = last ? DateTime.UtcNow - Last : null };
        waiting.AddRange(Service.Talkers(filter, Top, Force, StopToken));
        if (waiting.Count == 0)
        {
            WriteVerbose("The store has no public address that is not enriched yet.");
        }
    }

    /// <inheritdoc/>
    protected override void End() => Enrich();

    private EnrichmentService Service =>
        service ??= EnrichmentService.Open(Store, GeoDatabases, Provider, text => WriteWarning(Display.Text(text)));

    private void Enrich()
    {
        if (waiting.Count == 0)
        {
            return;
        }

        string[] addresses = [.. waiting];
        waiting.Clear();
        if (!ShouldProcess(Target(addresses), "Enrich"))
        {
            return;
        }

        using PumpedProgress<(int Done, int All)> progress = new();
        Task<IReadOnlyList<IpEnrichment>> work = Task.Run(() => Service.Enrich(addresses, Force, progress, StopToken));
        progress.Pump(work, Show, WriteWarning);
        IReadOnlyList<IpEnrichment> found = work.GetAwaiter().GetResult();
        WriteObject(found, enumerateCollection: true);
    }

    private void Show((int Done, int All) state) =>
        WriteProgress(new ProgressRecord(1, "Enriching addresses",
            string.Create(CultureInfo.CurrentCulture, $"{state.Done:N0} of {state.All:N0} questions answered"))
        {
            PercentComplete = state.All == 0 ? -1 : (int)(100L * state.Done / state.All),
        });

    private static string Count(int number, string one, string? several = null) => $"{Display.Count(number)} {(number == 1 ? one : several ?? one + "s")}";

    /// <summary>What would be asked, and what that costs.</summary>
    private string Target(string[] addresses)
    {
        IReadOnlyList<EnrichmentCost> costs = Service.CostOf(addresses, Force, StopToken);
        string asked = string.Join("; ", costs.Where(cost => cost.Addresses > 0).Select(cost =>
            $"{cost.Provider}: {Count(cost.Requests, "request")} for {Count(cost.Addresses, "address", "addresses")}"
            + (cost.Left is { } left ? $", {left} left" : "") + (cost.Until is { } until ? $" until {Display.Time(until)}" : "")));
        return $"{Count(addresses.Length, "address", "addresses")} by this machine's tables{(asked.Length > 0 ? "; " + asked : ", asking nobody")}";
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            service?.Dispose();
        }

        base.Dispose(disposing);
    }
}
