using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Microsoft.Win32.SafeHandles;

namespace NetTraffic.Flows;

/// <summary>
/// Flow entries in chunks that never move, with a free list: growing copies nothing, and a freed entry is the next one used. The
/// chunks lie outside the managed heap, in large pages where the system has them: a table of a million flows is 200 MB that every
/// packet reaches into at another place.
/// </summary>
internal sealed unsafe partial class FlowPool
{
    private const int ChunkBits = 15;
    private const int ChunkMask = (1 << ChunkBits) - 1;
    private readonly List<Chunk> owned = [];
    private FlowEntry*[] chunks = [];
    private int used;
    private int free = -1;

    public ref FlowEntry this[int entry]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref chunks[entry >> ChunkBits][entry & ChunkMask];
    }

    /// <summary>Starts loading an entry into the cache; -1 is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int entry)
    {
        if (Sse.IsSupported && entry >= 0)
        {
            byte* start = (byte*)Unsafe.AsPointer(ref this[entry]);
            const int line = 64;
            for (int at = 0; at < sizeof(FlowEntry); at += line)
            {
                Sse.Prefetch0(start + at);
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
            Chunk chunk = new((((nuint)sizeof(FlowEntry) << ChunkBits) + Chunk.LargePage - 1) & ~(Chunk.LargePage - 1));
            owned.Add(chunk);
            FlowEntry*[] larger = new FlowEntry*[chunks.Length + 1];
            for (int i = 0; i < chunks.Length; i++)
            {
                larger[i] = chunks[i];
            }

            larger[^1] = (FlowEntry*)chunk.Start;
            chunks = larger;
        }

        // The memory is whatever it was.
        this[used] = default;
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

    /// <summary>A piece of native memory that goes with its pool.</summary>
    private sealed partial class Chunk : SafeHandleZeroOrMinusOneIsInvalid
    {
        public const nuint LargePage = 2 << 20;
        private readonly long bytes;

        public Chunk(nuint bytes)
            : base(ownsHandle: true)
        {
            this.bytes = (long)bytes;
            SetHandle((nint)NativeMemory.AlignedAlloc(bytes, LargePage));
            GC.AddMemoryPressure(this.bytes);
            if (OperatingSystem.IsLinux())
            {
                const int hugePages = 14; // MADV_HUGEPAGE; where it is refused small pages do
                _ = Advise(handle, bytes, hugePages);
            }
        }

        public void* Start => (void*)handle;

        protected override bool ReleaseHandle()
        {
            NativeMemory.AlignedFree((void*)handle);
            GC.RemoveMemoryPressure(bytes);
            return true;
        }

        [LibraryImport("libc", EntryPoint = "madvise")]
        private static partial int Advise(nint start, nuint length, int advice);
    }
}
