using System.Net;
using System.Threading.RateLimiting;

namespace NetTraffic.Server.Questions;

/// <summary>
/// How much is at work at once, so that memory and processors are shared: of questions two a processor, of downloads eight; of one machine
/// no more than half. What comes over that waits in line, and is refused where the line is long.
/// </summary>
internal sealed class QuestionGate : IDisposable
{
    private const int Line = 512;
    private readonly PartitionedRateLimiter<IPAddress> questions, downloads;

    public QuestionGate()
    {
        questions = Make(2 * Environment.ProcessorCount);
        downloads = Make(8);
    }

    /// <summary>Waits for room for a question; the lease gives it back.</summary>
    /// <exception cref="TrafficException">Too many wait already.</exception>
    public ValueTask<RateLimitLease> EnterAsync(IPAddress client, CancellationToken stop) => EnterAsync(questions, client, stop);

    /// <summary>Waits for room for a download.</summary>
    /// <exception cref="TrafficException">Too many wait already.</exception>
    public ValueTask<RateLimitLease> EnterDownloadAsync(IPAddress client, CancellationToken stop) => EnterAsync(downloads, client, stop);

    /// <inheritdoc/>
    public void Dispose()
    {
        questions.Dispose();
        downloads.Dispose();
    }

    // The machine's own limit comes first: what waits there takes no room in the common line.
    private static PartitionedRateLimiter<IPAddress> Make(int most) => PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<IPAddress, IPAddress>(client =>
            RateLimitPartition.GetConcurrencyLimiter(client, _ => Limit(Math.Max(1, most / 2)))),
        PartitionedRateLimiter.Create<IPAddress, bool>(_ => RateLimitPartition.GetConcurrencyLimiter(true, _ => Limit(most))));

    private static ConcurrencyLimiterOptions Limit(int most) =>
        new() { PermitLimit = most, QueueLimit = Line, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };

    private static async ValueTask<RateLimitLease> EnterAsync(
        PartitionedRateLimiter<IPAddress> limiter, IPAddress client, CancellationToken stop)
    {
        RateLimitLease lease = await limiter.AcquireAsync(client, 1, stop);
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        throw new TrafficException(TrafficErrors.TooManyRequests, "More questions wait than can be answered soon.");
    }
}
