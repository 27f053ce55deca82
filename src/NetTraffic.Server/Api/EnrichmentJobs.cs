using System.Collections.Concurrent;
using NetTraffic.Engine;
using NetTraffic.Server.Errors;

namespace NetTraffic.Server.Api;

/// <summary>
/// Questions to providers, which take long: two at a time, twenty wait at most, and the last hundred are remembered.
/// </summary>
internal sealed class EnrichmentJobs(ServerOptions options) : IDisposable
{
    private const int AtOnce = 2, Waiting = 20, Remembered = 100;
    private readonly ConcurrentDictionary<string, EnrichmentJob> jobs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim room = new(AtOnce);
    private readonly CancellationTokenSource stop = new();

    /// <summary>Begins a job.</summary>
    /// <exception cref="TrafficException">It cannot be, or too many wait.</exception>
    public EnrichmentJob Start(EnrichmentTrigger trigger)
    {
        string[] addresses = trigger.Check();
        if (jobs.Values.Count(job => job.State is EnrichmentJobState.Waiting or EnrichmentJobState.Running) >= Waiting + AtOnce)
        {
            throw new TrafficException(TrafficErrors.TooManyRequests, "Too many enrichments wait already.",
                "Look at one that is there, or try again when it is done.");
        }

        EnrichmentJob job = new();
        jobs[job.Id] = job;
        foreach (EnrichmentJob old in jobs.Values.Where(one => one.EndTime is not null).OrderBy(one => one.StartTime)
            .Take(Math.Max(0, jobs.Count - Remembered)))
        {
            jobs.TryRemove(old.Id, out _);
        }

        _ = Task.Run(() => RunAsync(job, trigger, addresses));
        return job;
    }

    /// <summary>A job.</summary>
    /// <exception cref="TrafficException">There is none of that name, any more.</exception>
    public EnrichmentJob Find(string id) => jobs.TryGetValue(id, out EnrichmentJob? job) ? job
        : throw new TrafficException(TrafficErrors.JobNotFound, $"There is no enrichment '{id}'; the last {Remembered} are remembered.");

    /// <inheritdoc/>
    public void Dispose()
    {
        stop.Cancel();
        stop.Dispose();
        room.Dispose();
    }

    private async Task RunAsync(EnrichmentJob job, EnrichmentTrigger trigger, string[] addresses)
    {
        try
        {
            await room.WaitAsync(stop.Token);
            try
            {
                job.State = EnrichmentJobState.Running;
                job.Items = Ask(job, trigger, addresses);
                job.State = EnrichmentJobState.Completed;
            }
            finally
            {
                room.Release();
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            job.Fail(new TrafficException(TrafficErrors.StoreFailed, "The server ended.", "Start it again."));
        }
        catch (Exception error)
        {
            // Whatever it was, who looks at the job is told.
            job.Fail(error);
        }
        finally
        {
            job.EndTime = DateTime.UtcNow;
        }
    }

    private IReadOnlyList<IpEnrichment> Ask(EnrichmentJob job, EnrichmentTrigger trigger, string[] addresses)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(options.StorePath);
        using EnrichmentService service = EnrichmentService.Open(store, null, trigger.Provider, job.Warn);
        DateTime now = DateTime.UtcNow;

        // More than there is of time is no limit.
        TrafficFilter filter = new() { Since = trigger.Last is { } last && last < now - DateTime.MinValue ? now - last : null };
        IReadOnlyCollection<string> asked = addresses.Length > 0 ? addresses
            : service.Talkers(filter, trigger.Top, trigger.Force, stop.Token);
        return service.Enrich(asked, trigger.Force, job, stop.Token);
    }
}

/// <summary>State of a job.</summary>
internal enum EnrichmentJobState
{
    /// <summary>Others come first.</summary>
    Waiting,

    /// <summary>Providers are asked.</summary>
    Running,

    /// <summary>All is there that could be had.</summary>
    Completed,

    /// <summary>It ended by an error; see the problem.</summary>
    Failed,
}

/// <summary>Addresses that providers are asked about.</summary>
internal sealed class EnrichmentJob : IProgress<(int Done, int All)>
{
    private readonly ConcurrentQueue<string> warnings = new();

    /// <summary>Identifies the job.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>State now.</summary>
    public EnrichmentJobState State { get; set; }

    /// <summary>When it was asked for.</summary>
    public DateTime StartTime { get; } = DateTime.UtcNow;

    /// <summary>When it ended; null: it has not.</summary>
    public DateTime? EndTime { get; set; }

    /// <summary>Questions answered.</summary>
    public int Done { get; private set; }

    /// <summary>Questions in all, as far as they are known.</summary>
    public int All { get; private set; }

    /// <summary>What was found; null before the end.</summary>
    public IReadOnlyList<IpEnrichment>? Items { get; set; }

    /// <summary>What was left out.</summary>
    public IEnumerable<string> Warnings => warnings;

    /// <summary>Why it ended; null: nothing went wrong.</summary>
    public Microsoft.AspNetCore.Mvc.ProblemDetails? Problem { get; private set; }

    /// <inheritdoc/>
    public void Report((int Done, int All) value) => (Done, All) = value;

    /// <summary>Notes what was left out.</summary>
    public void Warn(string text) => warnings.Enqueue(Display.Text(text));

    /// <summary>Ends it by an error.</summary>
    public void Fail(Exception error)
    {
        Problem = Problems.Of(error);
        State = EnrichmentJobState.Failed;
    }
}
