using System.Management.Automation;
namespace NetTraffic.PowerShell.Commands;
/// <summary>x</summary>
[Cmdlet(VerbsCommon.Get, "NetCaptureInterface")]
public sealed class GetNetCaptureInterfaceCommand : PSCmdlet
{
    /// <summary>x</summary>
    protected override void EndProcessing() => WriteObject("hi " + System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(GetType().Assembly));
}
