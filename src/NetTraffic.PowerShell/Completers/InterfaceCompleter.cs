using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Completers;

/// <summary>Interfaces of this machine.</summary>
public sealed class InterfaceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete, _ => TrafficEngine.GetInterfaces()
            .OrderByDescending(known => known.CanCapture && known.IsUp).ThenByDescending(known => known.IsDefault)
            .Select(known => (known.Name, Note(known))));

    private static string Note(CaptureInterface known) =>
        $"{(known.IsUp ? "up" : "down")}{(known.CanCapture ? "" : ", capturing not permitted")} {string.Join(' ', known.Addresses)} "
            + $"{known.Description}".TrimEnd();
}
