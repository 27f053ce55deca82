using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using NetTraffic.Engine;
using Shell = System.Management.Automation.PowerShell;

namespace NetTraffic.PowerShell.Completers;

/// <summary>What the completers share: matching, quoting, and silence where the values cannot be had.</summary>
internal static class Completion
{
    /// <summary>Values offered at most: more are no help to anybody.</summary>
    public const int Limit = 200;

    /// <summary>
    /// Offers what matches the word typed so far. A completer must not disturb the prompt: where the values cannot be read (no libpcap, no
    /// store, a store of a newer version), it offers nothing, and the cmdlet itself will say what is wrong.
    /// </summary>
    /// <param name="word">The word typed so far, possibly with its opening quote.</param>
    /// <param name="values">Gives the values; it gets the word without quotes.</param>
    public static IEnumerable<CompletionResult> Offer(string? word, Func<string, IEnumerable<(string Value, string Note)>> values)
    {
        string typed = Unquote(word ?? "");
        try
        {
            string wanted = WildcardPattern.ContainsWildcardCharacters(typed) ? typed : WildcardPattern.Escape(typed);
            WildcardPattern pattern = new(wanted + "*", WildcardOptions.IgnoreCase);
            return [.. values(typed).Where(offer => offer.Value.Length > 0 && pattern.IsMatch(offer.Value)).DistinctBy(offer => offer.Value)
                .Take(Limit).Select(Result)];
        }
        catch (Exception error) when (ErrorRecords.IsForeseen(error) || error is InvalidOperationException or RuntimeException)
        {
            return [];
        }
    }

    /// <summary>The store that the command line names, or the default one.</summary>
    public static ITrafficStore OpenStore(IDictionary boundParameters)
    {
        object? given = boundParameters["StorePath"];
        string? path = (given is PSObject wrapped ? wrapped.BaseObject : given)?.ToString();
        return TrafficEngine.OpenStore(string.IsNullOrEmpty(path) ? null : FullPath(path));
    }

    /// <summary>A value as PowerShell source: bare where it can be, else quoted so that it comes back as it was.</summary>
    public static string Quote(string value)
    {
        if (value.Any(IsInvisible))
        {
            return QuoteInvisible(value);
        }

        return value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or ':' or '/' or '\\')
            && !value.StartsWith('-')
            ? value
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";
    }

    private static CompletionResult Result((string Value, string Note) offer)
    {
        string shown = Display.Text(offer.Value);
        string note = Display.Text(offer.Note);
        return new CompletionResult(Quote(offer.Value), shown, CompletionResultType.ParameterValue, note.Length > 0 ? note : shown);
    }

    private static bool IsInvisible(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Double quotes, with everything in them that PowerShell or a terminal would act upon written as an escape.</summary>
    private static string QuoteInvisible(string value)
    {
        StringBuilder quoted = new("\"");
        foreach (char letter in value)
        {
            _ = IsInvisible(letter) ? quoted.Append(CultureInfo.InvariantCulture, $"`u{{{(int)letter:x}}}")
                : letter is '"' or '`' or '$' or '\u201C' or '\u201D' or '\u201E' ? quoted.Append('`').Append(letter)
                : quoted.Append(letter);
        }

        return quoted.Append('"').ToString();
    }

    private static string Unquote(string word) => word.Trim('\'', '"');

    private static string FullPath(string path)
    {
        using Shell shell = Shell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddScript("param($path) $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path)")
            .AddArgument(path).Invoke<string>()[0];
    }
}
