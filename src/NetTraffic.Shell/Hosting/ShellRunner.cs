using System.Runtime.InteropServices;

namespace NetTraffic.Shell.Hosting;

/// <summary>From a command line to an exit code.</summary>
internal static class ShellRunner
{
    private const string DiagnosticsOptOut = "POWERSHELL_DIAGNOSTICS_OPTOUT";

    public static int Run(ShellArguments arguments)
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

        // Without it every start opens a pipe for Enter-PSHostProcess, which nobody expects of this program, and waits for that.
        if (Environment.GetEnvironmentVariable(DiagnosticsOptOut) is null)
        {
            Environment.SetEnvironmentVariable(DiagnosticsOptOut, "1");
        }

        if (arguments.WorkingDirectory is { } folder)
        {
            Environment.CurrentDirectory = folder;
        }

        string? manifest = null;
        if (!arguments.NoModule)
        {
            manifest = ModuleLocator.Find(Environment.GetEnvironmentVariable(ModuleLocator.Variable), AppContext.BaseDirectory, out string problem);
            if (manifest is null)
            {
                Console.Error.WriteLine(problem);
                return ExitCodes.NoModule;
            }
        }

        using TerminalWriter output = new(Console.OpenStandardOutput(), !Console.IsOutputRedirected);
        using TerminalWriter error = new(Console.OpenStandardError(), !Console.IsErrorRedirected);
        ShellInterface ui = new(output, error, !arguments.NonInteractive);
        using ShellSession session = new(ui);
        output.Broken += () => session.Stop();
        using Interrupts interrupts = new(session, error);
        if (manifest is not null && !session.ImportModule(manifest))
        {
            return ExitCodes.NoModule;
        }

        int code = RunMode(arguments, session, ui);
        return interrupts.Terminated ? ExitCodes.Terminated : code;
    }

    private static int RunMode(ShellArguments arguments, ShellSession session, ShellInterface ui)
    {
        bool succeeded = true;
        switch (arguments.Mode)
        {
            case ShellMode.Command:
                IEnumerable<string>? input = Console.IsInputRedirected && ShellSession.UsesInput(arguments.Text) ? InputLines() : null;
                succeeded = session.RunText(arguments.Text, input);
                break;
            case ShellMode.File:
                succeeded = session.RunFile(arguments.Script, arguments.ScriptArguments);
                break;
            case ShellMode.StandardInput:
                succeeded = session.RunText(Console.In.ReadToEnd());
                break;
            case ShellMode.Interactive when Console.IsInputRedirected:
                succeeded = session.RunText(Console.In.ReadToEnd());
                break;
            default:
                return new Interactive.PromptLoop(session, ui).Run(!arguments.NoLogo);
        }

        if (session.ExitCode is { } asked)
        {
            return asked;
        }

        if (session.WasStopped)
        {
            return ExitCodes.Interrupted;
        }

        if (arguments.NoExit && !Console.IsInputRedirected)
        {
            return new Interactive.PromptLoop(session, ui).Run(greet: false);
        }

        return succeeded ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static IEnumerable<string> InputLines()
    {
        while (Console.In.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Ctrl+C and SIGTERM stop the pipeline, so that captures flush; only who insists ends the process.</summary>
    private sealed class Interrupts : IDisposable
    {
        private readonly ShellSession session;
        private readonly TerminalWriter error;
        private readonly PosixSignalRegistration terminate;
        private int pressed;

        public Interrupts(ShellSession session, TerminalWriter error)
        {
            this.session = session;
            this.error = error;
            Console.CancelKeyPress += OnInterrupt;
            terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate);
        }

        public bool Terminated { get; private set; }

        public void Dispose()
        {
            Console.CancelKeyPress -= OnInterrupt;
            terminate.Dispose();
        }

        private void OnInterrupt(object? sender, ConsoleCancelEventArgs pressedKey)
        {
            if (!session.Stop())
            {
                // Nothing runs: during start and end the process may go, at the prompt the editor reads the key itself.
                return;
            }

            pressedKey.Cancel = ++pressed < 4;
            if (pressed == 2)
            {
                error.WriteTrusted("Still stopping. Press Ctrl+C twice more to end the process at once.\n");
            }

            if (session.WasStopped)
            {
                pressed = 0;
            }
        }

        private void OnTerminate(PosixSignalContext context)
        {
            Terminated = true;
            context.Cancel = session.Stop();
        }
    }
}
