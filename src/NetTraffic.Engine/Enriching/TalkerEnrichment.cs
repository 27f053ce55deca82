namespace NetTraffic.Engine;

/// <summary>
/// What a running capture does for its talkers (Start-NetCapture -Enrich): asks about new ones, in the background, now and then, inside the
/// providers' limits. It looks at what is stored, so the capture does not wait for it.
/// </summary>
internal sealed class TalkerEnrichment : IDisposable
{
    private const int Talkers = 25;
    private static readonly TimeSpan Usually = TimeSpan.FromSeconds(30), LookedAt = TimeSpan.FromMinutes(2);
    private readonly ITrafficStore store;
    private readonly Func<ITrafficStore, Action<string>, EnrichmentService> open;
    private readonly TimeSpan every;
    private readonly Action<string> warn;
    private readonly CancellationTokenSource stop = new();
    private readonly Task work;
    private readonly HashSet<string> told = new(StringComparer.Ordinal);

    /// <summary>Begins.</summary>
    /// <param name="storePath">Folder of the store.</param>
    /// <param name="warn">Takes problems, each once, on a background thread.</param>
    /// <param name="open">Opens what asks, each time anew: settings and lists may have changed. Null: as the store's settings say.</param>
    /// <param name="every">How often it looks; null: every 30 seconds.</param>
    public TalkerEnrichment(
        string storePath, Action<string> warn, Func<ITrafficStore, Action<string>, EnrichmentService>? open = null, TimeSpan? every = null)
    {
        store = TrafficEngine.OpenStore(storePath);
        this.warn = warn;
        this.open = open ?? ((from, tell) => EnrichmentService.Open(from, null, (IReadOnlyList<string>?)null, tell));
        this.every = every ?? Usually;
        work = Task.Run(FollowAsync);
    }

    /// <summary>Ends; what was answered is kept.</summary>
    public void Dispose()
    {
        stop.Cancel();
        ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        store.Dispose();
        stop.Dispose();
    }

    private async Task FollowAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(every, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stop.IsCancellationRequested)
            {
                Ask();
            }
        }
    }

    private void Ask()
    {
        try
        {
            using EnrichmentService service = open(store, WarnOnce);
            IReadOnlyList<string> talkers =
                service.Talkers(new TrafficFilter { Since = DateTime.UtcNow - LookedAt }, Talkers, force: false, stop.Token);
            if (talkers.Count > 0 && service.AsksAnybody)
            {
                foreach (string missing in service.Enrich(talkers, force: false, null, stop.Token).SelectMany(known =>
                    known.Missing).Distinct())
                {
                    WarnOnce($"Enrichment: {missing}");
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The capture ends.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or InvalidDataException)
        {
            WarnOnce($"Enrichment failed, and is tried again later: {error.Message}");
        }
    }

    private void WarnOnce(string text)
    {
        const int most = 100; // texts have times in them
        if (told.Count < most && told.Add(text))
        {
            warn(text);
        }
    }
}
