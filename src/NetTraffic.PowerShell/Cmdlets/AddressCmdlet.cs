using System.Management.Automation;
using NetTraffic.Engine;
using NetTraffic.PowerShell.Completers;

namespace NetTraffic.PowerShell;

/// <summary>
/// A cmdlet that is given addresses: by parameter, or by whatever the pipeline brings that has some. They are answered in batches, each by
/// the store that its objects are of.
/// </summary>
public abstract class AddressCmdlet : StoreCmdlet
{
    private readonly Dictionary<string, Batch> batches = new(StringComparer.Ordinal);

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

    /// <summary>Addresses of a batch: answers are to come while later input does.</summary>
    protected abstract int Chunk { get; }

    /// <summary>Names of the providers that are asked; null: those that are set.</summary>
    protected abstract IReadOnlyList<string>? ProviderNames { get; }

    /// <summary>Answers for addresses, each of which comes once in the pipeline.</summary>
    /// <param name="service">What is known in their store.</param>
    /// <param name="addresses">Addresses as flows have them.</param>
    protected abstract void Answer(EnrichmentService service, IReadOnlyList<string> addresses);

    /// <summary>What is asked where no address is given.</summary>
    protected abstract void AskWithout(EnrichmentService service);

    /// <summary>Refuses parameters that do not go with addresses.</summary>
    protected virtual void CheckTaking()
    {
    }

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        if (!IsBound(nameof(InputObject)) && Address is null)
        {
            OpenForReading(FullStorePath);
            AskWithout(BatchOfStore().Service);
            return;
        }

        string command = MyInvocation.MyCommand.Name;
        if (IsBound(nameof(InputObject)) && Address is not null)
        {
            Refuse(TrafficErrors.BadArgument, $"{command} got addresses from the pipeline and by -Address as well.",
                "Give them in one way.");
        }

        CheckTaking();
        if (Address is null && InputObject is null)
        {
            WriteError(ErrorRecords.Make(TrafficErrors.NotInput, $"Nothing ($null) was piped into {command}.", null));
            return;
        }

        Batch batch = BatchOfStore();
        batch.Waiting.AddRange((Address is not null
            ? Address.Select(text => PipedAddresses.Read(text, WriteError)).OfType<string>()
            : PipedAddresses.Of(InputObject!, command, WriteError)).Where(batch.Seen.Add));
        if (batch.Waiting.Count >= Chunk)
        {
            Empty(batch);
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        foreach (Batch batch in batches.Values)
        {
            Empty(batch);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Batch batch in batches.Values)
            {
                batch.Service.Dispose();
            }

            batches.Clear();
        }

        base.Dispose(disposing);
    }

    private void Empty(Batch batch)
    {
        if (batch.Waiting.Count > 0)
        {
            string[] addresses = [.. batch.Waiting];
            batch.Waiting.Clear();
            Answer(batch.Service, addresses);
        }
    }

    /// <summary>The batch of the store that was named. At the pipeline's end that is no longer known: objects brought its name.</summary>
    private Batch BatchOfStore()
    {
        string path = FullStorePath ?? "";
        if (!batches.TryGetValue(path, out Batch? batch))
        {
            string[] databases = [.. (GeoDatabase ?? []).Select(FullPath)];
            if (Array.Find(databases, database => !FileExists(database)) is { } missing)
            {
                throw new FileNotFoundException($"The geo database '{missing}' is not there.", missing);
            }

            batch = new(EnrichmentService.Open(Store, databases, ProviderNames, text => WriteWarning(Display.Text(text))));
            batches.Add(path, batch);
        }

        return batch;
    }

    private sealed record Batch(EnrichmentService Service)
    {
        public List<string> Waiting { get; } = [];

        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);
    }
}
