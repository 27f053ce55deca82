using NetTraffic.Server.Questions;
using Prometheus;

namespace NetTraffic.Server.Api;

/// <summary>Every counter of the running captures for Prometheus (exposition format 0.0.4), by the table of counters.</summary>
internal static class MetricsApi
{
    private static readonly string[] Labels = ["capture", "name", "sensor"];

    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", WriteAsync).WithName("GetMetrics").WithTags("Status")
            .WithSummary("Counters of the running captures, and the store's size, for Prometheus.")
            .Produces<string>(contentType: "text/plain").AnswersProblems();

    private static async Task WriteAsync(HttpContext context, SharedStore shared)
    {
        _ = new QueryReader(context.Request, []);

        // Made for each look: a capture that has ended is no longer in it.
        CollectorRegistry registry = Metrics.NewCustomRegistry();
        using (SharedStore.Lease lease = shared.Open())
        {
            await Task.Run(() => Fill(Metrics.WithCustomRegistry(registry), lease.Store), context.RequestAborted);
        }

        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await registry.CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted);
    }

    private static void Fill(MetricFactory metrics, ITrafficStore store)
    {
        IReadOnlyList<StoreSegment> segments = store.Segments.ListSegments();
        metrics.CreateGauge("nettraffic_store_segments", "Files of traffic in the store.").Set(segments.Count);
        metrics.CreateGauge("nettraffic_store_bytes", "Their bytes.").Set(segments.Sum(segment => segment.Bytes));
        metrics.CreateGauge("nettraffic_store_damaged_files", "Damaged files that answers lack.").Set(store.DamagedFiles.Count);
        metrics.CreateGauge("nettraffic_server_start_time_seconds", "When the server began, in seconds since 1970.")
            .Set(new DateTimeOffset(ServerHost.Started).ToUnixTimeMilliseconds() / 1000.0);
        CaptureStatus[] running = store.RunningNow();
        foreach (Counter counter in CaptureCounters.All)
        {
            string name = $"nettraffic_capture_{counter.Name}";
            if (counter.Merge == CounterMerge.Sum)
            {
                Prometheus.Counter total = metrics.CreateCounter($"{name}_total", counter.Description, Labels);
                Array.ForEach(running, capture => total.WithLabels(LabelsOf(capture)).IncTo(counter.Get(capture)));
            }
            else
            {
                Gauge gauge = metrics.CreateGauge(name, counter.Description, Labels);
                Array.ForEach(running, capture => gauge.WithLabels(LabelsOf(capture)).Set(counter.Get(capture)));
            }
        }
    }

    private static string[] LabelsOf(CaptureStatus capture) => [capture.CaptureId, capture.Name, capture.Sensor];
}
