using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Update-GeoDatabase: fetches the newest tables of countries and autonomous systems, or takes them from files.</summary>
[Cmdlet(VerbsData.Update, "GeoDatabase", SupportsShouldProcess = true, DefaultParameterSetName = WebSet)]
[OutputType(typeof(GeoDatabase))]
public sealed class UpdateGeoDatabaseCommand : TrafficCmdlet
{
    private const string FileSet = "Path";
    private const string InputSet = "InputObject";
    private const string WebSet = "Web";

    /// <summary>Packages (.tgz), databases (.mmdb), tables (.ranges) or folders of unpacked packages; wildcards are allowed.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>The same, taken as they are written.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(LiteralPath))]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The same, or their names, which the pipeline brings.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The npm registry that is asked.</summary>
    [Parameter(ParameterSetName = WebSet)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public Uri? RegistryUri { get; set; }

    /// <summary>Fetches them also where there is nothing newer.</summary>
    [Parameter(ParameterSetName = WebSet)]
    public SwitchParameter Force { get; set; }

    /// <summary>Folder to put them into; default one that all stores of this user look into.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    private string? Folder => Destination is null ? null : FullPath(Destination);

    /// <inheritdoc/>
    protected override void Process()
    {
        if (RegistryUri is { IsAbsoluteUri: false })
        {
            Refuse(TrafficErrors.BadArgument, $"'{RegistryUri}' is no address on the web.", "Give a whole one: https://npm.example.org/.",
                target: RegistryUri);
        }

        if (ParameterSetName == WebSet)
        {
            Fetch("country");
            Fetch("asn");
            return;
        }

        string[] files = ParameterSetName == InputSet
            ? [.. PipedObject.Files(InputObject, FileExists, MyInvocation.MyCommand.Name, WriteError)
                .SelectMany(file => Expand([file.Path], file.Literal))]
            : [.. Expand(LiteralPath ?? Path ?? [], literal: LiteralPath is not null)];
        Array.ForEach(files, InstallFile);
    }

    private List<string> Expand(IEnumerable<string> paths, bool literal) =>
        FileList.Expand(SessionState, paths, literal, WriteError, standardInput: false);

    /// <summary>What is wrong with one file is no reason to leave out the next.</summary>
    private void InstallFile(string path)
    {
        if (!ShouldProcess($"'{Display.Text(path)}'", "Take the table from"))
        {
            return;
        }

        try
        {
            Install(path);
        }
        catch (Exception error) when (ErrorRecords.IsForeseen(error))
        {
            WriteError(ErrorRecords.From(error, path));
        }
    }

    private void Install(string path)
    {
        if (GeoCatalog.Install(path, Folder) is { } table)
        {
            WriteObject(table);
        }
        else
        {
            WriteError(ErrorRecords.Make(TrafficErrors.NoGeoTable, $"'{path}' has no table of countries or autonomous systems.", path));
        }
    }

    private void Fetch(string kind)
    {
        if (GeoCatalog.FindUpdate(kind, RegistryUri, Force, StopToken) is not { } update)
        {
            WriteVerbose($"The table of the kind '{kind}' is the newest there is; -Force fetches it all the same.");
            WriteObject(GeoCatalog.List([], WriteWarning).Where(table => table.Kind == kind && table.IsUsed), enumerateCollection: true);
        }
        else if (ShouldProcess(Display.Text(update.Source), "Fetch"))
        {
            using PumpedProgress<(long Done, long? All)> progress = new();
            Task<GeoDatabase> work = Task.Run(() => GeoCatalog.Fetch(update, Folder, progress, StopToken));
            progress.Pump(work, state => Show(update.Source, state.Done, state.All), WriteWarning);
            WriteObject(work.GetAwaiter().GetResult());
        }
    }

    private void Show(string source, long done, long? all) =>
        WriteProgress(new ProgressRecord(1, $"Fetching {Display.Text(source)}", Display.Bytes(done))
        {
            PercentComplete = all is > 0 ? (int)(100 * Math.Min(done, all.Value) / all.Value) : -1,
        });
}
