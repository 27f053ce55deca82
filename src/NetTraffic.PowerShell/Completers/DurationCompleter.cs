using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace NetTraffic.PowerShell.Completers;

/// <summary>Lengths of time in the form to write them.</summary>
public sealed class DurationCompleter : IArgumentCompleter
{
    private static readonly (string, string)[] Usual =
        [("10s", "10 seconds"), ("1m", "1 minute"), ("5m", "5 minutes"), ("15m", "15 minutes"), ("1h", "1 hour"), ("24h", "24 hours"),
            ("7d", "7 days"), ("30d", "30 days")];

    // Of a schedule, which takes no others than what divides an hour or a day.
    private static readonly (string, string)[] Periods =
        [("5m", "5 minutes"), ("15m", "15 minutes"), ("30m", "30 minutes"), ("1h", "1 hour"), ("6h", "6 hours"), ("12h", "12 hours")];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Offer(wordToComplete,
            _ => parameterName.ToUpperInvariant() switch
            {
                "RETENTION" => [.. Usual, ("forever", "no limit")],
                "EVERY" => Periods,
                _ => Usual,
            });
}
