namespace NetTraffic.Decode;

/// <summary>What stands at a place of a frame, as far as its addresses go.</summary>
internal enum HeaderKind : byte
{
    /// <summary>Headers without an address.</summary>
    Known,

    /// <summary>Two MAC addresses, and headers behind them.</summary>
    Stations,

    /// <summary>A MAC address.</summary>
    Station,

    /// <summary>Header fields that have or may have addresses or names, and that nobody needs.</summary>
    Hidden,

    /// <summary>The three addresses of an 802.11 header, and that header.</summary>
    Wireless,

    /// <summary>ARP or RARP; the rest of the bytes is it.</summary>
    Arp,

    /// <summary>An IPv4 header of a version and length that can be; the rest of the bytes is its packet.</summary>
    IPv4,

    /// <summary>An IPv6 header; the rest of the bytes is its packet.</summary>
    IPv6,

    /// <summary>Something beside what came before, in the same frame: what was not told of that is its payload.</summary>
    Boundary,
}

/// <summary>One thing that the decoder came by.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where in the frame it begins.</param>
/// <param name="Length">Bytes of it that are headers; of ARP and IP all bytes there are.</param>
internal readonly record struct HeaderMark(HeaderKind Kind, int Offset, int Length);

/// <summary>What a decoder came by in a frame, in its order: everything before the last of it are headers, or was told as Hidden.</summary>
internal sealed class HeaderTrail
{
    private readonly List<HeaderMark> marks = [];

    /// <summary>The marks of the last frame.</summary>
    public IReadOnlyList<HeaderMark> Marks => marks;

    public void Add(HeaderMark mark) => marks.Add(mark);

    public void Clear() => marks.Clear();
}
