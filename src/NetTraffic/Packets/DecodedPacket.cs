using System.Runtime.InteropServices;

namespace NetTraffic.Packets;

/// <summary>
/// What the decoder found in one frame: the fields flows are made of, and where the payload is. Blittable; 104 bytes.
/// Addresses are those of the innermost IP header that is not quoted in an ICMP error.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public struct DecodedPacket
{
    /// <summary>Arrival time in nanoseconds since 1970-01-01T00:00:00Z.</summary>
    public long TimestampNs;

    /// <summary>Source address; the zero value where <see cref="IpVersion"/> is 0.</summary>
    public IpAddress128 Source;

    /// <summary>Destination address; the zero value where <see cref="IpVersion"/> is 0.</summary>
    public IpAddress128 Destination;

    /// <summary>Link-layer source address in the low 48 bits, 0 where there is none.</summary>
    public ulong SourceMac;

    /// <summary>Link-layer destination address in the low 48 bits, 0 where there is none.</summary>
    public ulong DestinationMac;

    /// <summary>Length of the whole frame on the wire in bytes.</summary>
    public int WireLength;

    /// <summary>
    /// Payload in bytes, by the IP header's length (not the captured length): of TCP and UDP what follows their header, of other
    /// protocols what
    /// follows the IP header; 0 without IP.
    /// </summary>
    public int PayloadLength;

    /// <summary>
    /// Where in the frame that payload begins; without IP, what the innermost EtherType names. 0 where there is none to find: fragments
    /// other than
    /// the first, unreadable headers. Frames can be cut off before it: <see cref="Payload"/> gives what was captured.
    /// </summary>
    public int PayloadOffset;

    /// <summary>TCP sequence number.</summary>
    public uint TcpSequence;

    /// <summary>TCP acknowledgement number.</summary>
    public uint TcpAcknowledgement;

    /// <summary>IPv4 identification or IPv6 fragment identification, for fragments.</summary>
    public uint FragmentId;

    /// <summary>LINKTYPE_ value where no EtherType names the payload (<see cref="EtherType"/> 0).</summary>
    public ushort LinkType;

    /// <summary>Index of the interface within the source.</summary>
    public ushort InterfaceIndex;

    /// <summary>Source port; ICMP: the type.</summary>
    public ushort SourcePort;

    /// <summary>Destination port; ICMP: the code.</summary>
    public ushort DestinationPort;

    /// <summary>The innermost EtherType; 0 where the frame has none. 802.3 frames with an LLC header have none.</summary>
    public ushort EtherType;

    /// <summary>Outermost 802.1Q/802.1ad VLAN identifier (0-4095), or <see cref="NoVlan"/>.</summary>
    public ushort VlanId;

    /// <summary>TCP window, unscaled.</summary>
    public ushort TcpWindow;

    /// <summary>IP protocol number after extension headers (0 to 255); meaningful where <see cref="IpVersion"/> is not 0.</summary>
    public byte IpProtocol;

    /// <summary>4, 6, or 0 where the frame carries no IP.</summary>
    public byte IpVersion;

    /// <summary>TCP flags of RFC 9293 section 3.1: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.</summary>
    public TcpFlags TcpFlags;

    /// <summary>What was special about this packet.</summary>
    public PacketTraits Traits;

    /// <summary>The outermost tunnel that was opened.</summary>
    public TunnelKind Tunnel;

    /// <summary>Why decoding stopped early, or <see cref="DecodeFailure.None"/>.</summary>
    public DecodeFailure Failure;

    /// <summary>
    /// Bytes of the TCP header (with its options) or UDP header right before <see cref="PayloadOffset"/>; 0 for other protocols.
    /// </summary>
    public byte TransportHeaderLength;

    /// <summary>Value of <see cref="VlanId"/> for frames without a VLAN tag.</summary>
    public const ushort NoVlan = 0xFFFF;

    /// <summary>The captured part of the payload.</summary>
    /// <param name="frame">The frame that this was decoded from.</param>
    public readonly ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> frame) => Captured(frame, PayloadOffset, PayloadLength);

    /// <summary>The captured part of the TCP or UDP header and the payload behind it; the payload where there is no such header.</summary>
    /// <param name="frame">The frame that this was decoded from.</param>
    public readonly ReadOnlySpan<byte> TransportAndPayload(ReadOnlySpan<byte> frame) =>
        Captured(frame, PayloadOffset - TransportHeaderLength, TransportHeaderLength + PayloadLength);

    private readonly ReadOnlySpan<byte> Captured(ReadOnlySpan<byte> frame, int offset, int length)
    {
        if (PayloadOffset == 0 || offset >= frame.Length)
        {
            return default;
        }

        // Frames without IP do not say how long what they carry is.
        return IpVersion == 0 ? frame[offset..] : frame.Slice(offset, Math.Min(length, frame.Length - offset));
    }
}

