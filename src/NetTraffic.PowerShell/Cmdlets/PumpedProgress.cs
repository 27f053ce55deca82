using System.Collections.Concurrent;

namespace NetTraffic.PowerShell;

/// <summary>
/// Brings progress and warnings of work on other threads to the pipeline's thread, which alone may write them. Of progress only the
/// newest counts.
/// </summary>
internal sealed class PumpedProgress<T> : IProgress<T>, IDisposable
    where T : struct
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentQueue<string> warnings = new();
    private readonly Lock gate = new();
    private readonly ManualResetEventSlim news = new();
    private T? newest;

    public void Report(T value)
    {
        lock (gate)
        {
            newest = value;
        }
    }

    public void Warn(string text)
    {
        warnings.Enqueue(text);
        news.Set();
    }

    /// <summary>Shows what comes until the work has ended.</summary>
    public void Pump(Task work, Action<T> show, Action<string> warn)
    {
        while (true)
        {
            bool ended = work.IsCompleted;
            T? now;
            lock (gate)
            {
                (now, newest) = (newest, null);
            }

            if (now is { } value)
            {
                show(value);
            }

            while (warnings.TryDequeue(out string? text))
            {
                warn(text);
            }

            if (ended)
            {
                return;
            }

            news.Reset();
            WaitHandle.WaitAny([((IAsyncResult)work).AsyncWaitHandle, news.WaitHandle], Every);
        }
    }

    public void Dispose() => news.Dispose();
}
