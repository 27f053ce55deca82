using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-NetCaptureInterface: the interfaces of this machine.</summary>
[Cmdlet(VerbsCommon.Get, "NetCaptureInterface")]
[OutputType(typeof(CaptureInterface))]
public sealed class GetNetCaptureInterfaceCommand : TrafficCmdlet
{
    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Interface")]
    [InterfaceName]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void Process()
    {
        IReadOnlyList<CaptureInterface> all = TrafficEngine.GetInterfaces();
        HashSet<string> written = new(StringComparer.Ordinal);
        foreach (string name in Name)
        {
            InterfaceNames.Match(all, name, out List<CaptureInterface> found);
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.From(InterfaceNames.Unknown(name), name));
            }

            foreach (CaptureInterface one in found.Where(one => written.Add(one.Name)))
            {
                WriteObject(one);
            }
        }
    }
}
