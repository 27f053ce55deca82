using System.Threading.RateLimiting;
using NetTraffic.Server.Security;

namespace NetTraffic.Server.Questions;

/// <summary>Questions whose answers are not kept.</summary>
internal static class Asking
{
    /// <summary>Asks the store when there is room, on a thread of the pool; ends when the client hangs up.</summary>
    /// <param name="context">The request.</param>
    /// <param name="ask">Asks the store.</param>
    public static async Task<T> AskAsync<T>(this HttpContext context, Func<ITrafficStore, CancellationToken, T> ask)
    {
        QuestionGate gate = context.RequestServices.GetRequiredService<QuestionGate>();
        SharedStore store = context.RequestServices.GetRequiredService<SharedStore>();
        using RateLimitLease room = await gate.EnterAsync(ServerLimits.Client(context), context.RequestAborted);
        using SharedStore.Lease lease = store.Open();
        return await Task.Run(() => ask(lease.Store, context.RequestAborted), context.RequestAborted);
    }
}
