using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace NetTraffic.Shell.Hosting;

/// <summary>A runspace with the module in it, and one pipeline at a time.</summary>
internal sealed class ShellSession : IDisposable
{
    private readonly ShellInterface ui;
    private readonly ShellHost host;
    private readonly Lock gate = new();
    private PowerShell? running;
    private bool stopping;

    public ShellSession(ShellInterface ui)
    {
        this.ui = ui;
        host = new ShellHost(ui);
        InitialSessionState state = InitialSessionState.CreateDefault2();
        Commands.FormatCommands.AddTo(state);
        Commands.LocationCommands.AddTo(state);
        Runspace = RunspaceFactory.CreateRunspace(host, state);
        Runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        Runspace.Open();
        // Every runspace of this process gets the same default one for completers and event handlers.
        Runspace.DefaultRunspace = Runspace;
    }

    public Runspace Runspace { get; }

    /// <summary>What "exit N" asked for; null: nobody left.</summary>
    public int? ExitCode => host.ExitCode;

    /// <summary>Imports the module; errors are shown. False: it could not be.</summary>
    public bool ImportModule(string manifest) => Invoke(
        shell => shell.AddCommand("Import-Module").AddParameter("Name", manifest).AddParameter("ErrorAction", ActionPreference.Stop),
        null,
        typed: false);

    /// <summary>Runs text to its end, shows everything. True: "$?" is true and no error ended it.</summary>
    public bool RunText(string text, IEnumerable<string>? input = null) => Invoke(shell => shell.AddScript(text), input, typed: true);

    /// <summary>Runs a script file. True: no error ended it ("$?" does not count, as with pwsh -File).</summary>
    public bool RunFile(string script, IReadOnlyList<string> arguments)
    {
        Command command = new(script, isScript: false, useLocalScope: false);
        foreach (CommandParameter parameter in ScriptParameters.Parse(arguments))
        {
            command.Parameters.Add(parameter);
        }

        return Invoke(shell => shell.Commands.AddCommand(command), null, typed: false);
    }

    /// <summary>Whether a text reads its input.</summary>
    public static bool UsesInput(string text) =>
        Parser.ParseInput(text, out _, out _).Find(a => a is VariableExpressionAst { VariablePath.UserPath: var name } && name.Equals("input", StringComparison.OrdinalIgnoreCase), true) is not null;

    /// <summary>Asks the pipeline that runs now to stop; false where none does.</summary>
    public bool Stop()
    {
        lock (gate)
        {
            if (running is null)
            {
                return false;
            }

            if (!stopping)
            {
                stopping = true;
                running.BeginStop(null, null);
            }

            return true;
        }
    }

    /// <summary>Whether the last pipeline was stopped.</summary>
    public bool WasStopped { get; private set; }

    /// <summary>Value of an expression in this session; null where it fails. For the prompt.</summary>
    public string? Evaluate(string text)
    {
        using PowerShell shell = PowerShell.Create(Runspace);
        try
        {
            return shell.AddScript(text, useLocalScope: true).Invoke().FirstOrDefault()?.ToString();
        }
        catch (RuntimeException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        Runspace.Dispose();
        ui.EndPipeline();
    }

    // Read to its end first: the engine enumerates "$input" without waiting, and lines that come late would be none.
    private static PSDataCollection<string> Feed(IEnumerable<string>? input)
    {
        PSDataCollection<string> lines = new(input ?? []);
        lines.Complete();
        return lines;
    }

    private bool Invoke(Action<PowerShell> build, IEnumerable<string>? input, bool typed)
    {
        using PowerShell shell = PowerShell.Create(Runspace);
        build(shell);
        shell.AddCommand("Out-Default");
        shell.Streams.Error.DataAdding += (_, added) => ui.WriteError((ErrorRecord)added.ItemAdded);
        lock (gate)
        {
            running = shell;
            stopping = false;
        }

        WasStopped = false;
        try
        {
            using PSDataCollection<string> lines = Feed(input);
            using PSDataCollection<PSObject> shown = new();
            shell.Invoke(input is null ? null : lines, shown, new PSInvocationSettings { AddToHistory = typed });
            // The engine keeps "$?" only of what goes to the history.
            return !typed || Runspace.SessionStateProxy.GetVariable("?") is not false;
        }
        catch (PipelineStoppedException)
        {
            WasStopped = true;
            return false;
        }
        catch (RuntimeException error)
        {
            ui.WriteError(error);
            return false;
        }
        finally
        {
            lock (gate)
            {
                running = null;
                WasStopped |= stopping;
            }

            ui.EndPipeline();
        }
    }
}
