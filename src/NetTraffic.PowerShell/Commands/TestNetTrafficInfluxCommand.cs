using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Commands;

/// <summary>
/// Test-NetTrafficInflux: which server answers at the address that is set, whether it takes a point, and what is wrong where not.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "NetTrafficInflux")]
[OutputType(typeof(InfluxProbeResult))]
public sealed class TestNetTrafficInfluxCommand : EachStoreCmdlet
{
    /// <inheritdoc/>
    protected override void AskStore() => WriteObject(TrafficEngine.TestInflux(FullStorePath, StopToken));
}
