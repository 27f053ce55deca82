namespace NetTraffic;

/// <summary>
/// ICMP messages that answer one another (RFC 792, RFC 4443, RFC 4861, RFC 2710, RFC 6275), as Community ID v1 pairs them.
/// </summary>
public static class IcmpPairs
{
    /// <summary>The type that answers <paramref name="type"/>, or that it answers; -1 where it stands alone.</summary>
    /// <param name="ipVersion">4: ICMP, 6: ICMPv6.</param>
    /// <param name="type">ICMP type.</param>
    public static int Counterpart(byte ipVersion, int type) => (ipVersion == 4, type) switch
    {
        (true, 0) => 8, // echo
        (true, 8) => 0,
        (true, 9) => 10, // router advertisement and solicitation
        (true, 10) => 9,
        (true, 13) => 14, // time stamp
        (true, 14) => 13,
        (true, 15) => 16, // information
        (true, 16) => 15,
        (true, 17) => 18, // address mask
        (true, 18) => 17,
        (false, 128) => 129, // echo
        (false, 129) => 128,
        (false, 130) => 131, // multicast listener query and report
        (false, 131) => 130,
        (false, 133) => 134, // router solicitation and advertisement
        (false, 134) => 133,
        (false, 135) => 136, // neighbor solicitation and advertisement
        (false, 136) => 135,
        (false, 139) => 140, // node information
        (false, 140) => 139,
        (false, 144) => 145, // home agent address discovery
        (false, 145) => 144,
        _ => -1,
    };
}
