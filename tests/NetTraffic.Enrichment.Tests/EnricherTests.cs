using System.Collections.Concurrent;
using System.Net;
using NetTraffic.Testing;

namespace NetTraffic.Enrichment.Tests;

public sealed class EnricherTests
{
    private readonly LeapingTime time = new() { Begin = new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero) };
    private readonly MemoryStore store = new();

    [Fact]
    public async Task What_is_kept_and_still_counts_is_not_asked_again()
    {
        FakeProvider one = new("one") { Known = { ["8.8.8.8"] = "US" } };
        Assert.Equal("US", (await Ask([one], "8.8.8.8"))["8.8.8.8"][0].Row?.CountryCode);
        EnrichmentRow kept = Assert.Single(store.Rows);
        Assert.Equal(("8.8.8.8", "one", time.Begin.UtcDateTime, time.Begin.UtcDateTime.AddDays(7)),
            (kept.Address, kept.Provider, kept.Time, kept.ExpiresTime));

        // Also by somebody else.
        Assert.Equal("US", (await Ask([one], "8.8.8.8"))["8.8.8.8"][0].Row?.CountryCode);
        Assert.Equal(["8.8.8.8"], one.Asked);
        Assert.Single(store.Rows);
        await Ask([one], true, "8.8.8.8");
        Assert.Equal(["8.8.8.8", "8.8.8.8"], one.Asked);
    }

    [Fact]
    public async Task What_has_expired_is_asked_again_and_an_old_answer_is_better_than_none()
    {
        FakeProvider one = new("one") { Known = { ["8.8.8.8"] = "US" } };
        await Ask([one], "8.8.8.8");
        time.Pass(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        await Ask([one], "8.8.8.8");
        Assert.Single(one.Asked);
        time.Pass(TimeSpan.FromSeconds(1));
        one.Failure = "it is down";
        Enricher.Answer answer = (await Ask([one], "8.8.8.8"))["8.8.8.8"][0];
        Assert.Equal(("US", "it is down"), (answer.Row?.CountryCode, answer.Problem));
        one.Failure = null;
        one.Known["8.8.8.8"] = "CA";
        answer = (await Ask([one], "8.8.8.8"))["8.8.8.8"][0];
        Assert.Equal(("CA", null), (answer.Row?.CountryCode, answer.Problem));
    }

    [Fact]
    public async Task That_nothing_is_known_is_kept_too_for_its_own_time()
    {
        FakeProvider one = new("one");
        Enricher.Answer answer = (await Ask([one], "9.9.9.9"))["9.9.9.9"][0];
        Assert.Equal((null, null), (answer.Row?.CountryCode, answer.Problem));
        Assert.Equal(time.Begin.UtcDateTime.AddHours(6), Assert.Single(store.Rows).ExpiresTime);
        time.Pass(TimeSpan.FromHours(5));
        await Ask([one], "9.9.9.9");
        Assert.Single(one.Asked);
        time.Pass(TimeSpan.FromHours(1));
        await Ask([one], "9.9.9.9");
        Assert.Equal(2, one.Asked.Count);
    }

    [Fact]
    public async Task One_providers_failure_costs_no_others_answer()
    {
        FakeProvider bad = new("bad") { Failure = "no key" };
        FakeProvider good = new("good") { Known = { ["8.8.8.8"] = "US", ["9.9.9.9"] = "CH" } };
        FakeProvider half = new("half") { Known = { ["8.8.8.8"] = "US" }, Refused = { ["9.9.9.9"] = "invalid query" } };
        var answers = await Ask([bad, good, half], "8.8.8.8", "9.9.9.9");
        Assert.Equal(["no key", null, null], answers["8.8.8.8"].Select(answer => answer.Problem));
        Assert.Equal(["no key", null, "invalid query"], answers["9.9.9.9"].Select(answer => answer.Problem));
        Assert.Equal([null, "CH", null], answers["9.9.9.9"].Select(answer => answer.Row?.CountryCode));

        // Problems are nothing to keep.
        Assert.Equal(["good 8.8.8.8", "good 9.9.9.9", "half 8.8.8.8"],
            store.Rows.Select(row => $"{row.Provider} {row.Address}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_failure_in_the_middle_keeps_what_was_answered_before()
    {
        FakeProvider one = new("one") { BatchSize = 2, FailsAfter = 2 };
        for (int i = 1; i <= 6; i++)
        {
            one.Known[$"8.8.8.{i}"] = "US";
        }

        var answers = await Ask([one], [.. one.Known.Keys.Order(StringComparer.Ordinal)]);
        Assert.Equal(4, answers.Values.Count(answer => answer[0].Row is not null));
        Assert.Equal(2, answers.Values.Count(answer => answer[0].Problem is not null));
        Assert.Equal(4, store.Rows.Count);
    }

    [Fact]
    public async Task Addresses_that_are_nobodys_are_sent_nowhere()
    {
        FakeProvider one = new("one") { Known = { ["8.8.8.8"] = "US" } };
        var answers = await Ask([one], "10.0.0.1", "127.0.0.1", "169.254.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1", "255.255.255.255",
            "0.0.0.0", "192.0.2.1", "::1", "fe80::1", "fd00::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "8.8.8.8");
        Assert.Equal(["8.8.8.8"], one.Asked);
        Assert.Equal(["8.8.8.8"], answers.Keys);
    }

    [Fact]
    public async Task Batches_are_as_large_as_a_provider_takes_and_each_address_is_in_one()
    {
        FakeProvider one = new("one") { BatchSize = 10 };
        string[] addresses = [.. Enumerable.Range(0, 25).Select(i => $"8.8.{i}.8")];
        List<(int Done, int All)> progress = [];
        using Enricher enricher = new(store, [one], time);
        await enricher.AskAsync([.. addresses, .. addresses], false, new Steps(progress.Add), CancellationToken.None);
        Assert.Equal([10, 10, 5], one.Batches);
        Assert.Equal(addresses, one.Asked);
        Assert.Equal((25, 25), progress[^1]);
        Assert.Equal(Enumerable.Range(1, 25), progress.Select(step => step.Done));
    }

    [Fact]
    public void What_would_be_asked_is_told_without_asking()
    {
        FakeProvider one = new("one");
        store.Rows.Add(new EnrichmentRow { Address = "8.8.8.8", Provider = "one", ExpiresTime = time.Begin.UtcDateTime.AddHours(1) });
        using Enricher enricher = new(store, [one], time);
        string[] addresses = ["8.8.8.8", "9.9.9.9", "10.0.0.1"];
        Assert.Equal(["9.9.9.9"], Assert.Single(enricher.Questions(addresses, false, CancellationToken.None).Questions).Addresses);
        Assert.Equal(addresses[..2], Assert.Single(enricher.Questions(addresses, true, CancellationToken.None).Questions).Addresses);
        Assert.Empty(one.Asked);
    }

    [Fact]
    public async Task Ten_who_ask_for_one_address_make_one_request()
    {
        TaskCompletionSource gate = new();
        FakeProvider one = new("one") { Known = { ["8.8.8.8"] = "US" }, Gate = gate.Task };
        using Enricher enricher = new(store, [one], time);
        Task<IReadOnlyDictionary<string, IReadOnlyList<Enricher.Answer>>>[] all =
            [.. Enumerable.Range(0, 10).Select(_ => enricher.AskAsync(["8.8.8.8"], false, null, CancellationToken.None))];
        gate.SetResult();
        foreach (IReadOnlyDictionary<string, IReadOnlyList<Enricher.Answer>> answers in await Task.WhenAll(all))
        {
            Assert.Equal("US", answers["8.8.8.8"][0].Row?.CountryCode);
        }

        Assert.Single(one.Asked);
    }

    [Fact]
    public async Task Who_stops_gets_no_answer_and_what_was_answered_is_kept()
    {
        using CancellationTokenSource stop = new();
        FakeProvider one = new("one") { BatchSize = 1, Known = { ["8.8.8.8"] = "US" }, Asks = stop.Cancel };
        using Enricher enricher = new(store, [one], time);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => enricher.AskAsync(["8.8.8.8", "9.9.9.9"], false, null, stop.Token));
        Assert.Equal("8.8.8.8", Assert.Single(store.Rows).Address);

        // Nobody waits for who was stopped.
        one.Asks = null;
        var answers = await enricher.AskAsync(["8.8.8.8", "9.9.9.9"], false, null, CancellationToken.None);
        Assert.Equal("US", answers["8.8.8.8"][0].Row?.CountryCode);
    }

    private Task<IReadOnlyDictionary<string, IReadOnlyList<Enricher.Answer>>> Ask(
        IReadOnlyList<IEnrichmentProvider> providers, params string[] addresses) => Ask(providers, false, addresses);

    private async Task<IReadOnlyDictionary<string, IReadOnlyList<Enricher.Answer>>> Ask(
        IReadOnlyList<IEnrichmentProvider> providers, bool force, params string[] addresses)
    {
        using Enricher enricher = new(store, providers, time);
        return await enricher.AskAsync(addresses, force, null, CancellationToken.None);
    }

    private sealed class Steps(Action<(int, int)> take) : IProgress<(int Done, int All)>
    {
        public void Report((int Done, int All) value) => take(value);
    }

    private sealed class FakeProvider(string name) : IEnrichmentProvider
    {
        public string Name => name;

        public int BatchSize { get; init; } = 100;

        public TimeSpan TimeToLive => TimeSpan.FromDays(7);

        public TimeSpan NegativeTimeToLive => TimeSpan.FromHours(6);

        public Dictionary<string, string> Known { get; } = [];

        public Dictionary<string, string> Refused { get; } = [];

        public string? Failure { get; set; }

        public int FailsAfter { get; init; } = int.MaxValue;

        public Task Gate { get; init; } = Task.CompletedTask;

        public Action? Asks { get; set; }

        public ConcurrentQueue<string> Asked { get; } = new();

        public List<int> Batches { get; } = [];

        public async Task<IReadOnlyList<ProviderAnswer>> AskAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Batches.Add(addresses.Count);
            foreach (IPAddress address in addresses)
            {
                Asked.Enqueue(address.ToString());
            }

            Asks?.Invoke();
            await Gate;
            return Failure is not null || Batches.Count > FailsAfter ? throw new ProviderException(Failure ?? "the quota is used up")
                : [.. addresses.Select(address => address.ToString()).Select(address =>
                    Refused.TryGetValue(address, out string? problem) ? new ProviderAnswer(null, problem)
                    : new ProviderAnswer(Known.TryGetValue(address, out string? code) ? new EnrichmentRow { CountryCode = code } : null))];
        }

        public ProviderCost? CostOf(int addresses) => null;

        public ProviderQuota? Quota() => null;
    }

    private sealed class MemoryStore : IEnrichmentStore
    {
        public List<EnrichmentRow> Rows { get; } = [];

        public void AddEnrichment(IReadOnlyList<EnrichmentRow> rows)
        {
            lock (Rows)
            {
                Rows.AddRange(rows);
            }
        }

        public IEnumerable<EnrichmentRow> GetEnrichmentRows(TrafficFilter filter, CancellationToken cancellationToken) => Rows;

        public IReadOnlyList<EnrichmentRow> GetEnrichment(IReadOnlyCollection<string>? addresses, CancellationToken cancellationToken)
        {
            lock (Rows)
            {
                return [.. Rows.Where(row => addresses?.Contains(row.Address) != false).GroupBy(row => (row.Address, row.Provider))
                    .Select(rows => rows.MaxBy(row => row.Time)!)];
            }
        }
    }
}
