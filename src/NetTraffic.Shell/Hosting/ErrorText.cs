using System.Management.Automation;
using System.Text;

namespace NetTraffic.Shell.Hosting;

/// <summary>Error records as readable lines: who, what, where, and what to do next.</summary>
internal static class ErrorText
{
    public static string Format(RuntimeException exception) => exception is ParseException { Errors.Length: > 0 } parse
        ? string.Join('\n', parse.Errors.Select(e => $"Syntax: {Place(e)}{TerminalText.Escape(e.Message)}"))
        : Format(exception.ErrorRecord);

    public static string Format(ErrorRecord record)
    {
        if (record.Exception is ParseException { Errors.Length: > 0 } parse)
        {
            return Format(parse);
        }

        StringBuilder text = new();
        InvocationInfo? invocation = record.InvocationInfo;
        text.Append(TerminalText.EscapeLine(Who(invocation))).Append(": ");
        text.Append(TerminalText.Escape(Message(record)).Trim());
        if (invocation is { ScriptName.Length: > 0 } && !invocation.ScriptName.EndsWith(".psm1", StringComparison.OrdinalIgnoreCase))
        {
            text.Append("\n  at ").Append(TerminalText.EscapeLine(invocation.ScriptName)).Append(':').Append(invocation.ScriptLineNumber);
            string line = TerminalText.EscapeLine(invocation.Line).Trim();
            if (line.Length > 0)
            {
                text.Append(": ").Append(line.Length > 160 ? line[..160] + "..." : line);
            }
        }

        string? next = record.ErrorDetails?.RecommendedAction is { Length: > 0 } given ? given : MissingCommands.NextMove(MissingCommand(record.Exception));
        if (next is { } action)
        {
            text.Append("\n  Next: ").Append(TerminalText.Escape(action).Trim());
        }

        return text.ToString();
    }

    /// <summary>The command that was not found; piping objects to a program fails for Out-String within.</summary>
    private static string? MissingCommand(Exception? error) => error is null or CommandNotFoundException ? (error as CommandNotFoundException)?.CommandName : MissingCommand(error.InnerException);

    private static string Who(InvocationInfo? invocation)
    {
        if (invocation?.MyCommand is { Name.Length: > 0 } command)
        {
            return command is ExternalScriptInfo ? "Error" : command.Name;
        }

        return invocation?.InvocationName is { Length: > 0 } name && name is not ("&" or ".") ? name : "Error";
    }

    private static string Message(ErrorRecord record)
    {
        if (record.ErrorDetails?.Message is { Length: > 0 } details)
        {
            return details;
        }

        return record.Exception?.Message is { Length: > 0 } message ? message : record.ToString();
    }

    private static string Place(System.Management.Automation.Language.ParseError error)
    {
        string file = error.Extent.File is { Length: > 0 } path ? TerminalText.EscapeLine(path) + ":" : "";
        return $"{file}{error.Extent.StartLineNumber}:{error.Extent.StartColumnNumber}: ";
    }
}
