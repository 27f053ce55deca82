namespace NetTraffic.Engine;

/// <summary>Between the pipeline's nanoseconds since 1970 and users' UTC times.</summary>
internal static class Clock
{
    /// <summary>Clamped to what a DateTime can hold: time stamps in files are whatever somebody wrote there.</summary>
    public static DateTime FromNanoseconds(long ns) =>
        DateTime.UnixEpoch.AddTicks(Math.Clamp(ns / 100, (DateTime.MinValue - DateTime.UnixEpoch).Ticks, (DateTime.MaxValue - DateTime.UnixEpoch).Ticks));

    /// <summary>Clamped to what 64 bits can hold: the years 1678 to 2262.</summary>
    public static long ToNanoseconds(DateTime time)
    {
        long ticks = (time.ToUniversalTime() - DateTime.UnixEpoch).Ticks;
        return ticks > long.MaxValue / 100 ? long.MaxValue : ticks < long.MinValue / 100 ? long.MinValue : ticks * 100;
    }
}
