using NetTraffic.Testing;

namespace NetTraffic.Store.Tests;

/// <summary>
/// Counters go to the store and come back: in a capture's status, in the captures dataset, and to those who follow its segments.
/// </summary>
public sealed class CounterTests
{
    [Fact]
    public void Every_counter_comes_back_as_it_was_written()
    {
        using ScratchFolder folder = new();
        using TrafficStore store = new(folder.Path);
        using (ICaptureWriter writer = store.CreateCapture(new CaptureStatus { Sensor = "s" }, new CaptureWriterOptions()))
        {
            DateTime time = new(2026, 11, 28, 10, 0, 0, DateTimeKind.Utc);
            CaptureInterval interval = new()
            {
                CaptureId = writer.Status.CaptureId,
                Sensor = "s",
                Interface = "eth0",
                Time = time,
                EndTime = time.AddSeconds(5)
            };
            Fill(CaptureCounters.OfIntervals, interval);
            Fill(CaptureCounters.All, writer.Status);
            writer.Write(interval);
            writer.Complete(CaptureState.Completed, null);
        }

        // Rows written and lost are the writer's own to count.
        Same(CaptureCounters.All.Where(counter => counter.Property is not ("WrittenRows" or "LostRows")), store.GetCaptures().Single());
        Same(CaptureCounters.OfIntervals, store.GetCaptureIntervals(new TrafficFilter(), CancellationToken.None).Single());
        StoreSegment segment = store.Segments.ListSegments().Single(found => found.Dataset == Datasets.Captures.Name);
        Same(CaptureCounters.OfIntervals,
            store.Segments.Read(segment, TimeSpan.FromSeconds(10), CancellationToken.None)!.Captures.Single());
    }

    private static void Fill(IReadOnlyList<Counter> counters, CaptureCounters target)
    {
        for (int i = 0; i < counters.Count; i++)
        {
            counters[i].Set(target, ValueOf(counters[i]));
        }
    }

    private static void Same(IEnumerable<Counter> counters, CaptureCounters found) =>
        Assert.All(counters, counter => Assert.Equal((counter.Property, ValueOf(counter)), (counter.Property, counter.Get(found))));

    private static long ValueOf(Counter counter) => 1000 + CaptureCounters.All.ToList().IndexOf(counter);
}
