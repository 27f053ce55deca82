using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Completers;

/// <summary>Protocols and fields that the TShark of this machine knows; before anything is typed, protocols.</summary>
public sealed class FieldCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete,
            typed => typed.Length > 0
                ? TSharkFields.Read()
                : TSharkFields.Read().Where(field => !field.Name.Contains('.', StringComparison.Ordinal)));
}
