using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-SuspiciousAddress: addresses of the store's traffic that are suspicious, with their traffic.</summary>
[Cmdlet(VerbsCommon.Get, "SuspiciousAddress", DefaultParameterSetName = StoreSet)]
[OutputType(typeof(SuspiciousAddress))]
public sealed class GetSuspiciousAddressCommand : TrafficQueryCmdlet
{
    private readonly HashSet<string> done = new(StringComparer.Ordinal);

    /// <summary>Least score; default the one that is set.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(1, 100)]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public int Threshold { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (!done.Add(FullStorePath ?? ""))
        {
            return;
        }

        ITrafficStore store = OpenForReading(FullStorePath);
        using EnrichmentService service = EnrichmentService.Open(store, null, (string[])[], text => WriteWarning(Display.Text(text)));
        int threshold = IsBound(nameof(Threshold)) ? Threshold : Math.Max(1, Settings.GetOption().SuspicionThreshold);
        IReadOnlyList<SuspiciousAddress> found = service.GetSuspicious(MakeFilter([]), threshold, StopToken);
        if (found.Count == 0 && !service.HasSigns)
        {
            WriteWarning("Nothing is known that could make an address suspicious: no blocklist is imported (Import-IpBlocklist), and no "
                + "provider was asked (Invoke-IpEnrichment).");
        }

        WriteObject(found, enumerateCollection: true);
    }
}
