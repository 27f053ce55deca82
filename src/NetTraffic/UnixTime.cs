namespace NetTraffic;

/// <summary>Between users' times and what is counted since 1970: microseconds in flow rows and the store, nanoseconds in packets.</summary>
public static class UnixTime
{
    private static readonly long EarliestUs = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long LatestUs = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>UTC, clamped to what a DateTime can hold: time stamps in files are whatever somebody wrote there.</summary>
    public static DateTime FromMicroseconds(long us) =>
        DateTime.UnixEpoch.AddTicks(Math.Clamp(us, EarliestUs, LatestUs) * TimeSpan.TicksPerMicrosecond);

    /// <summary>A time of unknown kind counts as local, as everywhere in .NET.</summary>
    public static long ToMicroseconds(DateTime time) => (time.ToUniversalTime() - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>UTC; 64 bits of nanoseconds reach from 1678 to 2262.</summary>
    public static DateTime FromNanoseconds(long ns) => DateTime.UnixEpoch.AddTicks(ns / TimeSpan.NanosecondsPerTick);

    /// <summary>Clamped to what 64 bits can hold: the years 1678 to 2262.</summary>
    public static long ToNanoseconds(DateTime time)
    {
        long ticks = (time.ToUniversalTime() - DateTime.UnixEpoch).Ticks;
        return ticks > long.MaxValue / TimeSpan.NanosecondsPerTick ? long.MaxValue
            : ticks < long.MinValue / TimeSpan.NanosecondsPerTick ? long.MinValue : ticks * TimeSpan.NanosecondsPerTick;
    }

    /// <summary>
    /// A time that is kept in UTC as the objects that users see have it: local, as PowerShell's own. No time at all stays none.
    /// </summary>
    internal static DateTime Local(DateTime utc) => utc == default
        ? DateTime.SpecifyKind(utc, DateTimeKind.Local)
        : DateTime.SpecifyKind(utc, DateTimeKind.Utc).ToLocalTime();

    /// <summary><see cref="Local(DateTime)"/>; null stays null.</summary>
    internal static DateTime? Local(DateTime? utc) => utc is { } known ? Local(known) : null;

    /// <summary>A time of any kind as it is kept; one of unknown kind counts as local.</summary>
    internal static DateTime Utc(DateTime time) => time == default ? default : time.ToUniversalTime();

    /// <summary><see cref="Utc(DateTime)"/>; null stays null.</summary>
    internal static DateTime? Utc(DateTime? time) => time is { } known ? Utc(known) : null;
}
