using System.Buffers;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>Finished blocks of one appender on their way to the disk, and what the index says of them.</summary>
internal sealed class PacketRingChunk(int bytes, int addresses)
{
    private readonly byte[] own = new byte[bytes];

    /// <summary>The blocks.</summary>
    public byte[] Buffer { get; private set; } = [];

    /// <summary>Bytes of blocks.</summary>
    public int Length { get; set; }

    public int Packets { get; set; }

    public long FirstNs { get; set; }

    public long LastNs { get; set; }

    /// <summary>The highest interface number in it.</summary>
    public int LastInterface { get; set; }

    /// <summary>Distinct addresses, the first <see cref="AddressCount"/>.</summary>
    public IpAddress128[] Addresses { get; } = new IpAddress128[addresses];

    /// <summary>How many there are; -1: more than fit.</summary>
    public int AddressCount { get; set; }

    /// <summary>Bytes it borrowed beyond its own.</summary>
    public int Grown => ReferenceEquals(Buffer, own) ? 0 : Buffer.Length;

    /// <summary>Makes room for one packet that is larger than the chunk.</summary>
    public void Grow(int length) => Buffer = ArrayPool<byte>.Shared.Rent(length);

    public void Reset()
    {
        if (Buffer.Length > 0 && !ReferenceEquals(Buffer, own))
        {
            ArrayPool<byte>.Shared.Return(Buffer);
        }

        Buffer = own;
        Length = 0;
    }
}

/// <summary>
/// A bounded number of chunks between the appenders and the thread that writes: free ones, the last used first as it is still in the
/// processor's cache, and full ones in the order they came. Locked once a chunk, not once a packet.
/// </summary>
internal sealed class PacketRingChunks(int chunkBytes, int addresses, int count)
{
    private const long GrownAtMost = 64 << 20;
    private readonly object gate = new();
    private readonly PacketRingChunk[] free = new PacketRingChunk[count];
    private readonly PacketRingChunk[] full = new PacketRingChunk[count];
    private int freeCount;
    private int fullFirst;
    private int fullCount;
    private int available = count;
    private long grown;
    private bool completed;

    /// <summary>Bytes of a chunk that has not grown.</summary>
    public int ChunkBytes => chunkBytes;

    /// <summary>Takes a chunk to fill; null where there is none and the caller does not wait, or where the ring has ended.</summary>
    public PacketRingChunk? Take(bool wait)
    {
        // Asked for each packet that finds no room: the answer no must be cheap.
        if (!wait && Volatile.Read(ref available) == 0)
        {
            return null;
        }

        lock (gate)
        {
            while (available == 0 && wait && !completed)
            {
                Monitor.Wait(gate);
            }

            if (available == 0 || completed)
            {
                return null;
            }

            Volatile.Write(ref available, available - 1);
            if (freeCount > 0)
            {
                return free[--freeCount];
            }
        }

        PacketRingChunk chunk = new(chunkBytes, addresses);
        chunk.Reset();
        return chunk;
    }

    /// <summary>
    /// Grows a chunk for one large packet; false where large packets hold too much memory already and the caller does not wait.
    /// </summary>
    public bool TryGrow(PacketRingChunk chunk, int length, bool wait)
    {
        lock (gate)
        {
            while (wait && !completed && grown > 0 && grown + length > GrownAtMost)
            {
                Monitor.Wait(gate);
            }

            if (completed || (!wait && grown + length > GrownAtMost))
            {
                return false;
            }

            chunk.Grow(length);
            grown += chunk.Grown;
            return true;
        }
    }

    /// <summary>Hands a full chunk to the thread that writes.</summary>
    public void Hand(PacketRingChunk chunk)
    {
        lock (gate)
        {
            full[(fullFirst + fullCount++) % full.Length] = chunk;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Gives back a chunk that has been dealt with.</summary>
    public void Return(PacketRingChunk chunk)
    {
        lock (gate)
        {
            grown -= chunk.Grown;
            chunk.Reset();
            free[freeCount++] = chunk;
            Volatile.Write(ref available, available + 1);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>The next full chunk; null where none comes in time, or at the end.</summary>
    public PacketRingChunk? TakeFull(int milliseconds, out bool ended)
    {
        lock (gate)
        {
            if (fullCount == 0 && !completed)
            {
                Monitor.Wait(gate, milliseconds);
            }

            ended = completed && fullCount == 0;
            if (fullCount == 0)
            {
                return null;
            }

            PacketRingChunk chunk = full[fullFirst];
            fullFirst = (fullFirst + 1) % full.Length;
            fullCount--;
            return chunk;
        }
    }

    /// <summary>No more chunks come; what is full is still taken.</summary>
    public void Complete()
    {
        lock (gate)
        {
            completed = true;
            Monitor.PulseAll(gate);
        }
    }
}
