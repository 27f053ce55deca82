using System.Globalization;
using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell.Commands;

/// <summary>Import-IpBlocklist: reads a list of bad addresses from a file or the web, and keeps it in the store.</summary>
[Cmdlet(VerbsData.Import, "IpBlocklist", SupportsShouldProcess = true, DefaultParameterSetName = FileSet)]
[OutputType(typeof(IpBlocklist))]
public sealed class ImportIpBlocklistCommand : StoreCmdlet
{
    private const string FileSet = "Path";
    private const string InputSet = "InputObject";
    private const string WebSet = "Uri";
    private const string AbuseIpDbSet = "AbuseIpDb";

    // What this call has imported, and from where.
    private readonly Dictionary<string, string> imported = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Files; wildcards are allowed.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Files, taken as they are written.</summary>
    [Parameter(Mandatory = true, ParameterSetName = nameof(LiteralPath))]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Files, or names of files, which the pipeline brings.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputSet, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Its address on the web.</summary>
    [Parameter(Mandatory = true, ParameterSetName = WebSet)]
    [Alias("Url")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public Uri? Uri { get; set; }

    /// <summary>AbuseIPDB's blacklist, with the key that is set.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AbuseIpDbSet)]
    public SwitchParameter AbuseIpDb { get; set; }

    /// <summary>The list's name; default that of the file.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? Name { get; set; }

    /// <summary>Of CSV: name of the column with the addresses, or its number from 1.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UsualCompleter))]
    public string? Column { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == AbuseIpDbSet)
        {
            string name = Name ?? EnrichmentTarget.AbuseIpDb;
            if (AbuseIpDb && ShouldProcess($"'{Display.Text(name)}' from AbuseIPDB, of which a free account has five a day",
                "Import blocklist"))
            {
                WriteObject(BlocklistCatalog.ImportAbuseIpDb(Store.Path, name, StopToken));
            }

            return;
        }

        if (Uri is { IsAbsoluteUri: false })
        {
            Refuse(TrafficErrors.BadArgument, $"'{Uri}' is no address on the web.", "Give a whole one: https://example.org/list.txt.",
                target: Uri);
        }

        if (Uri is not null)
        {
            string name = NameOf(Uri.Segments is [.., var last] ? System.Uri.UnescapeDataString(last) : Uri.Host);
            if (ShouldProcess($"'{Display.Text(name)}' from {Display.Text(Uri.ToString())}", "Import blocklist"))
            {
                using Stream content = BlocklistCatalog.Fetch(Uri, StopToken);
                Import(name, content, Uri.ToString());
            }

            return;
        }

        string[] files = ParameterSetName == InputSet
            ? [.. PipedObject.Files(InputObject, FileExists, MyInvocation.MyCommand.Name, WriteError)
                .SelectMany(file => Expand([file.Path], file.Literal))]
            : [.. Expand(LiteralPath ?? Path ?? [], literal: LiteralPath is not null)];
        if (files.Length > 1 && Name is not null)
        {
            Refuse(TrafficErrors.BadArgument, "-Name names one list, and several files were given.", "Import them one by one.");
        }

        Array.ForEach(files, ImportFile);
    }

    private List<string> Expand(IEnumerable<string> paths, bool literal) =>
        FileList.Expand(SessionState, paths, literal, WriteError, standardInput: false);

    /// <summary>What is wrong with one file is no reason to leave out the next.</summary>
    private void ImportFile(string path)
    {
        string name = NameOf(System.IO.Path.GetFileName(path));
        if (Directory.Exists(path))
        {
            WriteError(ErrorRecords.Make(TrafficErrors.PathIsFolder, $"'{path}' is a folder.", path,
                "Name the lists in it, for example with a wildcard: -Path FOLDER/*.netset."));
        }
        else if (imported.TryGetValue(name, out string? earlier) && earlier != path)
        {
            WriteError(ErrorRecords.Make(TrafficErrors.BadArgument,
                $"'{path}' was left out: as the list '{name}' it would replace that of '{earlier}'.", path,
                "Import it by itself, with a -Name of its own."));
        }
        else if (ShouldProcess($"'{Display.Text(name)}' from '{Display.Text(path)}'", "Import blocklist"))
        {
            try
            {
                using FileStream content = SharedFile.OpenRead(path);
                Import(name, content, path);
            }
            catch (Exception error) when (ErrorRecords.IsForeseen(error))
            {
                WriteError(ErrorRecords.From(error, path));
            }
        }
    }

    private void Import(string name, Stream content, string source)
    {
        IpBlocklist list;
        try
        {
            list = BlocklistCatalog.Import(Store.Path, name, content, source, Column, StopToken);
        }
        catch (Exception error) when (error is FormatException or InvalidDataException)
        {
            WriteError(ErrorRecords.Make(TrafficErrors.NotABlocklist, $"'{source}' is no blocklist: {error.Message}.", source));
            return;
        }

        if (list.SkippedLines > 0)
        {
            WriteWarning(Display.Text(string.Create(CultureInfo.CurrentCulture,
                $"{list.SkippedLines:N0} lines of '{source}' are no address, and were left out.")));
        }

        imported[name] = source;
        WriteObject(list);
    }

    /// <summary>The name that was given, or a file's without its endings, with what no name may have replaced.</summary>
    private string NameOf(string file)
    {
        if (Name is not null)
        {
            return Name;
        }

        string name = file.Trim('/');
        while (System.IO.Path.GetExtension(name) is { Length: > 1 and <= 7 } ending)
        {
            name = name[..^ending.Length];
        }

        string plain = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter
            : '-'));
        return plain.Length > BlocklistCatalog.LongestName ? plain[..BlocklistCatalog.LongestName] : plain.Length == 0 ? "blocklist"
            : plain;
    }
}