/// <summary>
/// An IPv6 address, or an IPv4 address in the IPv4-mapped form (RFC 4291 section 2.5.5.2), in two host-order halves. Packets can carry
/// mapped addresses in IPv6 headers too, so an address alone does not say which it is: the IP version stands beside it everywhere.
/// </summary>
/// <param name="High">The first 8 bytes as a big-endian number.</param>
/// <param name="Low">The last 8 bytes as a big-endian number.</param>
public readonly record struct IpAddress128(ulong High, ulong Low) : IComparable<IpAddress128>
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    /// <summary>Whether this is an IPv4 address, or an IPv4-mapped one of an IPv6 header.</summary>
    public bool IsMapped => High == 0 && (Low & 0xFFFF_FFFF_0000_0000) == MappedPrefix;

    /// <summary>The IPv4-mapped form of an IPv4 address given as a host-order number.</summary>
    public static IpAddress128 FromIPv4(uint address) => new(0, MappedPrefix | address);

    /// <inheritdoc/>
    public int CompareTo(IpAddress128 other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>The address's text: dotted quad where the version is 4, else RFC 5952's.</summary>
    /// <param name="ipVersion">4 or 6.</param>
    public string ToString(byte ipVersion)
    {
        Span<byte> text = stackalloc byte[Net.AddressText.MaxLength];
        return System.Text.Encoding.ASCII.GetString(text[..Net.AddressText.Format(this, ipVersion, text)]);
    }

    /// <summary>The text of an IPv6 address.</summary>
    public override string ToString() => ToString(6);
}

/// <summary>TCP flags of RFC 9293 section 3.1.</summary>
[Flags]
public enum TcpFlags : byte
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>No more data from the sender.</summary>
    Fin = 1,

    /// <summary>Synchronise sequence numbers.</summary>
    Syn = 2,

    /// <summary>Reset the connection.</summary>
    Rst = 4,

    /// <summary>Push function.</summary>
    Psh = 8,

    /// <summary>The acknowledgement field is significant.</summary>
    Ack = 16,

    /// <summary>The urgent pointer is significant.</summary>
    Urg = 32,

    /// <summary>ECN echo (RFC 3168).</summary>
    Ece = 64,

    /// <summary>Congestion window reduced (RFC 3168).</summary>
    Cwr = 128,
}

/// <summary>What was special about a packet.</summary>
[Flags]
public enum PacketTraits : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A fragment (first or later) of an IP datagram.</summary>
    Fragment = 1,

    /// <summary>A fragment other than the first: it carries no ports.</summary>
    LaterFragment = 2,

    /// <summary>The transport header was captured, so the ports (TCP: sequence numbers and flags too) are set.</summary>
    HasTransport = 4,
}

/// <summary>Tunnels that the decoder opens.</summary>
public enum TunnelKind : byte
{
    /// <summary>Not tunnelled.</summary>
    None = 0,

    /// <summary>IPv4 in IPv4 (RFC 2003), IPv6 in IPv4 (RFC 4213) and the other way round (RFC 2473).</summary>
    IpInIp,

    /// <summary>GRE (RFC 2784, 2890), PPTP's version 1 (RFC 2637) included.</summary>
    Gre,

    /// <summary>ERSPAN types I, II and III over GRE.</summary>
    Erspan,

    /// <summary>VXLAN (RFC 7348) and VXLAN-GPE.</summary>
    Vxlan,

    /// <summary>Geneve (RFC 8926).</summary>
    Geneve,

    /// <summary>Teredo (RFC 4380).</summary>
    Teredo,

    /// <summary>GTP-U (3GPP TS 29.281).</summary>
    Gtp,

    /// <summary>PPPoE session (RFC 2516).</summary>
    Pppoe,

    /// <summary>L2TP data over UDP or IP (RFC 2661, 3931).</summary>
    L2tp,

    /// <summary>EtherIP (RFC 3378).</summary>
    EtherIp,

    /// <summary>AYIYA (draft-massar-v6ops-ayiya).</summary>
    Ayiya,

    /// <summary>MPLS in IP, GRE or UDP (RFC 4023, 7510).</summary>
    Mpls,

    /// <summary>Any other encapsulation the decoder opens.</summary>
    Other,
}

/// <summary>Why decoding a frame stopped before its innermost header.</summary>
public enum DecodeFailure : byte
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>The link type is not one the decoder knows.</summary>
    UnknownLinkType,

    /// <summary>The link-layer header is cut off.</summary>
    TruncatedLink,

    /// <summary>The IP header (or an extension header) is cut off.</summary>
    TruncatedNetwork,

    /// <summary>The transport header is cut off.</summary>
    TruncatedTransport,

    /// <summary>A header contradicts itself: version, header length or total length.</summary>
    Malformed,

    /// <summary>More headers inside one another than the decoder follows.</summary>
    TooDeep,

    /// <summary>The frame ends in an EtherType or a tag that the decoder does not know: IP may hide behind it.</summary>
    UnknownEtherType,
}
