namespace NetTraffic.Influx;

public sealed partial class InfluxWriter
{
    private readonly Lock waitGate = new();
    private int waiting;
    private bool troubled;
    private long troubledSince;
    private long notBefore;

    /// <summary>Milliseconds since the writer was made.</summary>
    private long Now => (long)options.Time.GetElapsedTime(began).TotalMilliseconds;

    private void BeginWaiting(string reason)
    {
        bool first;
        lock (waitGate)
        {
            waiting++;
            first = !troubled;
            if (first)
            {
                troubled = true;
                troubledSince = Now;
            }
        }

        if (first)
        {
            Problem?.Invoke(
                $"{connection.Target} does not take what is sent ({reason}). Nothing is lost; sending is tried again until it does.");
        }
    }

    private void EndWaiting()
    {
        lock (waitGate)
        {
            waiting--;
        }
    }

    /// <summary>The server took or refused something: trouble is over when no batch waits any more.</summary>
    private void ReportRecovery()
    {
        double seconds;
        lock (waitGate)
        {
            if (!troubled || waiting > 0)
            {
                return;
            }

            troubled = false;
            seconds = (Now - troubledSince) / 1000.0;
        }

        Problem?.Invoke($"{connection.Target} answers again, after {seconds:0.#} s.");
    }

    /// <summary>
    /// The waits of one batch: each a random part of a time that doubles up to a limit (full jitter), or what the server asks for.
    /// </summary>
    private sealed class RetryWaits(InfluxWriter writer) : IDisposable
    {
        private int failures;
        private long since;

        public async Task WaitAsync(ServerReply reply, CancellationToken cancellationToken)
        {
            if (failures++ == 0)
            {
                since = writer.Now;
                writer.BeginWaiting(reply.Describe());
            }

            InfluxWriterOptions options = writer.options;
            double most = Math.Min(
                options.RetryCap.TotalMilliseconds, options.RetryBase.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)));
            double wait = Random.Shared.NextDouble() * most;
            if (reply.RetryAfter is { } asked)
            {
                // The other batches wait for it as well.
                double atLeast = Math.Min(asked.TotalMilliseconds, options.RetryAfterCap.TotalMilliseconds);
                InterlockedMax(ref writer.notBefore, writer.Now + (long)Math.Ceiling(atLeast));
                wait = atLeast + (Random.Shared.NextDouble() * options.RetryBase.TotalMilliseconds);
            }

            wait = Math.Max(wait, Interlocked.Read(ref writer.notBefore) - writer.Now);
            if (options.GiveUpAfter is { } patience)
            {
                double left = patience.TotalMilliseconds - (writer.Now - since);
                if (left <= 0)
                {
                    throw new InfluxException(
                        $"{writer.connection.Target} took nothing for {patience.TotalSeconds:0.#} s ({reply.Describe()}). " +
                        "Nothing is lost: the next Sync-NetTrafficInflux, or a running capture, goes on from here.",
                        InfluxProblem.Unreachable);
                }

                wait = Math.Min(wait, left);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(wait), options.Time, cancellationToken).ConfigureAwait(false);
        }

        public void Answered()
        {
            Dispose();
            writer.ReportRecovery();
        }

        public void Dispose()
        {
            if (failures > 0)
            {
                failures = 0;
                writer.EndWaiting();
            }
        }

        private static void InterlockedMax(ref long place, long value)
        {
            long seen = Interlocked.Read(ref place);
            while (seen < value)
            {
                long before = Interlocked.CompareExchange(ref place, value, seen);
                if (before == seen)
                {
                    return;
                }

                seen = before;
            }
        }
    }

    /// <summary>What one call has sent so far.</summary>
    private sealed class WriteTotals
    {
        private long accepted;
        private long rejected;
        private long requests;
        private long retries;
        private long bytes;
        private volatile string? lastReason;

        public void AddAccepted(int lines) => Interlocked.Add(ref accepted, lines);

        public void AddRejected(List<RejectedLine> lines)
        {
            Interlocked.Add(ref rejected, lines.Count);
            lastReason = lines[^1].Reason;
        }

        public void AddRequest(int size)
        {
            Interlocked.Increment(ref requests);
            Interlocked.Add(ref bytes, size);
        }

        public void AddRetry() => Interlocked.Increment(ref retries);

        public InfluxWriteResult ToResult() => new()
        {
            Accepted = Interlocked.Read(ref accepted),
            Rejected = Interlocked.Read(ref rejected),
            Requests = Interlocked.Read(ref requests),
            Retries = Interlocked.Read(ref retries),
            Bytes = Interlocked.Read(ref bytes),
            LastReason = lastReason,
        };
    }
}
