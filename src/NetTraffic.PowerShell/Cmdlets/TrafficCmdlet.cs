using System.Management.Automation;

namespace NetTraffic.PowerShell;

/// <summary>
/// What all cmdlets share: Ctrl+C cancels <see cref="StopToken"/>, and errors that are foreseen end the cmdlet as an error record with a
/// stable id and the user's next move. Errors that are not foreseen are bugs, and pass through.
/// </summary>
public abstract class TrafficCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Cancelled when the pipeline is asked to stop.</summary>
    protected CancellationToken StopToken => stopping.Token;

    /// <summary>Releases what the cmdlet holds; called by PowerShell at the end of the pipeline, however it ends.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Before <see cref="Begin"/>: refuses what no cmdlet of a kind takes.</summary>
    protected virtual void Check()
    {
    }

    /// <summary>Once, before the first input.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>For each input; once where nothing is piped in.</summary>
    protected virtual void Process()
    {
    }

    /// <summary>Once, after the last input.</summary>
    protected virtual void End()
    {
    }

    /// <summary>After everything: what the user must know of the answers.</summary>
    protected virtual void Report()
    {
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        Guard(Check);
        Guard(Begin);
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        Guard(End);
        Guard(Report);
    }

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => stopping.Cancel();

    /// <summary>Releases what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            stopping.Dispose();
        }
    }

    /// <summary>Whether the user gave a parameter, or the pipeline bound it.</summary>
    protected bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Those of some parameters that are given, as users write them: "-Address".</summary>
    protected string[] Given(IEnumerable<string> parameters) => [.. parameters.Where(IsBound).Select(name => "-" + name)];

    /// <summary>Ends the cmdlet with an error of its own.</summary>
    /// <param name="error">Its row in the table.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="nextMove">What to do; null: what the row says.</param>
    /// <param name="target">The value it is about, if any.</param>
    protected void Refuse(TrafficError error, string message, string? nextMove = null, object? target = null) =>
        ThrowTerminatingError(ErrorRecords.Make(error, message, target, nextMove));

    /// <summary>The full path of a file or folder the user named, relative to PowerShell's location.</summary>
    protected string FullPath(string path)
    {
        string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        if (provider.Name != "FileSystem")
        {
            Refuse(TrafficErrors.NotAFilePath, $"'{path}' is not a path in the file system.", target: path);
        }

        return full;
    }

    /// <summary>Whether there is a file of exactly this name.</summary>
    protected bool FileExists(string path) => InvokeProvider.Item.Exists(path, force: true, literalPath: true);

    private void Guard(Action step)
    {
        try
        {
            step();
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception error) when (ErrorRecords.IsForeseen(error))
        {
            ThrowTerminatingError(ErrorRecords.From(error, null));
        }
    }
}
