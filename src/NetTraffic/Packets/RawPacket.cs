namespace NetTraffic.Packets;

/// <summary>One captured frame, as a view over the source's own buffer: valid only during the call that hands it over.</summary>
public readonly ref struct RawPacket
{
    /// <summary>Makes a view of a frame.</summary>
    public RawPacket(long timestampNs, int wireLength, int linkType, int interfaceIndex, ReadOnlySpan<byte> data)
    {
        TimestampNs = timestampNs;
        WireLength = wireLength;
        LinkType = linkType;
        InterfaceIndex = interfaceIndex;
        Data = data;
    }

    /// <summary>Arrival time in nanoseconds since 1970-01-01T00:00:00Z.</summary>
    public long TimestampNs { get; }

    /// <summary>
    /// Length of the whole frame on the wire in bytes (TShark's frame.len); at least <c>Data.Length</c> in sane captures.
    /// </summary>
    public int WireLength { get; }

    /// <summary>LINKTYPE_ value of the tcpdump registry, for example 1 for Ethernet.</summary>
    public int LinkType { get; }

    /// <summary>Index into <see cref="IPacketSource.Interfaces"/>.</summary>
    public int InterfaceIndex { get; }

    /// <summary>The captured bytes, from the first byte of the link layer.</summary>
    public ReadOnlySpan<byte> Data { get; }
}
