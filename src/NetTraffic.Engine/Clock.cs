namespace NetTraffic.Engine;

/// <summary>Between the pipeline's nanoseconds since 1970 and users' UTC times.</summary>
internal static class Clock
{
    /// <summary>Clamped to what a DateTime can hold: time stamps in files are whatever somebody wrote there.</summary>
    public static DateTime FromNanoseconds(long ns) =>
        DateTime.UnixEpoch.AddTicks(Math.Clamp(ns / 100, (DateTime.MinValue - DateTime.UnixEpoch).Ticks, (DateTime.MaxValue - DateTime.UnixEpoch).Ticks));

    public static long ToNanoseconds(DateTime time) => (time.ToUniversalTime() - DateTime.UnixEpoch).Ticks * 100;

    public static DateTime FromMicroseconds(long us) => FromNanoseconds(us * 1000);
}
