namespace NetTraffic.Shell;

/// <summary>What a command line asks for.</summary>
internal enum ShellMode
{
    Interactive = 0,
    Command,
    StandardInput,
    File,
    Help,
    Version,
    Wrong,
}

/// <summary>The command line, in pwsh's terms.</summary>
internal sealed record ShellArguments
{
    public const string Usage = """
        Usage: NetTraffic.Shell [-Command <text> | -Command - | [-File] <script> [arguments]] [options]
               NetTraffic.Shell                    an interactive prompt with the NetTraffic module loaded

          -Command, -c <text>     run the text (all that follows belongs to it) and exit;
                                  "-" runs standard input as one script
          -File, -f <script>      run a script with the arguments that follow it, and exit
          -NoExit                 stay at the prompt afterwards
          -NoLogo                 no greeting at the prompt
          -NonInteractive         fail instead of asking
          -NoModule               do not import the NetTraffic module
          -WorkingDirectory, -wd <folder>   start there
          -Version, -v            print the version
          -Help, -h               print this
          -NoProfile, -ExecutionPolicy <policy>, -Interactive, -Login   accepted, nothing to do here

        Exit codes: 0; 1 where the last command failed, an error ended the script, or Ctrl+C did; N after "exit N";
        64 for a wrong command line; 70 where the module cannot be imported.
        The module is taken from NETTRAFFIC_MODULE (its folder or its .psd1), else from the folders above this program.
        """;

    public ShellMode Mode { get; init; }

    /// <summary>Text of -Command.</summary>
    public string Text { get; init; } = "";

    /// <summary>Script of -File.</summary>
    public string Script { get; init; } = "";

    /// <summary>Arguments of the script.</summary>
    public IReadOnlyList<string> ScriptArguments { get; init; } = [];

    public bool NoExit { get; init; }

    public bool NoLogo { get; init; }

    public bool NonInteractive { get; init; }

    public bool NoModule { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>What is wrong with the command line.</summary>
    public string Problem { get; init; } = "";

    public static ShellArguments Parse(IReadOnlyList<string> args)
    {
        ShellArguments result = new();
        for (int i = 0; i < args.Count; i++)
        {
            string arg = args[i];
            string name = arg.Length > 1 && (arg[0] == '-' || arg[0] == '/') ? arg.TrimStart('-', '/').ToLowerInvariant() : "";
            switch (name)
            {
                case "command" or "c":
                    return WithCommand(result, args, i + 1);
                case "file" or "f":
                    return WithFile(result, args, i + 1);
                case "help" or "h" or "?":
                    return result with { Mode = ShellMode.Help };
                case "version" or "v":
                    return result with { Mode = ShellMode.Version };
                case "noexit" or "noe":
                    result = result with { NoExit = true };
                    break;
                case "nologo" or "nol":
                    result = result with { NoLogo = true };
                    break;
                case "noninteractive" or "noni":
                    result = result with { NonInteractive = true };
                    break;
                case "nomodule":
                    result = result with { NoModule = true };
                    break;
                case "noprofile" or "nop" or "interactive" or "i" or "login" or "l" or "mta" or "sta" or "noprofileloadtime":
                    break;
                case "executionpolicy" or "ep" or "ex" or "inputformat" or "outputformat" or "o" or "windowstyle" or "w" or "settingsfile" or "custompipename":
                    if (++i >= args.Count)
                    {
                        return Wrong($"{arg} needs a value.");
                    }

                    break;
                case "workingdirectory" or "wd":
                    if (++i >= args.Count)
                    {
                        return Wrong($"{arg} needs a folder.");
                    }

                    if (!Directory.Exists(args[i]))
                    {
                        return Wrong($"The working directory '{args[i]}' does not exist.");
                    }

                    result = result with { WorkingDirectory = args[i] };
                    break;
                case "":
                    return arg == "-" ? result with { Mode = ShellMode.StandardInput } : WithFile(result, args, i);
                default:
                    // pwsh takes whatever it does not know for a script; on Unix that may be a rooted path.
                    return arg[0] == '/' ? WithFile(result, args, i) : Wrong($"The argument '{arg}' is not recognized.");
            }
        }

        return result;
    }

    private static ShellArguments WithCommand(ShellArguments result, IReadOnlyList<string> args, int at)
    {
        if (at >= args.Count)
        {
            return Wrong("A command must follow -Command.");
        }

        return args[at] == "-" && at + 1 == args.Count
            ? result with { Mode = ShellMode.StandardInput }
            : result with { Mode = ShellMode.Command, Text = string.Join(' ', args.Skip(at)) };
    }

    private static ShellArguments WithFile(ShellArguments result, IReadOnlyList<string> args, int at)
    {
        if (at >= args.Count)
        {
            return Wrong("-File needs the path of a script.");
        }

        if (args[at] == "-")
        {
            return result with { Mode = ShellMode.StandardInput };
        }

        if (!File.Exists(args[at]))
        {
            return Wrong($"The argument '{args[at]}' is not the name of a script file. Check the spelling, or the path.");
        }

        return Path.GetExtension(args[at]).Equals(".ps1", StringComparison.OrdinalIgnoreCase)
            ? result with { Mode = ShellMode.File, Script = Path.GetFullPath(args[at]), ScriptArguments = args.Skip(at + 1).ToArray() }
            : Wrong($"'{args[at]}' is not a script: its name must end in .ps1.");
    }

    private static ShellArguments Wrong(string problem) => new() { Mode = ShellMode.Wrong, Problem = problem };
}
