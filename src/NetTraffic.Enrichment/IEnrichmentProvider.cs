using System.Net;

namespace NetTraffic.Enrichment;

/// <summary>
/// Somebody who says something of addresses. One folder each; what providers may be asked, how often, and what becomes of a failure is the
/// same for all and stands in <see cref="Enricher"/>.
/// </summary>
public interface IEnrichmentProvider
{
    /// <summary>Its name in settings, rows and messages: <c>ip-api</c>.</summary>
    string Name { get; }

    /// <summary>How many addresses one request asks for at most.</summary>
    int BatchSize { get; }

    /// <summary>How long an answer counts.</summary>
    TimeSpan TimeToLive { get; }

    /// <summary>How long it counts that nothing is known of an address.</summary>
    TimeSpan NegativeTimeToLive { get; }

    /// <summary>
    /// Asks for addresses. Gives an answer for each, in their order; a failure of one is its answer's <see cref="ProviderAnswer.Problem"/>,
    /// one of all of them an exception.
    /// </summary>
    /// <param name="addresses">Public addresses, <see cref="BatchSize"/> at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ProviderException">It cannot be asked, now or at all; the message says why.</exception>
    Task<IReadOnlyList<ProviderAnswer>> AskAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken);

    /// <summary>What asking for so many addresses would cost, against what is left; null: it costs nothing and has no limit.</summary>
    /// <param name="addresses">How many.</param>
    ProviderCost? CostOf(int addresses);

    /// <summary>How much of its limit is used; null: it has none.</summary>
    ProviderQuota? Quota();
}

/// <summary>What a provider said of one address.</summary>
/// <param name="Row">What it said; the enricher fills in address, provider and times. Null: it knows nothing of it.</param>
/// <param name="Problem">Why it could not say; null: it could.</param>
public sealed record ProviderAnswer(EnrichmentRow? Row, string? Problem = null);

/// <summary>What a question to a provider costs.</summary>
/// <param name="Requests">Requests it would take.</param>
/// <param name="Left">Requests left before the provider's limit; null: not known, or no limit.</param>
/// <param name="Until">When the limit begins anew, UTC; null: not known.</param>
public sealed record ProviderCost(int Requests, long? Left, DateTime? Until);

/// <summary>A provider that cannot be asked, and for how long.</summary>
public sealed class ProviderException(string message, DateTime? parkedUntil = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>When it may be asked again, UTC; null: whenever somebody wants to.</summary>
    public DateTime? ParkedUntil { get; } = parkedUntil;
}
