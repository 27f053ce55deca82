using NetTraffic.Influx;

namespace NetTraffic.Engine;

/// <summary>
/// What a running capture does for Grafana: passes on the store to the InfluxDB that is set, as it grows, in the background. Of several
/// captures of a store one does it; when that one ends, another takes over. Settings are taken up while it runs.
/// </summary>
internal sealed class ForwardService : IDisposable
{
    private static readonly TimeSpan LongestWait =
        TimeSpan.FromSeconds(10), AfterRefusal = TimeSpan.FromSeconds(30), LastTry = TimeSpan.FromSeconds(10);
    private readonly ITrafficStore store;
    private readonly ITrafficSettings settings;
    private readonly Action<string> warn;
    private readonly CancellationTokenSource stop = new();
    private readonly Task work;
    private InfluxTarget? target;
    private InfluxForwarder? forwarder;
    private string? lastProblem;

    /// <summary>Begins.</summary>
    /// <param name="storePath">Folder of the store.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="warn">Takes problems, each once, on a background thread.</param>
    public ForwardService(string storePath, ITrafficSettings settings, Action<string> warn)
    {
        store = TrafficEngine.OpenStore(storePath);
        this.settings = settings;
        this.warn = warn;
        work = Task.Run(FollowAsync);
    }

    /// <summary>A forwarder; null where another process has the lease.</summary>
    public static InfluxForwarder? Open(
        ITrafficStore store, ITrafficSettings settings, InfluxTarget target, SyncOptions options, Action<string> warn)
    {
        TrafficOption option = settings.GetOption();
        return InfluxForwarder.TryOpen(
            store.Segments,
            target,
            new ForwarderOptions
            {
                Sensor = option.Sensor,
                Places = GeoCatalog.OpenWhole(option, text => warn($"{text} Nothing is sent by country.")),
                AssumeEmpty = options.AssumeEmpty,
                SayTooOld = options.SayTooOld,
            },
            new InfluxWriterOptions { GiveUpAfter = options.Timeout });
    }

    /// <summary>
    /// Ends: passes on what was written last, where the server takes it within some seconds; else the next capture or
    /// Sync-NetTrafficInflux does.
    /// </summary>
    public void Dispose()
    {
        stop.Cancel();
        Wait(work);
        if (forwarder is not null)
        {
            using CancellationTokenSource limit = new(LastTry);
            Wait(Task.Run(() => TryAsync(limit.Token), CancellationToken.None));
            forwarder?.Dispose();
        }

        store.Dispose();
        stop.Dispose();
    }

    private static void Wait(Task task) => ((IAsyncResult)task).AsyncWaitHandle.WaitOne();

    private async Task FollowAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            TimeSpan wait = await TryAsync(stop.Token).ConfigureAwait(false);
            await Task.Delay(wait, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Passes on what is there; returns how long to wait until the next time.</summary>
    private async Task<TimeSpan> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            TrafficOption option = settings.GetOption();
            InfluxTarget? wanted = settings.GetInfluxTarget();
            if (wanted != target)
            {
                forwarder?.Dispose();
                forwarder = null;
                target = wanted;
            }

            if (target is not null && forwarder is null && (forwarder = Open(store, settings, target, new SyncOptions(), warn)) is not null)
            {
                forwarder.Problem += Warn;
            }

            if (forwarder is not null)
            {
                await forwarder.SendAsync(null, cancellationToken).ConfigureAwait(false);
                lastProblem = null;
            }

            return option.FlushInterval < LongestWait ? option.FlushInterval : LongestWait;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
        catch (InfluxException error)
        {
            WarnOnce($"{error.Message} Traffic is stored all the same, and sent later.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            WarnOnce($"Passing on to InfluxDB failed, and is tried again later: {error.Message}");
        }

        return AfterRefusal;
    }

    private void Warn(string text) => warn(text);

    private void WarnOnce(string text)
    {
        if (lastProblem != text)
        {
            lastProblem = text;
            warn(text);
        }
    }
}
