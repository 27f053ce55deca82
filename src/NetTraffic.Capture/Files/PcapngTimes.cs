namespace NetTraffic.Capture;

/// <summary>
/// An interface's if_tsresol (a power of ten, or of two where the top bit is set), if_tsoffset in seconds, and snap length
/// (draft-ietf-opsawg-pcapng, section 4.2).
/// </summary>
internal readonly struct PcapngTimes(byte resolution, long offsetSeconds, uint snapLength)
{
    /// <summary>Bytes of a packet that were captured at most; 0: no bound.</summary>
    public uint SnapLength => snapLength;

    /// <summary>A packet's time stamp as nanoseconds since 1970; what lies outside of what they can say, at their ends.</summary>
    public long Nanoseconds(ulong stamp)
    {
        UInt128 ns;
        int power = resolution & 0x7F;
        if ((resolution & 0x80) != 0)
        {
            ns = power < 128 ? ((UInt128)stamp * 1_000_000_000) >> power : 0;
        }
        else if (power <= 9)
        {
            ns = (UInt128)stamp * PowerOfTen(9 - power);
        }
        else
        {
            ns = power - 9 <= 19 ? stamp / PowerOfTen(power - 9) : 0;
        }

        long value = ns > long.MaxValue ? long.MaxValue : (long)ns;
        Int128 shifted = (Int128)value + ((Int128)offsetSeconds * 1_000_000_000);
        return shifted > long.MaxValue ? long.MaxValue : shifted < long.MinValue ? long.MinValue : (long)shifted;
    }

    private static ulong PowerOfTen(int power)
    {
        ulong value = 1;
        for (int i = 0; i < power; i++)
        {
            value *= 10;
        }

        return value;
    }
}
