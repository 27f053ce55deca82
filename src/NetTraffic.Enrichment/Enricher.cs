using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Caching.Memory;
using NetTraffic.Net;
using NetTraffic.Packets;

namespace NetTraffic.Enrichment;

/// <summary>
/// Finds out what is known of addresses. What was kept and still counts is not asked again, addresses that are nobody's on the internet
/// never; one provider's failure costs no other's answer. Safe for several threads: who wants the same address waits for one request.
/// </summary>
public sealed class Enricher : IDisposable
{
    private const int MostRemembered = 100_000;
    private static readonly TimeSpan StoreEvery = TimeSpan.FromSeconds(5);

    // What was said lately, over what the store keeps; and questions on their way, so that who wants the same waits for the same.
    private readonly MemoryCache remembered = new(new MemoryCacheOptions { SizeLimit = MostRemembered });
    private readonly ConcurrentDictionary<(string Address, string Provider), TaskCompletionSource<Answer>> asking = new();
    private readonly IEnrichmentStore store;
    private readonly IReadOnlyList<IEnrichmentProvider> providers;
    private readonly TimeProvider time;

    /// <summary>Makes one; nothing is asked yet.</summary>
    /// <param name="store">Where answers are kept.</param>
    /// <param name="providers">Who is asked, in the order in which their answers count.</param>
    /// <param name="time">The clock; null: the system's.</param>
    public Enricher(IEnrichmentStore store, IReadOnlyList<IEnrichmentProvider> providers, TimeProvider? time = null)
    {
        this.store = store;
        this.providers = providers;
        this.time = time ?? TimeProvider.System;
    }

    /// <summary>What became of asking one provider for one address.</summary>
    /// <param name="Row">What it said, now or before; null: nothing, see <paramref name="Problem"/>.</param>
    /// <param name="Problem">Why there is nothing, or why it is an old answer; null: all is well.</param>
    public sealed record Answer(EnrichmentRow? Row, string? Problem);

