namespace NetTraffic.Engine;

/// <summary>Times in files: UTC, ISO 8601, microseconds: 2026-03-01T12:00:00.000000Z.</summary>
internal static class UtcText
{
    /// <summary>Bytes of a time's text.</summary>
    public const int Length = 27;

    /// <summary>
    /// Writes a time as ASCII; a time of unknown kind counts as local, as everywhere in .NET. Returns <see cref="Length"/>.
    /// </summary>
    public static int Write(DateTime time, Span<byte> to)
    {
        DateTime utc = time.ToUniversalTime();
        Digits(utc.Year, to[..4]);
        to[4] = (byte)'-';
        Digits(utc.Month, to[5..7]);
        to[7] = (byte)'-';
        Digits(utc.Day, to[8..10]);
        to[10] = (byte)'T';
        Digits(utc.Hour, to[11..13]);
        to[13] = (byte)':';
        Digits(utc.Minute, to[14..16]);
        to[16] = (byte)':';
        Digits(utc.Second, to[17..19]);
        to[19] = (byte)'.';
        Digits((int)(utc.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond), to[20..26]);
        to[26] = (byte)'Z';
        return Length;
    }

    private static void Digits(int value, Span<byte> to)
    {
        for (int i = to.Length - 1; i >= 0; i--)
        {
            (value, int digit) = Math.DivRem(value, 10);
            to[i] = (byte)('0' + digit);
        }
    }
}
