using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell.Completers;

/// <summary>Names of scheduled captures, with when they run.</summary>
public sealed class CaptureTaskCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete, _ => CaptureTasks.List(null).Select(task => (task.Name, $"{task.Schedule}, {task.Scheduler}")));
}
