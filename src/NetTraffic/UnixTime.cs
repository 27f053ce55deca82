namespace NetTraffic;

/// <summary>Between users' times and microseconds since 1970, as flow rows and the store count them.</summary>
public static class UnixTime
{
    private static readonly long EarliestUs = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long LatestUs = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>UTC, clamped to what a DateTime can hold: time stamps in files are whatever somebody wrote there.</summary>
    public static DateTime FromMicroseconds(long us) =>
        DateTime.UnixEpoch.AddTicks(Math.Clamp(us, EarliestUs, LatestUs) * TimeSpan.TicksPerMicrosecond);

    /// <summary>A time of unknown kind counts as local, as everywhere in .NET.</summary>
    public static long ToMicroseconds(DateTime time) => (time.ToUniversalTime() - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
