using System.Management.Automation;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-NetTrafficOption: the settings in force for a store.</summary>
[Cmdlet(VerbsCommon.Get, "NetTrafficOption")]
[OutputType(typeof(TrafficOption))]
public sealed class GetNetTrafficOptionCommand : StoreCmdlet
{
    /// <inheritdoc/>
    protected override void End() => WriteObject(Settings.GetOption());
}
