using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Remove-IpBlocklist: removes blocklists from the store.</summary>
[Cmdlet(VerbsCommon.Remove, "IpBlocklist", SupportsShouldProcess = true)]
public sealed class RemoveIpBlocklistCommand : StoreCmdlet
{
    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BlocklistCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        string store = OpenForReading(FullStorePath).Path;
        IReadOnlyList<string> names = BlocklistCatalog.Names(store);
        foreach (string name in Name)
        {
            WildcardPattern pattern = new(name, WildcardOptions.IgnoreCase);
            string[] found = [.. names.Where(pattern.IsMatch)];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.Make(TrafficErrors.BlocklistNotFound, $"The store has no blocklist '{name}'.", name));
            }

            foreach (string one in found)
            {
                if (ShouldProcess($"'{Display.Text(one)}' in {Display.Text(store)}", "Remove blocklist"))
                {
                    BlocklistCatalog.Remove(store, one);
                }
            }
        }
    }
}
