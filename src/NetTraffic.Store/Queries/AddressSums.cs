using System.Runtime.ExceptionServices;

namespace NetTraffic.Store;

/// <summary>
/// The largest addresses, summed in one pass over segments of our own making without DuckDB, which alone takes longer to load than
/// small stores take to read. It gives what <see cref="SummaryQuery.Groups"/> gives, or nothing where a segment is not ours.
/// </summary>
internal sealed class AddressSums
{
    private const long MemoryBytes = 1L << 30;
    private const int MostInserted = 256, MostByHeads = 100;
    private static readonly long EarliestUs = UnixTime.ToMicroseconds(DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc));
    private static readonly long LatestUs = UnixTime.ToMicroseconds(DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc));
    private readonly SummaryKey by;
    private readonly long sinceUs;
    private readonly long untilUs;
    private readonly CancellationToken cancellationToken;
    private readonly List<Segment> segments;
    private int next = -1;
    private volatile bool failed;
    private ExceptionDispatchInfo? problem;

    private AddressSums(string store, SummaryKey by, TrafficFilter filter, CancellationToken cancellationToken)
    {
        this.by = by;
        this.cancellationToken = cancellationToken;
        sinceUs = filter.Since is { } from ? UnixTime.ToMicroseconds(from) : long.MinValue;
        untilUs = filter.Until is { } to ? UnixTime.ToMicroseconds(to) : long.MaxValue;
        segments = SegmentCatalog.List(store, Datasets.Flows.Name, sinceUs, untilUs);
    }

    /// <summary>The largest groups; null where this is a question for <see cref="SummaryQuery"/>.</summary>
    public static List<TrafficSummaryItem>? Find(string store, SummaryKey by, int top, TrafficFilter filter, CancellationToken cancellationToken)
    {
        bool timeOnly = filter.HasOnly(TrafficFilters.Since, TrafficFilters.Until);
        return timeOnly && by is SummaryKey.Address or SummaryKey.SourceAddress or SummaryKey.DestinationAddress
            ? new AddressSums(store, by, filter, cancellationToken).Run(top) : null;
    }

    private List<TrafficSummaryItem>? Run(int top)
    {
        if (segments.Count == 0 || sinceUs >= untilUs)
        {
            return [];
        }

        int count = Math.Clamp(Environment.ProcessorCount, 1, segments.Count);
        long firstUs = Math.Max(sinceUs, segments[0].FirstUs);
        long memory = Math.Min(MemoryBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);
        int capacity = (int)(memory / count / AddressTable.EntryBytes);
        AddressSumWorker[] Workers()
        {
            AddressSumWorker[] made = new AddressSumWorker[count];
            for (int i = 0; i < count; i++)
            {
                made[i] = new AddressSumWorker(by, sinceUs, untilUs, firstUs, capacity);
            }

            return made;
        }

        AddressSumWorker[] workers = Workers();
        if (top <= MostByHeads && Candidates(Workers(), top) is { } candidates && workers.All(worker => worker.Table.Know(candidates)))
        {
            foreach (AddressSumWorker worker in workers)
            {
                worker.Table.Close();
            }
        }
        else
        {
            workers = Workers();
        }

        return All(workers, (worker, path) => worker.AddSegment(path)) && workers[1..].All(worker => workers[0].Add(worker))
            ? Largest(workers[0], workers[0].Whole, top) : null;
    }

    /// <summary>
    /// The addresses among which the largest are: those that are large in some segment, where all others together with what they may
    /// have elsewhere stay below. Null where that cannot be said from the segments' sums alone.
    /// </summary>
    private AddressTable? Candidates(AddressSumWorker[] workers, int top)
    {
        if (!All(workers, (worker, path) => worker.AddHeads(path)))
        {
            return null;
        }

        long rest = 0;
        foreach (AddressSumWorker worker in workers)
        {
            rest += worker.Rest;
            if (rest < 0 || (worker != workers[0] && workers[0].Table.Add(worker.Table) is null))
            {
                return null;
            }
        }

        AddressTable heads = workers[0].Table;
        return rest == 0 || (heads.Count > top && Least(heads.Sums, top) > rest) ? heads : null;
    }

    /// <summary>Has workers share the segments; false where one could not add a segment.</summary>
    private bool All(AddressSumWorker[] workers, Func<AddressSumWorker, string, bool> add)
    {
        next = -1;
        failed = false;
        Thread[] threads = new Thread[workers.Length - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            AddressSumWorker worker = workers[i + 1];
            threads[i] = new Thread(() => Work(worker, add)) { IsBackground = true, Name = "address sums" };
            threads[i].Start();
        }

        Work(workers[0], add);
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        problem?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
        return !failed;
    }

    private void Work(AddressSumWorker worker, Func<AddressSumWorker, string, bool> add)
    {
        try
        {
            while (!failed && !cancellationToken.IsCancellationRequested && Interlocked.Increment(ref next) is var number && number < segments.Count)
            {
                if (!add(worker, segments[number].Path))
                {
                    failed = true;
                }
            }
        }
        catch (Exception error)
        {
            // Thrown again by the thread that asked.
            problem = ExceptionDispatchInfo.Capture(error);
            failed = true;
        }
    }

    private List<TrafficSummaryItem>? Largest(AddressSumWorker sums, long whole, int top)
    {
        List<Found> found = [];
        Span<AddressSum> all = sums.Table.Sums;
        long least = Least(all, top, sums.Table.Others);
        for (int i = 0; i < all.Length; i++)
        {
            if (i != sums.Table.Others && all[i].IsUsed && all[i].Bytes >= least)
            {
                found.Add(new Found(i == 0 ? SummaryQuery.NoName : sums.Table.Name(i), i, all[i].Bytes));
            }
        }

        found.Sort((left, right) => left.Bytes != right.Bytes ? right.Bytes.CompareTo(left.Bytes) : string.CompareOrdinal(left.Name, right.Name));
        if (found.Count > top)
        {
            found.RemoveRange(top, found.Count - top);
        }

        Dictionary<int, long>? older = sums.HasOlder ? sums.OlderFlows(found.Select(item => item.Number)) : null;
        List<TrafficSummaryItem> items = new(found.Count);
        foreach (Found item in found)
        {
            ref AddressSum sum = ref all[item.Number];
            if (sum.FirstUs < EarliestUs || sum.LastUs > LatestUs || sum.LastUs < sum.FirstUs)
            {
                return null;
            }

            items.Add(new TrafficSummaryItem
            {
                By = by,
                Name = item.Name,
                Packets = sum.Packets,
                Bytes = item.Bytes,
                Flows = sum.Flows + (older?.GetValueOrDefault(item.Number) ?? 0),
                Percent = whole == 0 ? 0 : Math.Round(100.0 * item.Bytes / whole, 4),
                SentBytes = sum.Sent,
                ReceivedBytes = sum.Received,
                StartTime = UnixTime.FromMicroseconds(sum.FirstUs),
                EndTime = UnixTime.FromMicroseconds(sum.LastUs),
            });
        }

        return items;
    }

    /// <summary>Bytes of the smallest group that can be among the largest.</summary>
    private static long Least(ReadOnlySpan<AddressSum> all, int top, int others = -1)
    {
        if (top >= all.Length)
        {
            return 0;
        }

        if (top > MostInserted)
        {
            long[] sorted = new long[all.Length];
            for (int i = 0; i < all.Length; i++)
            {
                sorted[i] = i == others ? 0 : all[i].Bytes;
            }

            Array.Sort(sorted);
            return sorted[^top];
        }

        // The largest so far, ascending.
        long[] largest = new long[top];
        for (int i = 0; i < all.Length; i++)
        {
            long bytes = i == others ? 0 : all[i].Bytes;
            if (bytes > largest[0])
            {
                int at = 1;
                for (; at < top && largest[at] < bytes; at++)
                {
                    largest[at - 1] = largest[at];
                }

                largest[at - 1] = bytes;
            }
        }

        return largest[0];
    }

    /// <summary>A group on its way. A class, since lists of those are compiled ahead.</summary>
    private sealed record Found(string Name, int Number, long Bytes);
}
