using System.Collections.Concurrent;

namespace NetTraffic.Engine;

/// <summary>Rows that another thread reads while the caller deals with those before: reading a row takes as long as writing one.</summary>
internal static class ReadAhead
{
    private const int BatchRows = 1024;
    private const int MostBatches = 4;

    /// <summary>The same rows in the same order; what reading them throws comes out here.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IEnumerable<TRow> Of<TRow>(IEnumerable<TRow> rows, CancellationToken cancellationToken)
    {
        using BlockingCollection<TRow[]> ready = new(MostBatches);
        using CancellationTokenSource left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task reader = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (TRow[] batch in ready.GetConsumingEnumerable(cancellationToken))
            {
                foreach (TRow row in batch)
                {
                    yield return row;
                }
            }

            reader.GetAwaiter().GetResult();
        }
        finally
        {
            // Where the caller leaves early, nobody asks for the reader's error any more; but its files are closed before he goes on.
            left.Cancel();
            ((IAsyncResult)reader).AsyncWaitHandle.WaitOne();
        }

        void Read()
        {
            try
            {
                foreach (TRow[] batch in rows.Chunk(BatchRows))
                {
                    ready.Add(batch, left.Token);
                }
            }
            finally
            {
                ready.CompleteAdding();
            }
        }
    }
}
