using System.Management.Automation.Language;
using NetTraffic.Shell.Hosting;

namespace NetTraffic.Shell.Interactive;

/// <summary>Reads, runs, shows, until "exit" or Ctrl+D.</summary>
internal sealed class PromptLoop(ShellSession session, ShellInterface ui)
{
    private readonly LineEditor editor = new(new LineHistory(), new Completion(session), IsIncomplete);

    public int Run(bool greet)
    {
        if (greet)
        {
            // Lines that fit 80 columns: a terminal breaks longer ones inside a word.
            ui.WriteLine($"NetTraffic {Program.Version}. Get-Command -Module NetTraffic lists the commands,");
            ui.WriteLine("Get-Help <command> -Examples shows how. Tab completes, exit leaves.");
            ui.WriteLine("Sort-Object, Export-Csv and the like are in PowerShell 7.6 itself, not here.");
        }

        bool succeeded = true;
        while (session.ExitCode is null)
        {
            string? text = editor.Read(Prompt());
            if (text is null)
            {
                return succeeded ? ExitCodes.Success : ExitCodes.Failure;
            }

            if (text.Trim().Length > 0)
            {
                succeeded = session.RunText(text);
            }
        }

        return session.ExitCode.Value;
    }

    /// <summary>Whether more lines must follow before this can be run.</summary>
    internal static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return errors.Any(e => e.IncompleteInput) || text.EndsWith('`');
    }

    private string Prompt()
    {
        string folder = session.Runspace.SessionStateProxy.Path.CurrentLocation.Path;
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string place = home.Length > 1 && (folder == home || folder.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            ? "~" + folder[home.Length..]
            : folder;
        return $"NetTraffic {TerminalText.EscapeLine(place)}> ";
    }
}
