using System.Runtime.ExceptionServices;

namespace NetTraffic.Influx;

/// <summary>
/// Sends lines to one server and comes back when each of them is stored there or known to be unacceptable. As long as the server is down,
/// slow, full or restarting it waits and sends again; sending a point twice stores it once. Several threads may write at once; they share
/// the connections.
/// <para>A batch that is refused as too large is halved. One that is refused for its lines is halved down to the single bad lines, which go
/// to the dead-letter file with the server's reason; all others are stored. Of a batch that reaches back beyond the retention policy the
/// cut-off
/// is searched by time with single lines (some 15 requests), and what is older goes to the dead-letter file.</para>
/// <para>Errors that waiting does not mend are thrown as <see cref="InfluxException"/>; of the lines given some may be stored then, and all
/// are to be given again.</para>
/// </summary>
public sealed partial class InfluxWriter : IDisposable
{
    private readonly InfluxConnection connection;
    private readonly InfluxWriterOptions options;
    private readonly DeadLetterFile? deadLetters;
    private readonly SemaphoreSlim slots;
    private readonly SemaphoreSlim detecting = new(1, 1);
    private readonly bool compress;
    private readonly TimeSpan timeout;
    private readonly long began;
    private volatile InfluxServer? server;

    /// <summary>Makes a writer; nothing is sent yet.</summary>
    /// <exception cref="InfluxException">The address or the token cannot be right.</exception>
    public InfluxWriter(InfluxTarget target, InfluxWriterOptions options)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchLines, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Connections, nameof(options));
        this.options = options;
        timeout = options.GiveUpAfter < options.Timeout ? options.GiveUpAfter.Value : options.Timeout;
        began = options.Time.GetTimestamp();
        connection = new InfluxConnection(target, options.Connections);
        slots = new SemaphoreSlim(options.Connections, options.Connections);
        compress = options.Compress ?? !target.Url.IsLoopback;
        deadLetters = options.DeadLetterPath is { } path ? new DeadLetterFile(path, options.DeadLetterBytes) : null;
        server = InfluxServer.Configured(target);
    }

    /// <summary>Says once that it waits for the server, and why, and once that it goes on. Called on any thread.</summary>
    public event Action<string>? Problem;

    /// <summary>The server's generation, once known.</summary>
    public InfluxGeneration Generation => server?.Generation ?? InfluxGeneration.Auto;

    /// <summary>Sends whole lines, however many.</summary>
    /// <param name="lines">The lines; not to be changed before the task is done.</param>
    /// <param name="cancellationToken">Gives up, also while it waits for the server.</param>
    /// <exception cref="InfluxException">Nothing will be stored until somebody sets something right.</exception>
    /// <exception cref="IOException">The dead-letter file cannot be written.</exception>
    public async Task<InfluxWriteResult> WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        WriteTotals totals = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? first = null;
        List<Task> running = [];
        try
        {
            while (!lines.IsEmpty)
            {
                await slots.WaitAsync(stop.Token).ConfigureAwait(false);
                int length = LineBatches.Take(lines.Span, options.BatchLines, options.BatchBytes, out int count);
                ReadOnlyMemory<byte> batch = lines[..length];
                lines = lines[length..];
                running.Add(Task.Run(() => RunAsync(batch, count), CancellationToken.None));
            }
        }
        catch (OperationCanceledException)
        {
            // The caller gave up, or a batch failed: told below, when no batch uses the caller's memory any more.
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        first?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
        return totals.ToResult();

        async Task RunAsync(ReadOnlyMemory<byte> batch, int count)
        {
            try
            {
                List<RejectedLine> rejected = [];
                await SendAsync(batch, count, totals, rejected, stop.Token).ConfigureAwait(false);
                if (rejected.Count > 0)
                {
                    deadLetters?.Append(rejected);
                    totals.AddRejected(rejected);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                // The first failure stops the other batches, and is the one told.
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(e), null);
                await stop.CancelAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Stopped by the caller or by another batch's failure.
            }
            finally
            {
                slots.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        connection.Dispose();
        slots.Dispose();
        detecting.Dispose();
    }

    /// <summary>Who answers; asked once, for as long as it takes.</summary>
    private async Task<InfluxServer> FindServerAsync(WriteTotals totals, CancellationToken cancellationToken)
    {
        if (server is { } known)
        {
            return known;
        }

        await detecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using RetryWaits waits = new(this);
            while (server is null)
            {
                ServerReply ping = await connection.SendAsync(
                    HttpMethod.Get, "ping", null, preferToken: true, timeout, cancellationToken).ConfigureAwait(false);
                totals.AddRequest(0);
                if (ping.IsTransient)
                {
                    totals.AddRetry();
                    await waits.WaitAsync(ping, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                server = InfluxServer.Read(ping, connection);
                waits.Answered();
            }

            return server;
        }
        finally
        {
            detecting.Release();
        }
    }
}
