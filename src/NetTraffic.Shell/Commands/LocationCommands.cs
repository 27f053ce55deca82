using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace NetTraffic.Shell.Commands;

/// <summary>What a prompt cannot do without: going to another folder, asking where one is, and a clear screen.</summary>
internal static class LocationCommands
{
    public static void AddTo(InitialSessionState state)
    {
        state.Commands.Remove("Clear-Host", typeof(SessionStateFunctionEntry));
        state.Commands.Add(new SessionStateCmdletEntry("Set-Location", typeof(SetLocationCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Get-Location", typeof(GetLocationCommand), null));
        state.Commands.Add(new SessionStateCmdletEntry("Clear-Host", typeof(ClearHostCommand), null));
        foreach ((string alias, string command) in ((string, string)[])[("cd", "Set-Location"), ("chdir", "Set-Location"), ("sl", "Set-Location"), ("pwd", "Get-Location"), ("gl", "Get-Location"), ("cls", "Clear-Host"), ("clear", "Clear-Host")])
        {
            state.Commands.Remove(alias, typeof(SessionStateAliasEntry));
            state.Commands.Add(new SessionStateAliasEntry(alias, command));
        }
    }
}

/// <summary>Goes to another folder; <c>-</c> goes back.</summary>
[Cmdlet(VerbsCommon.Set, "Location")]
public sealed class SetLocationCommand : PSCmdlet
{
    /// <summary>The folder; default the user's own.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "~";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            SessionState.Path.SetLocation(Path);
        }
        catch (Exception error) when (error is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or ArgumentException or InvalidOperationException)
        {
            WriteError(new ErrorRecord(error, "LocationNotFound", ErrorCategory.ObjectNotFound, Path));
        }
    }
}

/// <summary>Says where one is.</summary>
[Cmdlet(VerbsCommon.Get, "Location")]
[OutputType(typeof(PathInfo))]
public sealed class GetLocationCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(SessionState.Path.CurrentLocation);
}

/// <summary>Clears the screen.</summary>
[Cmdlet(VerbsCommon.Clear, "Host")]
public sealed class ClearHostCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // The text that goes through the host is made harmless; this is meant.
        if (!Console.IsOutputRedirected)
        {
            Console.Clear();
        }
    }
}
