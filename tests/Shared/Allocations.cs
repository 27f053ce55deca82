namespace NetTraffic.Testing;

/// <summary>What a test says of memory.</summary>
internal static class Allocations
{
    /// <summary>
    /// That this thread allocated nothing for each of a thousand things or more. A collection that another thread asks for takes away what
    /// is left of this one's 8 KiB to allocate from, and counts it as allocated: that much can show once.
    /// </summary>
    /// <param name="before">GC.GetAllocatedBytesForCurrentThread before them.</param>
    public static void AssertNoneSince(long before) =>
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8192);
}
