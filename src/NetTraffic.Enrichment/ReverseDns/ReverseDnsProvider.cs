using System.Net;
using System.Threading.RateLimiting;
using DnsClient;
using DnsClient.Protocol;
using NetTraffic.Enrichment.Online;

namespace NetTraffic.Enrichment.ReverseDns;

/// <summary>Names of addresses by reverse DNS (RFC 1035, 3.5; RFC 3596, 2.5), of a named server or of the system's.</summary>
internal sealed class ReverseDnsProvider : IEnrichmentProvider
{
    private const int Concurrency = 32;

    // Of one address, whatever servers there are and however often they are asked.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(6);

    // Of the whole process: name servers do not mind who asks so often.
    private static readonly ConcurrencyLimiter Places =
        new(new ConcurrencyLimiterOptions { PermitLimit = Concurrency, QueueLimit = int.MaxValue });

    private readonly IPEndPoint? server;
    private readonly TimeSpan timeout;

    /// <summary>Makes one; nothing is asked yet.</summary>
    /// <param name="server">The name server; null: the system's.</param>
    /// <param name="timeout">For an answer of one server; it is asked twice.</param>
    public ReverseDnsProvider(IPEndPoint? server, TimeSpan? timeout = null)
    {
        this.server = server;
        this.timeout = timeout ?? TimeSpan.FromSeconds(2);
    }

    /// <inheritdoc/>
    public string Name => EnrichmentTarget.Dns;

    /// <inheritdoc/>
    public int BatchSize => 256;

    /// <inheritdoc/>
    public TimeSpan TimeToLive => TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public TimeSpan NegativeTimeToLive => TimeSpan.FromHours(6);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ProviderAnswer>> AskAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(addresses);

        // Made anew each time: the system's servers are others where it came to another network.
        LookupClient? client = addresses.Any(AskedAddress.MayBeAsked) ? NewClient() : null;
        Outcome[] outcomes = await Task.WhenAll(addresses.Select(address => client is not null && AskedAddress.MayBeAsked(address)
            ? AskOneAsync(client, AskedAddress.Plain(address), cancellationToken)
            : Task.FromResult(new Outcome(new ProviderAnswer(null), WasAsked: false, IsSilent: false)))).ConfigureAwait(false);

        // One that is slow to answer may be so for a single zone; one that answers nothing is not there.
        const int enough = 4;
        Outcome[] asked = [.. outcomes.Where(outcome => outcome.WasAsked)];
        if (asked.Length >= enough && asked.All(outcome => outcome.IsSilent))
        {
            throw new ProviderException(asked[0].Answer.Problem!);
        }

        return [.. outcomes.Select(outcome => outcome.Answer)];
    }

    /// <inheritdoc/>
    public ProviderCost? CostOf(int addresses) => null;

    /// <inheritdoc/>
    public ProviderQuota? Quota() => null;

    private async Task<Outcome> AskOneAsync(LookupClient client, IPAddress address, CancellationToken cancellationToken)
    {
        using RateLimitLease place = await Places.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Longest);
        try
        {
            IDnsQueryResponse response = await client.QueryReverseAsync(address, limit.Token).ConfigureAwait(false);
            return new Outcome(
                response.Header.ResponseCode switch
                {
                    DnsHeaderResponseCode.NoError => new ProviderAnswer(Row(response)),
                    DnsHeaderResponseCode.NotExistentDomain => new ProviderAnswer(null),
                    DnsHeaderResponseCode code => new ProviderAnswer(null, $"the name server {Server(response)} answers {code}"),
                },
                WasAsked: true,
                IsSilent: false);
        }
        catch (Exception error)
        {
            // DnsClient takes apart what servers send, and may fail at that in any way; being cancelled is a failure of its own kind to it.
            cancellationToken.ThrowIfCancellationRequested();
            bool isSilent = error is OperationCanceledException or DnsResponseException { Code: DnsResponseCode.ConnectionTimeout }
                || error.GetBaseException() is System.Net.Sockets.SocketException;
            string servers = string.Join(", ", client.NameServers.Select(server => server.ToString()));
            return new Outcome(
                new ProviderAnswer(null, isSilent
                    ? $"no answer of the name server {Display.Short(servers, 80)}"
                    : $"the name server's answer is none: {Display.Short(error.Message, 120)}"),
                WasAsked: true,
                isSilent);
        }
    }

    private static string Server(IDnsQueryResponse response) => Display.Text(response.NameServer.ToString());

    /// <summary>The first of the names, by their order as text, so that the answer is the same each time.</summary>
    private static EnrichmentRow? Row(IDnsQueryResponse response)
    {
        string? name = response.Answers.OfType<PtrRecord>()
            .Select(record => record.PtrDomainName.Value.TrimEnd('.'))
            .Where(text => text.Length > 0)
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        return name is null ? null : new EnrichmentRow { HostName = name };
    }

    private LookupClient NewClient()
    {
        // Not DnsClient's own choice, which may fall back to a public server that nobody opted in to.
        NameServer[] servers = server is not null ? [new NameServer(server)]
            : [.. NameServer.ResolveNameServers(skipIPv6SiteLocal: true, fallbackToGooglePublicDns: false)];
        return servers.Length == 0
            ? throw new ProviderException("this system has no name server; name one with Set-NetTrafficOption -DnsServer")
            : new LookupClient(new LookupClientOptions(servers)
            {
                AutoResolveNameServers = false,
                UseCache = false, // the store keeps answers
                Timeout = timeout,
                Retries = 1,
                ThrowDnsErrors = false,
                UseRandomNameServer = false,
            });
    }

    private sealed record Outcome(ProviderAnswer Answer, bool WasAsked, bool IsSilent);
}
