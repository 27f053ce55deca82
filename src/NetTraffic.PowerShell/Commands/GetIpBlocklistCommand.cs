using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Get-IpBlocklist: the blocklists of the store.</summary>
[Cmdlet(VerbsCommon.Get, "IpBlocklist")]
[OutputType(typeof(IpBlocklist))]
public sealed class GetIpBlocklistCommand : EachStoreCmdlet
{
    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BlocklistCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void AskStore()
    {
        ITrafficStore store = OpenForReading(FullStorePath);
        IReadOnlyList<IpBlocklist> lists = BlocklistCatalog.List(store.Path, text => WriteWarning(Display.Text(text)));
        foreach (string name in Name ?? ["*"])
        {
            WildcardPattern pattern = new(name, WildcardOptions.IgnoreCase);
            IpBlocklist[] found = [.. lists.Where(list => pattern.IsMatch(list.Name))];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.Make(TrafficErrors.BlocklistNotFound, $"The store has no blocklist '{name}'.", name));
            }

            WriteObject(found, enumerateCollection: true);
        }
    }
}
