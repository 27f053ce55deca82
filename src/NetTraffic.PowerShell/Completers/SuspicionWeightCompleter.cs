using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NetTraffic.PowerShell.Completers;

/// <summary>The signs of suspicion with the weights that they have where nobody sets any.</summary>
public sealed class SuspicionWeightCompleter : IArgumentCompleter
{
    private static readonly string[] Defaults =
        [.. SettingTable.Find(nameof(TrafficOption.SuspicionWeights)).Default.Split(',')];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete, _ => Defaults.Select(weight => (weight, "0 to 100")));
}
