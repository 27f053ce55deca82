using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-IpEnrichment: what is known of addresses, asking nobody.</summary>
[Cmdlet(VerbsCommon.Get, "IpEnrichment")]
[OutputType(typeof(IpEnrichment))]
public sealed class GetIpEnrichmentCommand : AddressCmdlet
{
    private const int Chunk = 1000;
    private readonly List<string> waiting = [];
    private EnrichmentService? service;

    /// <inheritdoc/>
    protected override void TakeAddresses(IReadOnlyList<string> addresses)
    {
        waiting.AddRange(addresses);
        if (waiting.Count >= Chunk)
        {
            WriteWaiting();
        }
    }

    /// <inheritdoc/>
    protected override void AskWithout()
    {
        OpenForReading(FullStorePath);
        WriteObject(Service.GetKnown(null, StopToken), enumerateCollection: true);
    }

    /// <inheritdoc/>
    protected override void End() => WriteWaiting();

    private EnrichmentService Service =>
        service ??= EnrichmentService.Open(Store, GeoDatabases, (string[])[], text => WriteWarning(Display.Text(text)));

    private void WriteWaiting()
    {
        if (waiting.Count > 0)
        {
            WriteObject(Service.GetKnown(waiting, StopToken), enumerateCollection: true);
            waiting.Clear();
        }
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