    /// <summary>
    /// Asks for addresses all that is not known of them. Gives for each address the answers of all providers, in the providers' order.
    /// </summary>
    /// <param name="addresses">Addresses as flows have them.</param>
    /// <param name="force">Asks again what still counts.</param>
    /// <param name="progress">Takes how many questions have been answered, and of how many.</param>
    /// <param name="cancellationToken">Ends it; what was answered before is kept.</param>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<Answer>>> AskAsync(
        IReadOnlyCollection<string> addresses, bool force, IProgress<(int Done, int All)>? progress, CancellationToken cancellationToken)
    {
        (IReadOnlyList<string> wanted, IReadOnlyDictionary<(string, string), EnrichmentRow> kept, var questions) =
            Questions(addresses, force, cancellationToken);
        CountKept(wanted, kept, questions);
        int done = 0;
        int all = questions.Sum(question => question.Addresses.Length);

        // Providers do not wait for each other: each has its own pace.
        Dictionary<(string Address, string Provider), Answer>[] asked = await Task.WhenAll(questions.Select(question =>
            AskOneAsync(question.Provider, question.Addresses, count => progress?.Report((Interlocked.Add(ref done, count), all)),
                cancellationToken))).ConfigureAwait(false);
        Dictionary<(string, string), Answer> fresh = asked.SelectMany(answers => answers).ToDictionary();
        return wanted.ToDictionary(
            address => address,
            address => (IReadOnlyList<Answer>)
            [
                .. providers.Select(provider =>
                {
                    kept.TryGetValue((address, provider.Name), out EnrichmentRow? old);
                    return !fresh.TryGetValue((address, provider.Name), out Answer? answer) ? new Answer(old, null)
                        : answer.Row is null ? answer with { Row = old }
                        : answer;
                }),
            ],
            StringComparer.Ordinal);
    }

    /// <summary>Whether an address may be asked about elsewhere.</summary>
    /// <param name="address">The address as flows have it.</param>
    public static bool IsPublic(string address) =>
        AddressText.TryParse(address, out IpAddress128 value, out byte version) && SpecialAddress.IsPublic(value, version);

    /// <summary>What would have to be asked: for each provider the addresses of which nothing is kept that still counts.</summary>
    /// <param name="addresses">Addresses as flows have them.</param>
    /// <param name="force">Asks again what still counts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public QuestionList Questions(IReadOnlyCollection<string> addresses, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        DateTime now = time.GetUtcNow().UtcDateTime;
        string[] wanted = [.. addresses.Distinct(StringComparer.Ordinal).Where(IsPublic)];
        Dictionary<(string Address, string Provider), EnrichmentRow> kept = [];
        List<string> unknown = [];
        foreach (string address in wanted)
        {
            bool all = true;
            foreach (IEnrichmentProvider provider in providers)
            {
                if (remembered.TryGetValue((address, provider.Name), out EnrichmentRow? row))
                {
                    kept.Add((address, provider.Name), row!);
                }
                else
                {
                    all = false;
                }
            }

            if (!all)
            {
                unknown.Add(address);
            }
        }

        foreach (EnrichmentRow row in unknown.Count > 0 ? store.GetEnrichment(unknown, cancellationToken) : [])
        {
            if (kept.TryAdd((row.Address, row.Provider), row))
            {
                Remember(row);
            }
        }

        return new(wanted, kept,
        [
            .. providers.Select(provider => (provider, wanted.Where(address =>
                force || !kept.TryGetValue((address, provider.Name), out EnrichmentRow? row) || row.ExpiresTime <= now).ToArray())),
        ]);
    }

    /// <summary>Addresses that may be asked about, what is kept of them, and what would have to be asked.</summary>
    /// <param name="Wanted">The addresses, each once.</param>
    /// <param name="Kept">What is kept, expired answers included.</param>
    /// <param name="Questions">For each provider the addresses it would be asked about.</param>
    public sealed record QuestionList(
        IReadOnlyList<string> Wanted,
        IReadOnlyDictionary<(string Address, string Provider), EnrichmentRow> Kept,
        IReadOnlyList<(IEnrichmentProvider Provider, string[] Addresses)> Questions);

    /// <inheritdoc/>
    public void Dispose() => remembered.Dispose();

    private async Task<Dictionary<(string Address, string Provider), Answer>> AskOneAsync(
        IEnrichmentProvider provider, string[] addresses, Action<int> done, CancellationToken cancellationToken)
    {
        List<string> mine = [];
        List<(string Address, Task<Answer> Answer)> others = [];
        foreach (string address in addresses)
        {
            TaskCompletionSource<Answer> own = new(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource<Answer> asked = asking.GetOrAdd((address, provider.Name), own);
            if (asked == own)
            {
                mine.Add(address);
            }
            else
            {
                others.Add((address, asked.Task));
            }
        }

        Dictionary<(string, string), Answer> answers = [];
        try
        {
            await AskOwnAsync(provider, mine, answers, done, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (string address in mine)
            {
                if (asking.TryRemove((address, provider.Name), out TaskCompletionSource<Answer>? waiting))
                {
                    waiting.SetResult(answers.GetValueOrDefault((address, provider.Name)) ?? new Answer(null, "who asked was stopped"));
                }
            }
        }

        foreach ((string address, Task<Answer> answer) in others)
        {
            answers.Add((address, provider.Name), await answer.WaitAsync(cancellationToken).ConfigureAwait(false));
            done(1);
        }

        return answers;
    }

    private async Task AskOwnAsync(
        IEnrichmentProvider provider, List<string> addresses, Dictionary<(string Address, string Provider), Answer> answers,
        Action<int> done, CancellationToken cancellationToken)
    {
        List<EnrichmentRow> rows = [];
        long stored = time.GetTimestamp();
        try
        {
            foreach (string[] batch in addresses.Chunk(provider.BatchSize))
            {
                IReadOnlyList<ProviderAnswer> said =
                    await provider.AskAsync([.. batch.Select(IPAddress.Parse)], cancellationToken).ConfigureAwait(false);
                for (int i = 0; i < batch.Length; i++)
                {
                    Answer answer = ToAnswer(provider, batch[i], said[i]);
                    answers.Add((batch[i], provider.Name), answer);
                    if (answer.Row is { } row)
                    {
                        rows.Add(row);
                        Remember(row);
                    }

                    done(1);
                }

                // Who answers one at a time would make a segment of each answer.
                if (time.GetElapsedTime(stored) >= StoreEvery)
                {
                    store.AddEnrichment(rows);
                    rows = [];
                    stored = time.GetTimestamp();
                }
            }
        }
        catch (ProviderException error)
        {
            foreach (string address in addresses.Where(address => !answers.ContainsKey((address, provider.Name))))
            {
                answers.Add((address, provider.Name), new Answer(null, error.Message));
                EnrichmentCounters.Of(provider.Name).Failed();
                done(1);
            }
        }
        finally
        {
            store.AddEnrichment(rows);
        }
    }

    /// <summary>An answer as it is kept. That nothing is known is kept too, without a word in it.</summary>
    private Answer ToAnswer(IEnrichmentProvider provider, string address, ProviderAnswer said)
    {
        EnrichmentCounter counter = EnrichmentCounters.Of(provider.Name);
        if (said.Problem is not null)
        {
            counter.Failed();
            return new Answer(null, said.Problem);
        }

        counter.Asked(1, said.Row is null ? 0 : 1);
        EnrichmentRow row = said.Row ?? new EnrichmentRow();
        row.Address = address;
        row.Provider = provider.Name;
        row.Time = time.GetUtcNow().UtcDateTime;
        row.ExpiresTime = row.Time + (said.Row is null ? provider.NegativeTimeToLive : provider.TimeToLive);
        return new Answer(row, null);
    }

    private static void CountKept(
        IReadOnlyList<string> wanted, IReadOnlyDictionary<(string, string), EnrichmentRow> kept,
        IReadOnlyList<(IEnrichmentProvider Provider, string[] Addresses)> questions)
    {
        foreach ((IEnrichmentProvider provider, string[] asked) in questions)
        {
            HashSet<string> open = [.. asked];
            foreach (string address in wanted.Where(address => !open.Contains(address)))
            {
                EnrichmentCounters.Of(provider.Name).Remembered(!kept[(address, provider.Name)].SaysNothing());
            }
        }
    }

    private void Remember(EnrichmentRow row) =>
        remembered.Set((row.Address, row.Provider), row, new MemoryCacheEntryOptions { Size = 1 });
}
