using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Completers;

/// <summary>Names of the store's blocklists.</summary>
public sealed class BlocklistCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete, _ =>
        {
            using ITrafficStore store = Completion.OpenStore(fakeBoundParameters);
            return [.. BlocklistCatalog.Names(store.Path).Select(name => (name, "blocklist of the store"))];
        });
}
