using System.Management.Automation;
using NetTraffic.Shell.Hosting;

namespace NetTraffic.Shell.Interactive;

/// <summary>What Tab offers at a place in a line.</summary>
/// <param name="Start">Where the replaced part begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Texts">What can stand there.</param>
internal readonly record struct Choices(int Start, int Length, IReadOnlyList<string> Texts);

/// <summary>Asks the engine, and through it the module's completers.</summary>
internal sealed class Completion(ShellSession session)
{
    public Choices Complete(string text, int cursor)
    {
        using PowerShell shell = PowerShell.Create(session.Runspace);
        CommandCompletion found = CommandCompletion.CompleteInput(text, cursor, null, shell);
        List<string> texts = [];
        foreach (CompletionResult match in found.CompletionMatches)
        {
            // A name from the wire with a control character cannot be typed; it is not offered.
            if (TerminalText.EscapeLine(match.CompletionText) == match.CompletionText && !texts.Contains(match.CompletionText))
            {
                texts.Add(match.CompletionText);
            }
        }

        return found.ReplacementIndex < 0 ? new Choices(cursor, 0, []) : new Choices(found.ReplacementIndex, found.ReplacementLength, texts);
    }
}
