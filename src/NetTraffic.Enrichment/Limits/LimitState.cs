using System.Globalization;
using System.Text.Json;

namespace NetTraffic.Enrichment.Limits;

/// <summary>
/// What was asked of a provider lately, and what it said of that: the content of a file that all processes of a store share. It is read
/// with <see cref="Read"/>, which lets nothing through that this program would not have written.
/// </summary>
internal sealed class LimitState
{
    /// <summary>The longest that anybody is left alone, whatever was said.</summary>
    public static readonly TimeSpan LongestPark = TimeSpan.FromDays(1);

    /// <summary>Bytes that a file has at most; another one is none of ours.</summary>
    public const int LargestFile = 64 << 10;

    private const int MostDaily = 10_000_000, LongestReason = 200;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), ClockError = TimeSpan.FromSeconds(5);

    /// <summary>The day that <see cref="Used"/> counts, UTC.</summary>
    public DateOnly Day { get; set; }

    /// <summary>Requests of that day.</summary>
    public long Used { get; set; }

    /// <summary>What the provider says that a day's quota is; null: nothing.</summary>
    public long? DailyQuota { get; set; }

    /// <summary>Until when it is left alone, UTC; null: it is not.</summary>
    public DateTime? ParkedUntil { get; set; }

    /// <summary>Why.</summary>
    public string? Reason { get; set; }

    /// <summary>Times of the requests of the last minute, milliseconds since 1970, oldest first.</summary>
    public long[] Recent { get; set; } = [];

    /// <summary>
    /// The state that a file has. What is damaged counts as nothing: the provider then says itself what it has had enough of.
    /// </summary>
    public static LimitState Read(ReadOnlySpan<byte> file, DateTime now)
    {
        LimitState state;
        try
        {
            state = file.Length > LargestFile ? new() : JsonSerializer.Deserialize<LimitState>(file) ?? new();
        }
        catch (JsonException)
        {
            state = new();
        }

        state.Check(now);
        return state;
    }

    /// <summary>The file's content.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>When the next request may be sent, and why not before.</summary>
    public (DateTime Time, string Why) Next(ProviderLimit limit, DateTime now)
    {
        if (ParkedUntil is { } parked)
        {
            return (parked, Reason ?? "it is left alone");
        }

        if (Quota(limit) is { } quota && Used >= quota)
        {
            return (now.Date.AddDays(1), string.Create(CultureInfo.InvariantCulture, $"the daily quota of {quota:N0} is used up"));
        }

        return Recent.Length < limit.PerMinute ? (now, "")
            : (DateTime.UnixEpoch.AddMilliseconds(Recent[^limit.PerMinute]) + Minute,
                string.Create(CultureInfo.InvariantCulture, $"its {limit.PerMinute:N0} requests a minute are used up"));
    }

    /// <summary>Counts a request.</summary>
    public void Take(DateTime now)
    {
        Used++;
        Recent = [.. Recent, (long)(now - DateTime.UnixEpoch).TotalMilliseconds];
    }

    /// <summary>Leaves the provider alone for a time, a day at most; who is left alone longer already stays so.</summary>
    public void Park(DateTime until, string reason, DateTime now)
    {
        DateTime end = until - now > LongestPark ? now + LongestPark : until;
        if (end > now && !(ParkedUntil > end))
        {
            (ParkedUntil, Reason) = (end, reason);
        }
    }

    /// <summary>
    /// Takes what the provider says of its daily quota: that it is larger or smaller than thought, and how much is left of it. It can say
    /// that others used some, never that less was used than was counted here.
    /// </summary>
    public void Heed(long? quota, long? left)
    {
        if (quota is null or <= 0 or > MostDaily)
        {
            return;
        }

        DailyQuota = quota;
        if (left >= 0 && left < quota)
        {
            Used = Math.Max(Used, quota.Value - left.Value);
        }
    }

    /// <summary>Requests left of the limit that is nearer, and when it begins anew.</summary>
    public (long Left, DateTime? Until) Left(ProviderLimit limit, DateTime now)
    {
        if (ParkedUntil is { } parked)
        {
            return (0, parked);
        }

        return Quota(limit) is { } quota ? (Math.Max(0, quota - Used), now.Date.AddDays(1))
            : (Math.Max(0, limit.PerMinute - Recent.Length),
                Recent.Length == 0 ? null : DateTime.UnixEpoch.AddMilliseconds(Recent[0]) + Minute);
    }

    /// <summary>Requests counted against that limit, and how many it allows.</summary>
    public (long Used, long Limit) Use(ProviderLimit limit) =>
        Quota(limit) is { } quota ? (Used, quota) : (Recent.Length, limit.PerMinute);

    private long? Quota(ProviderLimit limit) => limit.PerDay is null ? null : DailyQuota ?? limit.PerDay;

    // A time further ahead than this program ever sets was set by a clock that went wrong, or by somebody else.
    private void Check(DateTime now)
    {
        long since = (long)(now - Minute - DateTime.UnixEpoch).TotalMilliseconds;
        long until = (long)(now + ClockError - DateTime.UnixEpoch).TotalMilliseconds;
        Recent = [.. (Recent ?? []).Where(time => time > since && time <= until).Order()];
        (Day, Used) = Day == DateOnly.FromDateTime(now) ? (Day, Math.Max(0, Used)) : (DateOnly.FromDateTime(now), 0);
        DailyQuota = DailyQuota is > 0 and <= MostDaily ? DailyQuota : null;
        DateTime latest = now + LongestPark + ClockError;
        ParkedUntil = ParkedUntil?.ToUniversalTime() is { } parked && parked > now && parked <= latest ? parked : null;
        Reason = ParkedUntil is null || string.IsNullOrWhiteSpace(Reason) ? null : Display.Short(Reason, LongestReason);
    }
}
