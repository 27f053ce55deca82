using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NetTraffic.PowerShell.Completers;

/// <summary>
/// The values of a setting that has only some. ValidateSet would offer them too, but refuses $null, which takes a setting back.
/// </summary>
public sealed class SettingChoiceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete, _ => SettingTable.All
            .Where(setting => setting.Parameter.Equals(parameterName, StringComparison.OrdinalIgnoreCase))
            .SelectMany(setting => setting.Choices.Select(choice => (choice, setting.Text))));
}
