using System.Management.Automation;
using NetTraffic.Engine;

namespace NetTraffic.PowerShell;

/// <summary>
/// Names of addresses by reverse DNS, for -ResolveName: each address is asked once a command, public ones alone, and answers are kept in
/// the store. Objects wait for their names some at a time, so that they still stream.
/// </summary>
/// <param name="open">Opens what asks, at the first address.</param>
/// <param name="warn">Takes why names are missing, once.</param>
/// <param name="stop">Ends it.</param>
internal sealed class HostNames(Func<EnrichmentService> open, Action<string> warn, CancellationToken stop) : IDisposable
{
    /// <summary>Objects whose names are asked for at once.</summary>
    public const int Chunk = 64;

    private readonly Dictionary<string, string?> known = new(StringComparer.Ordinal);
    private EnrichmentService? service;
    private bool warned;

    /// <summary>Adds names to objects, as properties.</summary>
    /// <param name="rows">The objects.</param>
    /// <param name="addresses">Of an object, the names of the properties and the addresses whose names go into them.</param>
    /// <param name="view">Name of the type that has the view with names.</param>
    public IEnumerable<PSObject> AddTo<T>(IEnumerable<T> rows, Func<T, (string Property, string? Address)[]> addresses, string view)
        where T : class
    {
        foreach (T[] some in rows.Chunk(Chunk))
        {
            Learn(some.SelectMany(addresses).Select(pair => pair.Address));
            foreach (T row in some)
            {
                PSObject named = new(row);
                named.TypeNames.Insert(0, view);
                foreach ((string property, string? address) in addresses(row))
                {
                    named.Properties.Add(new PSNoteProperty(property, address is null ? null : known.GetValueOrDefault(address)));
                }

                yield return named;
            }
        }
    }

    public void Dispose() => service?.Dispose();

    private void Learn(IEnumerable<string?> addresses)
    {
        string[] unknown = [.. addresses.OfType<string>().Distinct().Where(address => !known.ContainsKey(address))];
        if (unknown.Length == 0)
        {
            return;
        }

        service ??= open();
        foreach (IpEnrichment found in service.Enrich(unknown, force: false, null, stop))
        {
            known[found.Address] = found.HostName;
            if (!warned && found.Missing is [var missing, ..])
            {
                warned = true;
                warn($"Not all names could be had: {missing}");
            }
        }
    }
}
