using System.Collections.Concurrent;

namespace NetTraffic;

/// <summary>What questions about addresses came to in this process, for each who was asked. Safe for several threads.</summary>
public static class EnrichmentCounters
{
    /// <summary>This machine's tables of countries and autonomous systems.</summary>
    public const string GeoIp = "geoip";

    private static readonly ConcurrentDictionary<string, EnrichmentCounter> Sources = new(StringComparer.Ordinal);

    /// <summary>All who were asked so far.</summary>
    public static IReadOnlyCollection<string> Names => [.. Sources.Keys];

    /// <summary>The counts of one.</summary>
    public static EnrichmentCounter Of(string source) => Sources.GetOrAdd(source, _ => new EnrichmentCounter());
}

/// <summary>Counts of questions to one who knows addresses; they only grow.</summary>
public sealed class EnrichmentCounter
{
    private long lookups, hits, errors, cacheHits;

    /// <summary>What it is now.</summary>
    public EnrichmentCounts Now => new(
        Interlocked.Read(ref lookups), Interlocked.Read(ref hits), Interlocked.Read(ref errors), Interlocked.Read(ref cacheHits));

    /// <summary>Counts questions, and how many of them gave something.</summary>
    public void Asked(long questions, long found)
    {
        Interlocked.Add(ref lookups, questions);
        Interlocked.Add(ref hits, found);
    }

    /// <summary>Counts a question that could not be answered.</summary>
    public void Failed() => Asked(1, 0, failed: 1, kept: 0);

    /// <summary>Counts a question that was answered before.</summary>
    public void Remembered(bool found) => Asked(1, found ? 1 : 0, failed: 0, kept: 1);

    private void Asked(long questions, long found, long failed, long kept)
    {
        Asked(questions, found);
        Interlocked.Add(ref errors, failed);
        Interlocked.Add(ref cacheHits, kept);
    }
}

/// <summary>Counts of questions about addresses.</summary>
/// <param name="Lookups">Questions.</param>
/// <param name="Hits">Those that gave something.</param>
/// <param name="Errors">Those that could not be answered.</param>
/// <param name="CacheHits">Those that had been answered before.</param>
public readonly record struct EnrichmentCounts(long Lookups, long Hits, long Errors, long CacheHits)
{
    /// <summary>What came on top of earlier counts.</summary>
    public static EnrichmentCounts operator -(EnrichmentCounts now, EnrichmentCounts before) => new(
        now.Lookups - before.Lookups, now.Hits - before.Hits, now.Errors - before.Errors, now.CacheHits - before.CacheHits);
}
