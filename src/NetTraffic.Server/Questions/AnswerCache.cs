using System.Net;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Caching.Memory;
using NetTraffic.Server.Security;

namespace NetTraffic.Server.Questions;

/// <summary>
/// Answers of questions that many ask: kept until the store has new segments, and no longer than the question's step; asked by several at
/// once, a question is answered once. Of all answers 64 MB are kept. A question ends when all who wait for it have hung up.
/// </summary>
internal sealed class AnswerCache(SharedStore store, QuestionGate gate) : IDisposable
{
    private const long MostBytes = 64 << 20;
    private readonly MemoryCache answers = new(new MemoryCacheOptions { SizeLimit = MostBytes });
    private readonly Dictionary<(string Question, ulong Mark), Work> working = [];
    private readonly Lock access = new();

    /// <summary>Answers a request with JSON.</summary>
    /// <typeparam name="T">What is answered with.</typeparam>
    /// <param name="context">The request; its path and query are the question.</param>
    /// <param name="step">How long an answer counts at most.</param>
    /// <param name="ask">Asks the store.</param>
    public async Task<IResult> AnswerAsync<T>(HttpContext context, TimeSpan step, Func<ITrafficStore, CancellationToken, T> ask)
    {
        string question = Question(context.Request);
        ulong mark = store.Mark();
        if (!answers.TryGetValue((question, mark), out byte[]? text))
        {
            text = await ShareAsync(context, (question, mark), step, ask);
        }

        return Results.Bytes(text!, "application/json; charset=utf-8");
    }

    /// <inheritdoc/>
    public void Dispose() => answers.Dispose();

    /// <summary>The order of parameters makes no other question.</summary>
    private static string Question(HttpRequest request) => request.Path + "?" + string.Join("&",
        request.Query.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase)
            .Select(pair => $"{Uri.EscapeDataString(pair.Key.ToLowerInvariant())}={string.Join(',', pair.Value.Select(value =>
                Uri.EscapeDataString(value ?? "")))}"));

    private async Task<byte[]> ShareAsync<T>(
        HttpContext context, (string, ulong) key, TimeSpan step, Func<ITrafficStore, CancellationToken, T> ask)
    {
        Work? work;
        lock (access)
        {
            if (!working.TryGetValue(key, out work))
            {
                work = new Work();
                working.Add(key, work);
                CancellationToken stop = work.Stop.Token;
                IPAddress client = ServerLimits.Client(context);
                work.Task = Task.Run(() => AskAsync(client, key, step, ask, stop), CancellationToken.None);
            }

            work.Waiting++;
        }

        try
        {
            return await work.Task.WaitAsync(context.RequestAborted);
        }
        finally
        {
            lock (access)
            {
                if (--work.Waiting == 0)
                {
                    // Who asks from now on asks anew.
                    if (working.GetValueOrDefault(key) == work)
                    {
                        working.Remove(key);
                    }

                    work.Stop.Cancel();
                }
            }
        }
    }

    private async Task<byte[]> AskAsync<T>(
        IPAddress client, (string, ulong) key, TimeSpan step, Func<ITrafficStore, CancellationToken, T> ask, CancellationToken stop)
    {
        using RateLimitLease room = await gate.EnterAsync(client, stop);
        stop.ThrowIfCancellationRequested();
        using SharedStore.Lease lease = store.Open();
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(ask(lease.Store, stop), ApiJson.Options);
        if (text.Length <= MostBytes / 8)
        {
            answers.Set(key, text, new MemoryCacheEntryOptions { Size = text.Length + 256, AbsoluteExpirationRelativeToNow = step });
        }

        return text;
    }

    private sealed class Work
    {
        public Task<byte[]> Task { get; set; } = System.Threading.Tasks.Task.FromResult<byte[]>([]);

        public CancellationTokenSource Stop { get; } = new();

        public int Waiting { get; set; }
    }
}
