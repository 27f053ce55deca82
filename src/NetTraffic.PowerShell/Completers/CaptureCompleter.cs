using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NetTraffic.PowerShell.Completers;

/// <summary>
/// Captures of the store, newest first: their names for -Name (which takes wildcards), else their ids. Only running ones where they are
/// to be stopped.
/// </summary>
public sealed class CaptureCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete, _ =>
        {
            using ITrafficStore store = Completion.OpenStore(fakeBoundParameters);
            bool stop = commandName.StartsWith("Stop-", StringComparison.OrdinalIgnoreCase);
            bool names = parameterName.Equals("Name", StringComparison.OrdinalIgnoreCase);
            return [.. store.GetCaptures().Where(capture => !stop || capture.State == CaptureState.Running)
                .Select(capture => (names ? WildcardPattern.Escape(capture.Name) : capture.CaptureId, Note(capture)))];
        });

    private static string Note(CaptureStatus capture) =>
        $"{capture.Name}, {capture.State}, {Display.Time(capture.StartTime)}, {Display.Count(capture.Packets)} packets";
}
