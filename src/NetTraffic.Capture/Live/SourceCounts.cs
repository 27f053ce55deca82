using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>Counts that a reader's thread writes and others read.</summary>
internal sealed class SourceCounts
{
    // By an interface's number, which are handed out one after another; where there are none, Interface is null. The framework's
    // collections of a struct of ours would be compiled at run time in every process that reads a capture: 50 methods.
    private InterfaceStatistics[] statistics = [];
    private readonly Lock changing = new();
    private long packets;
    private long bytes;

    public long Packets => Volatile.Read(ref packets);

    public long Bytes => Volatile.Read(ref bytes);

    public long KernelDrops => Sum(found => found.KernelDrops);

    public long InterfaceDrops => Sum(found => found.InterfaceDrops);

    /// <summary>The latest of each interface that has any.</summary>
    public IReadOnlyList<InterfaceStatistics> Statistics
    {
        get
        {
            lock (changing)
            {
                InterfaceStatistics[] some = new InterfaceStatistics[statistics.Length];
                int count = 0;
                foreach (InterfaceStatistics found in statistics)
                {
                    if (found.Interface is not null)
                    {
                        some[count++] = found;
                    }
                }

                return some[..count];
            }
        }
    }

    public void Publish(long packetCount, long byteCount)
    {
        Volatile.Write(ref packets, packetCount);
        Volatile.Write(ref bytes, byteCount);
    }

    /// <summary>Takes what an interface counted since its capture began: the larger of what was known and what is new.</summary>
    public void Add(int index, in InterfaceStatistics found)
    {
        lock (changing)
        {
            if (index >= statistics.Length)
            {
                Array.Resize(ref statistics, Math.Max(index + 1, statistics.Length * 2));
            }

            InterfaceStatistics known = statistics[index];
            statistics[index] = known.Interface is null
                ? found
                : found with
                {
                    Received = Math.Max(found.Received, known.Received),
                    KernelDrops = Math.Max(found.KernelDrops, known.KernelDrops),
                    InterfaceDrops = Math.Max(found.InterfaceDrops, known.InterfaceDrops),
                };
        }
    }

    // A file may claim any numbers for any number of interfaces.
    private long Sum(Func<InterfaceStatistics, long> part)
    {
        lock (changing)
        {
            Int128 sum = 0;
            foreach (InterfaceStatistics found in statistics)
            {
                sum += part(found);
            }

            return (long)Int128.Min(sum, long.MaxValue);
        }
    }
}
