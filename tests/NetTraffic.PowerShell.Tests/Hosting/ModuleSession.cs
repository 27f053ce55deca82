using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Shell = System.Management.Automation.PowerShell;

namespace NetTraffic.PowerShell.Tests.Hosting;

/// <summary>A runspace of the hosted engine with the module imported from its manifest, and a scratch folder with a store in it.</summary>
internal sealed class ModuleSession : IDisposable
{
    private readonly Runspace runspace;
    private readonly CapturingHost host;

    public ModuleSession(bool import = true, int width = 200)
    {
        host = new CapturingHost(width);

        // Whatever a test forgets to name goes to a scratch store, never to the user's.
        Environment.SetEnvironmentVariable("NETTRAFFIC_HOME", Path.Combine(Path.GetTempPath(), "nettraffic-tests-default"));
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ThreadOptions = PSThreadOptions.ReuseThread;
        runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        if (import)
        {
            Run("Import-Module -Name $args[0]", Repository.Manifest).Clean();
            Run("$PSDefaultParameterValues = @{ '*-Net*:StorePath' = $args[0]; 'Get-TrafficSummary:StorePath' = $args[0] }; $store = "
                + "$args[0]", StorePath).Clean();
        }
    }

    /// <summary>A folder of this session's own, gone afterwards.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("nettraffic-ps-").FullName;

    public string StorePath => Path.Combine(Folder, "store");

    /// <summary>What the host's terminal has shown.</summary>
    public string Screen => host.Screen;

    /// <summary>Runs a script to its end; a terminating error becomes the last of its errors.</summary>
    public Result Run(string script, params object?[] arguments)
    {
        using Shell shell = Make(script, arguments);
        Collection<PSObject> output = [];
        try
        {
            output = shell.Invoke();
        }
        catch (RuntimeException error)
        {
            shell.Streams.Error.Add(error.ErrorRecord);
        }

        return new Result(output, shell.Streams);
    }

    /// <summary>What tab completion offers at the end of a line.</summary>
    public List<CompletionResult> Complete(string line) =>
        Run("(TabExpansion2 -inputScript $args[0] -cursorColumn $args[0].Length).CompletionMatches", line).All<CompletionResult>();

    public string Write(string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose()
    {
        runspace.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private Shell Make(string script, object?[] arguments)
    {
        Shell shell = Shell.Create();
        shell.Runspace = runspace;
        shell.AddScript(script);
        foreach (object? argument in arguments)
        {
            shell.AddArgument(argument);
        }

        return shell;
    }
}

/// <summary>What a script gave.</summary>
internal sealed class Result(IReadOnlyList<PSObject> output, PSDataStreams streams)
{
    public IReadOnlyList<PSObject> Output { get; } = output;

    public IReadOnlyList<ErrorRecord> Errors { get; } = streams.Error.ReadAll();

    public IReadOnlyList<string> Warnings { get; } = [.. streams.Warning.ReadAll().Select(warning => warning.Message)];

    public IReadOnlyList<ProgressRecord> Progress { get; } = streams.Progress.ReadAll();

    /// <summary>The one error, with its id and a next move.</summary>
    public ErrorRecord Error(string id, ErrorCategory category)
    {
        ErrorRecord error = Assert.Single(Errors);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(category, error.CategoryInfo.Category);
        return error;
    }

    /// <summary>Fails on any error.</summary>
    public Result Clean()
    {
        Assert.True(Errors.Count == 0,
            string.Join("\n", Errors.Select(error => $"{error} {error.FullyQualifiedErrorId} {error.ScriptStackTrace} {error.Exception}")));
        return this;
    }

    /// <summary>The objects, which must be of one type.</summary>
    public List<T> All<T>() => [.. Clean().Output.Select(output => Assert.IsType<T>(output.BaseObject))];

    public T One<T>() => Assert.Single(All<T>());
}
