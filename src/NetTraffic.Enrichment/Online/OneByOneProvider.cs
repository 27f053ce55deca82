using System.Net;

namespace NetTraffic.Enrichment.Online;

/// <summary>A service that is asked for one address with each request.</summary>
internal abstract class OneByOneProvider(string name, OnlineClient client) : IEnrichmentProvider
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public int BatchSize => 1;

    /// <inheritdoc/>
    public abstract TimeSpan TimeToLive { get; }

    /// <inheritdoc/>
    public abstract TimeSpan NegativeTimeToLive { get; }

    /// <summary>The way to the service.</summary>
    protected OnlineClient Client => client;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ProviderAnswer>> AskAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        List<ProviderAnswer> answers = [];
        foreach (IPAddress address in addresses)
        {
            try
            {
                answers.Add(AskedAddress.MayBeAsked(address)
                    ? await AskOneAsync(AskedAddress.Plain(address), cancellationToken).ConfigureAwait(false)
                    : new ProviderAnswer(null));
            }
            catch (RequestProblem problem)
            {
                answers.Add(new ProviderAnswer(null, problem.Message));
            }
        }

        return answers;
    }

    /// <inheritdoc/>
    public ProviderCost? CostOf(int addresses) => client.Gate.CostOf(addresses);

    /// <inheritdoc/>
    public ProviderQuota? Quota() => client.Gate.Quota(Name);

    /// <summary>Asks for one address.</summary>
    protected abstract Task<ProviderAnswer> AskOneAsync(IPAddress address, CancellationToken cancellationToken);
}

/// <summary>Addresses as they are asked for elsewhere.</summary>
internal static class AskedAddress
{
    /// <summary>
    /// Whether it is one of the internet's. Who asks has looked at that already; that none other leaves the machine is worth a second look.
    /// </summary>
    public static bool MayBeAsked(IPAddress address) => Enricher.IsPublic(address.ToString());

    /// <summary>The address; of an IPv4-mapped one the IPv4 address in it.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Whether a service's text is this address.</summary>
    public static bool Is(string? text, IPAddress address) =>
        IPAddress.TryParse(text, out IPAddress? parsed) && Plain(parsed).Equals(address);
}
