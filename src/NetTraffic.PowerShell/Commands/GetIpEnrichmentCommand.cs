using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-IpEnrichment: what is known of addresses, asking nobody.</summary>
[Cmdlet(VerbsCommon.Get, "IpEnrichment")]
[OutputType(typeof(IpEnrichment))]
public sealed class GetIpEnrichmentCommand : AddressCmdlet
{
    /// <inheritdoc/>
    protected override int Chunk => 1000;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> ProviderNames => [];

    /// <inheritdoc/>
    protected override void Answer(EnrichmentService service, IReadOnlyList<string> addresses) =>
        WriteObject(service.GetKnown(addresses, StopToken), enumerateCollection: true);

    /// <inheritdoc/>
    protected override void AskWithout(EnrichmentService service) =>
        WriteObject(service.GetKnown(null, StopToken), enumerateCollection: true);
}
