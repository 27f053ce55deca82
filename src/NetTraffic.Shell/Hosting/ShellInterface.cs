using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace NetTraffic.Shell.Hosting;

/// <summary>What the user sees: objects on standard output; errors, warnings, verbose text, progress and questions on standard error.</summary>
internal sealed class ShellInterface : PSHostUserInterface
{
    private readonly TerminalWriter output;
    private readonly TerminalWriter error;
    private readonly ProgressLine progress;
    private readonly ShellColors colors;
    private readonly ShellColors errorColors;
    private readonly ShellRawInterface raw;
    private readonly bool interactive;

    public ShellInterface(TerminalWriter output, TerminalWriter error, bool interactive)
    {
        this.output = output;
        this.error = error;
        this.interactive = interactive;
        bool plain = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") == "dumb";
        errorColors = new ShellColors(error.IsTerminal && !plain);
        colors = new ShellColors(output.IsTerminal && !plain);
        raw = new ShellRawInterface(output.IsTerminal);
        progress = new ProgressLine(error, () => raw.WindowSize.Width);
    }

    public override PSHostRawUserInterface RawUI => raw;

    public override bool SupportsVirtualTerminal => colors.Enabled;

    /// <summary>Writes an error record, concisely.</summary>
    public void WriteError(ErrorRecord record) => WriteErrorTrusted(errorColors.Error(ErrorText.Format(record)) + "\n");

    /// <summary>Writes what ended a pipeline.</summary>
    public void WriteError(RuntimeException exception) => WriteErrorTrusted(errorColors.Error(ErrorText.Format(exception)) + "\n");

    /// <summary>Ends what a pipeline left on the screen.</summary>
    public void EndPipeline()
    {
        progress.Clear();
        output.Flush();
        error.Flush();
    }

    public override void Write(string value)
    {
        progress.Hide();
        output.WriteTrusted(colors.Paint(value));
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        progress.Hide();
        string text = TerminalText.Escape(value);
        output.WriteTrusted(colors.Enabled ? $"\x1b[{AnsiColor(foregroundColor)}m{text}\x1b[0m" : text);
    }

    public override void WriteLine(string value) => Write(value + "\n");

    public override void WriteErrorLine(string value) => WriteErrorTrusted(errorColors.Error(TerminalText.Escape(StripSgr(value))) + "\n");

    public override void WriteWarningLine(string message) => WriteErrorTrusted(errorColors.Warning("WARNING: " + TerminalText.Escape(message)) + "\n");

    public override void WriteVerboseLine(string message) => WriteErrorTrusted(errorColors.Warning("VERBOSE: " + TerminalText.Escape(message)) + "\n");

    public override void WriteDebugLine(string message) => WriteErrorTrusted(errorColors.Warning("DEBUG: " + TerminalText.Escape(message)) + "\n");

    public override void WriteProgress(long sourceId, ProgressRecord record) => progress.Update(sourceId, record);

    public override string ReadLine()
    {
        Require("text");
        return Console.In.ReadLine() ?? throw new EndOfStreamException("Standard input has ended; there is nobody to ask.");
    }

    public override SecureString ReadLineAsSecureString()
    {
        Require("a secret");
        SecureString secret = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(true);
            if (key.Key == ConsoleKey.Enter)
            {
                error.WriteTrusted("\n");
                secret.MakeReadOnly();
                return secret;
            }

            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
            }
        }
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        ArgumentNullException.ThrowIfNull(descriptions);
        Require(string.Join(", ", descriptions.Select(d => d.Name)));
        Head(caption, message);
        Dictionary<string, PSObject> answers = new(StringComparer.OrdinalIgnoreCase);
        foreach (FieldDescription field in descriptions)
        {
            Ask(TerminalText.EscapeLine(string.IsNullOrEmpty(field.Label) ? field.Name : field.Label.Replace("&", "", StringComparison.Ordinal)) + ": ");
            bool secret = field.ParameterTypeFullName == typeof(SecureString).FullName;
            answers[field.Name] = PSObject.AsPSObject(secret ? ReadLineAsSecureString() : ReadLine());
        }

        return answers;
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        Require("a credential");
        Head(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            Ask("User: ");
            userName = ReadLine();
        }

        Ask($"Password for user {TerminalText.EscapeLine(userName)}: ");
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        ArgumentNullException.ThrowIfNull(choices);
        Require("a choice");
        Head(caption, message);
        while (true)
        {
            Ask(string.Join("  ", choices.Select(Caption)) + "  [?] Help" + (defaultChoice >= 0 ? $" (default is \"{HotKey(choices[defaultChoice])}\"): " : ": "));
            string answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            for (int i = 0; i < choices.Count; i++)
            {
                bool hit = answer.Equals(HotKey(choices[i]), StringComparison.OrdinalIgnoreCase)
                    || answer.Equals(choices[i].Label.Replace("&", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
                if (hit)
                {
                    return i;
                }
            }

            if (answer == "?")
            {
                WriteErrorTrusted(string.Concat(choices.Select(c => $"{HotKey(c)} - {TerminalText.Escape(c.HelpMessage)}\n")));
            }
        }
    }

    private static string HotKey(ChoiceDescription choice)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length ? choice.Label[mark + 1].ToString().ToUpperInvariant() : choice.Label;
    }

    private static string Caption(ChoiceDescription choice) => $"[{HotKey(choice)}] {choice.Label.Replace("&", "", StringComparison.Ordinal)}";

    // The built-in view of $Error colours its lines; here the whole line is one colour.
    private static string StripSgr(string value) => new System.Management.Automation.Internal.StringDecorated(value).ToString(OutputRendering.PlainText);

    private static string AnsiColor(ConsoleColor color)
    {
        int bits = (int)color;
        int ansi = ((bits & 1) << 2) | (bits & 2) | ((bits & 4) >> 2);
        return ((bits & 8) != 0 ? 90 + ansi : 30 + ansi).ToString(CultureInfo.InvariantCulture);
    }

    private void Head(string caption, string message)
    {
        string head = string.IsNullOrEmpty(caption) ? "" : TerminalText.Escape(caption) + "\n";
        WriteErrorTrusted(head + (string.IsNullOrEmpty(message) ? "" : TerminalText.Escape(message) + "\n"));
    }

    private void Ask(string question)
    {
        progress.Hide();
        output.Flush();
        error.WriteTrusted(question);
        error.Flush();
    }

    private void WriteErrorTrusted(string text)
    {
        progress.Hide();
        if (output.IsTerminal || error.IsTerminal)
        {
            output.Flush();
        }

        error.WriteTrusted(text);
        error.Flush();
    }

    private void Require(string what)
    {
        if (!interactive)
        {
            throw new PSInvalidOperationException($"The command asks for {what}, but this shell runs with -NonInteractive. Give it as a parameter (-Confirm:$false answers a confirmation).");
        }
    }
}
