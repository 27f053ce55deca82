using System.Management.Automation;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell;

/// <summary>A cmdlet that is given addresses: by parameter, or by whatever the pipeline brings that has some.</summary>
public abstract class AddressCmdlet : StoreCmdlet
{
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    /// <summary>Addresses.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TrafficNameCompleter))]
    public string[]? Address { get; set; }

    /// <summary>Addresses, flows, packets or rows of a summary, which the pipeline brings.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Databases in MaxMind's format to ask besides those that are set.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? GeoDatabase { get; set; }

    /// <summary>The databases as full paths.</summary>
    protected string[] GeoDatabases => [.. (GeoDatabase ?? []).Select(FullPath)];

    /// <summary>Takes addresses, each once in the pipeline.</summary>
    protected abstract void TakeAddresses(IReadOnlyList<string> addresses);

    /// <summary>What is asked where no address is given.</summary>
    protected abstract void AskWithout();

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        if (!IsBound(nameof(InputObject)) && Address is null)
        {
            AskWithout();
            return;
        }

        string command = MyInvocation.MyCommand.Name;
        if (IsBound(nameof(InputObject)) && InputObject is null)
        {
            WriteError(ErrorRecords.Make(TrafficErrors.NotInput, $"Nothing ($null) was piped into {command}.", null));
        }

        if (IsBound(nameof(InputObject)) && Address is not null)
        {
            Refuse(TrafficErrors.BadArgument, $"{command} got addresses from the pipeline and by -Address as well.", "Give them in one way.");
        }

        IEnumerable<string> given = Address is not null
            ? Address.Select(text => PipedAddresses.Read(text, WriteError)).OfType<string>()
            : InputObject is null ? [] : PipedAddresses.Of(InputObject, command, WriteError);
        string[] fresh = [.. given.Where(seen.Add)];
        if (fresh.Length > 0)
        {
            TakeAddresses(fresh);
        }
    }
}
