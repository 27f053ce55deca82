using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-NetTrafficServer: the REST API server of a store.</summary>
[Cmdlet(VerbsCommon.Get, "NetTrafficServer")]
[OutputType(typeof(TrafficServer))]
public sealed class GetNetTrafficServerCommand : EachStoreCmdlet
{
    /// <inheritdoc/>
    protected override void AskStore()
    {
        if (ServerRegistry.Find(Store.Path) is { } server)
        {
            WriteObject(server);
        }
    }
}
