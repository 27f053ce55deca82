using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NetTraffic.Flows;

/// <summary>Flow entries in chunks that never move, with a free list: growing copies nothing, and a freed entry is the next one used.</summary>
internal sealed class FlowPool
{
    private const int ChunkBits = 12;
    private const int ChunkMask = (1 << ChunkBits) - 1;
    private FlowEntry[][] chunks = [];
    private int used;
    private int free = -1;

    public ref FlowEntry this[int entry]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref chunks[entry >> ChunkBits][entry & ChunkMask];
    }

    /// <summary>Starts loading an entry into the cache; -1 is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(int entry)
    {
        if (Sse.IsSupported && entry >= 0)
        {
            fixed (FlowEntry* start = &this[entry])
            {
                const int line = 64;
                for (int at = 0; at < sizeof(FlowEntry); at += line)
                {
                    Sse.Prefetch0((byte*)start + at);
                }
            }
        }
    }

    /// <summary>A cleared entry.</summary>
    public int Rent()
    {
        if (free >= 0)
        {
            int entry = free;
            ref FlowEntry reused = ref this[entry];
            free = reused.Next;
            reused = default;
            return entry;
        }

        if (used >> ChunkBits == chunks.Length)
        {
            Array.Resize(ref chunks, chunks.Length + 1);
            chunks[^1] = new FlowEntry[1 << ChunkBits];
        }

        return used++;
    }

    public void Return(int entry)
    {
        ref FlowEntry returned = ref this[entry];
        returned.InUse = false;
        returned.Dirty = false;
        returned.Next = free;
        free = entry;
    }
}
