using System.Net;
using System.Threading.RateLimiting;
using NetTraffic.Server.Errors;

namespace NetTraffic.Server.Security;

/// <summary>How often one machine may ask: 200 times a second, 400 at once. This machine may as often as it can.</summary>
internal static class ServerLimits
{
    private const int PerSecond = 200, AtOnce = 400;

    public static void AddServerLimits(this IServiceCollection services) => services.AddRateLimiter(limiter =>
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => Partition(Client(context)));
        limiter.OnRejected = async (rejected, _) => await Problems.WriteAsync(rejected.HttpContext,
            new TrafficException(TrafficErrors.TooManyRequests, $"More than {PerSecond} requests a second came from one machine."));
    });

    /// <summary>Who asks.</summary>
    public static IPAddress Client(HttpContext context) => context.Connection.RemoteIpAddress ?? IPAddress.None;

    private static RateLimitPartition<IPAddress> Partition(IPAddress client) => IPAddress.IsLoopback(client)
        ? RateLimitPartition.GetNoLimiter(client)
        : RateLimitPartition.GetTokenBucketLimiter(client, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = AtOnce,
            TokensPerPeriod = PerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });
}
