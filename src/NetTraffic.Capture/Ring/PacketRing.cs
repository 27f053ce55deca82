using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// Keeps the newest raw packets of a capture in rotating pcapng files, each of which stands by itself, with an index beside it.
/// Appenders fill chunks; one thread writes them. The files never take more than the bound: the oldest goes before a chunk is written
/// that would
/// pass it. Nothing is flushed to the disk on the way: what is written survives the death of this process, not of the system.
/// Constructing is inert: the first appender starts the thread, the first packet makes the folder.
/// </summary>
public sealed class PacketRing : IDisposable
{
    /// <summary>The smallest bound.</summary>
    public const long SmallestBytes = 1 << 20;

    /// <summary>Bytes of a file of a large ring.</summary>
    internal const long LargestFile = 64 << 20;

    private const long SmallestFile = 256 << 10, PoolBytes = 64 << 20;
    private const int LargestChunk = 1 << 20, FilesPerRing = 16, ChunksPerFile = 4, ChunksWhereWaiting = 16;
    private readonly PacketRingOptions options;
    private readonly PacketRingChunks chunks;
    private readonly PacketRingWriter writer;
    private readonly InterfaceList interfaces = new();
    private readonly Dictionary<PacketInterface, int> numbers = [];
    private readonly Dictionary<int, InterfaceStatistics> statistics = [];
    private readonly Lock changing = new();
    private PacketRingAppender[] appenders = [];
    private Thread? thread;
    private bool completed;

    /// <summary>Makes a ring; a folder that holds one already is taken on, its oldest files go first.</summary>
    /// <param name="folder">Where its files go; made when the first packet comes.</param>
    /// <param name="options">Bound, snap length, and what happens while the disk is too slow.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The bound is below <see cref="SmallestBytes"/>, or the snap length below 1.
    /// </exception>
    public PacketRing(string folder, PacketRingOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytes, SmallestBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SnapLength, 1, nameof(options));
        this.options = options;
        long fileBytes = Math.Clamp(options.MaxBytes / FilesPerRing, SmallestFile, LargestFile);
        int chunkBytes = (int)Math.Min(LargestChunk, fileBytes / ChunksPerFile);
        int count = options.Wait ? ChunksWhereWaiting : (int)(PoolBytes / chunkBytes);
        chunks = new PacketRingChunks(chunkBytes, Math.Min(PacketRingAddresses.Limit, PacketRingIndex.AddressesFor(chunkBytes)), count);
        writer = new PacketRingWriter(this, folder, options, chunks, fileBytes, chunkBytes);
    }

    /// <summary>What the ring did so far; from any thread.</summary>
    public PacketRingCounters Counters
    {
        get
        {
            long lost = writer.LostPackets;
            foreach (PacketRingAppender appender in Volatile.Read(ref appenders))
            {
                lost += appender.Lost;
            }

            return new PacketRingCounters { Packets = writer.Packets, LostPackets = lost, DiskBytes = writer.DiskBytes };
        }
    }

    /// <summary>
    /// What keeps packets from the disk at the moment, or what happened to its files just now; null: nothing. From any thread.
    /// </summary>
    public string? Problem => writer.Problem;

    /// <summary>What last was a problem, though it may be over; null: there was none. From any thread.</summary>
    public string? LastProblem => writer.LastProblem;

    /// <summary>Interfaces in the order in which the files number them.</summary>
    internal IReadOnlyList<PacketInterface> Interfaces => interfaces;

    /// <summary>An appender for one capturing thread on one interface: its packets have the interface number 0.</summary>
    public PacketRingAppender AddAppender(PacketInterface captured) => AddAppender([captured]);

    /// <summary>
    /// An appender for a source's interfaces, to which the source may add while it is read: packets name theirs by its place in the list.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The ring has been completed.</exception>
    public PacketRingAppender AddAppender(IReadOnlyList<PacketInterface> captured)
    {
        PacketRingAppender appender = new(this, chunks, captured, options);
        lock (changing)
        {
            ObjectDisposedException.ThrowIf(completed, this);
            Volatile.Write(ref appenders, [.. appenders, appender]);
            if (thread is null)
            {
                thread = new Thread(writer.Run) { IsBackground = true, Name = "NetTraffic ring" };
                thread.Start();
            }
        }

        return appender;
    }

    /// <summary>Writes what the appenders hold and the statistics, and ends the thread. No appender may be in use any more.</summary>
    public void Complete()
    {
        lock (changing)
        {
            if (completed)
            {
                return;
            }

            completed = true;
        }

        foreach (PacketRingAppender appender in appenders)
        {
            appender.HandOver();
        }

        chunks.Complete();
        thread?.Join();
    }

    /// <summary>Completes the ring.</summary>
    public void Dispose() => Complete();

    /// <summary>The number that files give an interface; one of the same name and link type has the same.</summary>
    internal int NumberOf(PacketInterface captured)
    {
        if (captured.LinkType is < 0 or > ushort.MaxValue)
        {
            return -1;
        }

        lock (changing)
        {
            if (!numbers.TryGetValue(captured, out int number))
            {
                number = interfaces.Count;
                numbers.Add(captured, number);
                interfaces.Add(captured);
            }

            return number;
        }
    }

    internal void SetStatistics(int number, in InterfaceStatistics counted)
    {
        lock (changing)
        {
            statistics[number] = counted;
        }
    }

    /// <summary>What is known of the interfaces that have been counted.</summary>
    internal KeyValuePair<int, InterfaceStatistics>[] Statistics()
    {
        lock (changing)
        {
            return [.. statistics];
        }
    }
}
