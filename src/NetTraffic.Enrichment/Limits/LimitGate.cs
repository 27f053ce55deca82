using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;

namespace NetTraffic.Enrichment.Limits;

/// <summary>
/// Lets requests to a provider through as often as it allows, counted over all processes of a store and over restarts: the count is a file
/// in the store's folder <c>enrichment-quota</c>, one for each provider and key. Safe for several threads.
/// </summary>
internal sealed class LimitGate
{
    /// <summary>Who has to wait longer than this is told so instead.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10), LockPause = TimeSpan.FromMilliseconds(10);

    // Callers of this process take turns, first come, first served; between processes the lock of the file decides.
    private static readonly PartitionedRateLimiter<string> Turns = PartitionedRateLimiter.Create<string, string>(
        path => RateLimitPartition.GetConcurrencyLimiter(
            path, _ => new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = int.MaxValue }));

    private readonly string store, path;
    private readonly ProviderLimit limit;
    private readonly TimeProvider time;

    /// <summary>Makes one; nothing is read yet.</summary>
    /// <param name="store">Folder of the store.</param>
    /// <param name="name">The provider's name, which is the file's.</param>
    /// <param name="key">The key, each of which has limits of its own; only a part of its hash is kept. Null: none.</param>
    /// <param name="limit">How often it may be asked.</param>
    /// <param name="time">The clock.</param>
    public LimitGate(string store, string name, string? key, ProviderLimit limit, TimeProvider time)
    {
        string suffix = key is null ? "" : "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..8];
        this.store = store;
        path = Path.Combine(Path.GetFullPath(store), "enrichment-quota", $"{name}{suffix}.json");
        this.limit = limit;
        this.time = time;
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Waits until a request may be sent, and counts it.</summary>
    /// <exception cref="ProviderException">It may not be sent soon; it says until when, and why.</exception>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        using RateLimitLease turn = await Turns.AcquireAsync(path, 1, cancellationToken).ConfigureAwait(false);
        DateTime patience = Now + LongestWait;
        while (true)
        {
            (DateTime next, string why) = await ChangeAsync(
                (state, now) =>
                {
                    (DateTime Time, string Why) answer = state.Next(limit, now);
                    if (answer.Why.Length == 0)
                    {
                        state.Take(now);
                    }

                    return answer;
                },
                cancellationToken).ConfigureAwait(false);
            if (why.Length == 0)
            {
                return;
            }

            if (next > patience)
            {
                throw Parked(why, next);
            }

            TimeSpan wait = next - Now;
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Leaves the provider alone for a time, in all processes.</summary>
    /// <returns>The error that says so.</returns>
    public async Task<ProviderException> ParkAsync(TimeSpan span, string why, CancellationToken cancellationToken)
    {
        DateTime until = await ChangeAsync(
            (state, now) =>
            {
                state.Park(now + (span < LimitState.LongestPark ? span : LimitState.LongestPark), why, now);
                return state.ParkedUntil ?? now;
            },
            cancellationToken).ConfigureAwait(false);
        return Parked(why, until);
    }

    /// <summary>Takes what the provider says of its daily quota.</summary>
    public Task HeedAsync(long? quota, long? left, CancellationToken cancellationToken) => ChangeAsync(
        (state, _) =>
        {
            state.Heed(quota, left);
            return true;
        },
        cancellationToken);

    /// <summary>What so many requests would cost now.</summary>
    public ProviderCost CostOf(int requests)
    {
        try
        {
            DateTime now = Now;
            (long left, DateTime? until) = Read(now).Left(limit, now);
            return new ProviderCost(requests, left, until);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ProviderCost(requests, null, null); // asking then says what is wrong
        }
    }

    /// <summary>How much of the limit is used.</summary>
    /// <param name="provider">Name of the provider.</param>
    public ProviderQuota Quota(string provider)
    {
        try
        {
            DateTime now = Now;
            LimitState state = Read(now);
            (long used, long most) = state.Use(limit);
            (long left, DateTime? until) = state.Left(limit, now);
            return new ProviderQuota
            {
                Provider = provider,
                Used = used,
                Limit = most,
                Left = left,
                Until = until,
                Reason = state.ParkedUntil is null ? null : state.Reason ?? "it is left alone",
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new ProviderQuota { Provider = provider, Limit = limit.PerDay ?? limit.PerMinute };
        }
    }

    private static ProviderException Parked(string why, DateTime until) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{why} until {until:yyyy-MM-dd HH:mm:ss} UTC"), until);

    private async Task<T> ChangeAsync<T>(Func<LimitState, DateTime, T> change, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream held = await LockAsync(cancellationToken).ConfigureAwait(false);
            DateTime now = Now;
            LimitState state = Read(now);
            byte[] before = state.ToBytes();
            T result = change(state, now);
            byte[] after = state.ToBytes();
            if (!before.AsSpan().SequenceEqual(after))
            {
                StoreFiles.Write(store, path, after, durable: true);
            }

            return result;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ProviderException($"it is not asked, since no count can be kept of that: {error.Message}", null, error);
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        long begin = Environment.TickCount64;
        while (true)
        {
            if (SharedFile.TryLock(path + ".lock") is { } held)
            {
                return held;
            }

            if (Environment.TickCount64 - begin > LockPatience.TotalMilliseconds)
            {
                throw new ProviderException($"it is not asked, since another process holds '{path}.lock'");
            }

            await Task.Delay(LockPause, cancellationToken).ConfigureAwait(false);
        }
    }

    private LimitState Read(DateTime now)
    {
        try
        {
            using FileStream file = SharedFile.OpenRead(path, bufferSize: 0);
            byte[] content = new byte[LimitState.LargestFile + 1];
            return LimitState.Read(content.AsSpan(0, file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)), now);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return LimitState.Read("{}"u8, now);
        }
    }
}
