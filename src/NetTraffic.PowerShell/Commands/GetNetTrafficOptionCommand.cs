using System.Management.Automation;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-NetTrafficOption: the settings in force for a store.</summary>
[Cmdlet(VerbsCommon.Get, "NetTrafficOption")]
[OutputType(typeof(TrafficOption))]
public sealed class GetNetTrafficOptionCommand : EachStoreCmdlet
{
    /// <inheritdoc/>
    protected override void AskStore() => WriteObject(Settings.GetOption());
}
