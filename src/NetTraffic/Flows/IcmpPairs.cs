namespace NetTraffic;

/// <summary>ICMP messages that answer one another (RFC 792, RFC 4443, RFC 4861, RFC 2710, RFC 6275), as Community ID v1 pairs them.</summary>
public static class IcmpPairs
{
    /// <summary>The type that answers <paramref name="type"/>, or that it answers; -1 where it stands alone.</summary>
    /// <param name="ipVersion">4: ICMP, 6: ICMPv6.</param>
    /// <param name="type">ICMP type.</param>
    public static int Counterpart(byte ipVersion, int type) => ipVersion == 4
        ? type switch { 0 => 8, 8 => 0, 9 => 10, 10 => 9, 13 => 14, 14 => 13, 15 => 16, 16 => 15, 17 => 18, 18 => 17, _ => -1 }
        : type switch { 128 => 129, 129 => 128, 130 => 131, 131 => 130, 133 => 134, 134 => 133, 135 => 136, 136 => 135, 139 => 140, 140 => 139, 144 => 145, 145 => 144, _ => -1 };
}
