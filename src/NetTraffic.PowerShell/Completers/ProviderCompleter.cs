using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NetTraffic.PowerShell.Completers;

/// <summary>Names of the enrichment providers.</summary>
public sealed class ProviderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete, _ => [.. EnrichmentTarget.ProviderNames.Prepend(EnrichmentTarget.Geo).Select(name =>
            (name, "provider"))]);
}
