using System.Reflection;

namespace NetTraffic.Shell;

/// <summary>Entry of the shell.</summary>
public static class Program
{
    /// <summary>Runs the shell; the value is the process's exit code.</summary>
    public static int Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        ShellArguments arguments = ShellArguments.Parse(args);
        switch (arguments.Mode)
        {
            case ShellMode.Help:
                Console.Out.WriteLine(ShellArguments.Usage);
                return 0;
            case ShellMode.Version:
                Console.Out.WriteLine($"NetTraffic shell {Version}, PowerShell engine {EngineVersion()}");
                return 0;
            case ShellMode.Wrong:
                Console.Error.WriteLine(arguments.Problem);
                Console.Error.WriteLine();
                Console.Error.WriteLine(ShellArguments.Usage);
                return ExitCodes.Usage;
            default:
                StartupProfile.Begin(arguments.Mode.ToString().ToLowerInvariant());
                return Hosting.ShellRunner.Run(arguments);
        }
    }

    internal static string Version =>
        typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";

    // A method of its own, so that -Help does not load the engine.
    private static string EngineVersion() =>
        typeof(System.Management.Automation.PSObject).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split(' ')[0] ?? "?";
}
