using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NetTraffic.Flows;

/// <summary>
/// Hash index from flow keys to entry numbers: open addressing with linear probing and deletion by shifting back, so that no
/// tombstones gather. Each slot holds the upper hash bits and the entry number plus one; zero is free.
/// </summary>
internal sealed class FlowIndex
{
    private ulong[] slots = new ulong[1 << 12];
    private int mask = (1 << 12) - 1;

    public int Count { get; private set; }

    /// <summary>Starts loading the slot into the cache; worth it a few packets ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(uint hash)
    {
        if (Sse.IsSupported)
        {
            fixed (ulong* slot = &slots[hash & mask])
            {
                Sse.Prefetch0(slot);
            }
        }
    }

    /// <summary>The first slot to look at for a hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Start(uint hash) => (int)hash & mask;

    /// <summary>The entry number of the next slot with that hash, -1 where there is none; <paramref name="at"/> moves past it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextCandidate(uint hash, ref int at)
    {
        ulong[] table = slots;
        while (true)
        {
            ulong slot = table[at & mask];
            if (slot == 0)
            {
                return -1;
            }

            at = (at + 1) & mask;
            if ((uint)(slot >> 32) == hash)
            {
                return (int)(uint)slot - 1;
            }
        }
    }

    public void Add(uint hash, int entry)
    {
        if (Count * 2 >= slots.Length)
        {
            Grow();
        }

        Insert(hash, entry);
        Count++;
    }

    public void Remove(uint hash, int entry)
    {
        int at = (int)hash & mask;
        while ((int)(uint)slots[at] != entry + 1)
        {
            at = (at + 1) & mask;
        }

        // Later entries of the same run move up, or a search would stop at the hole.
        int hole = at;
        while (true)
        {
            at = (at + 1) & mask;
            ulong slot = slots[at];
            if (slot == 0)
            {
                break;
            }

            int home = (int)(slot >> 32) & mask;
            if (((at - home) & mask) >= ((at - hole) & mask))
            {
                slots[hole] = slot;
                hole = at;
            }
        }

        slots[hole] = 0;
        Count--;
    }

    private void Insert(uint hash, int entry)
    {
        int at = (int)hash & mask;
        while (slots[at] != 0)
        {
            at = (at + 1) & mask;
        }

        slots[at] = ((ulong)hash << 32) | (uint)(entry + 1);
    }

    private void Grow()
    {
        ulong[] old = slots;
        slots = new ulong[old.Length * 2];
        mask = slots.Length - 1;
        foreach (ulong slot in old)
        {
            if (slot != 0)
            {
                Insert((uint)(slot >> 32), (int)(uint)slot - 1);
            }
        }
    }
}
