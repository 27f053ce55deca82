using System.Diagnostics.CodeAnalysis;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>
/// One captured packet as users see it. Addresses and ports are those of the innermost IP header that is not quoted in an ICMP error.
/// </summary>
public sealed class NetPacket
{
    private readonly DecodedPacket decoded;
    private readonly PacketDescriber describe;
    private readonly Func<NetPacket, object?> dissect;
    private string? info;
    private object? packet;

    /// <summary>Makes a packet.</summary>
    /// <param name="data">The captured bytes; kept.</param>
    /// <param name="decoded">What the decoder found in them.</param>
    /// <param name="describe">Makes <see cref="Info"/> when somebody asks for it.</param>
    /// <param name="dissect">Makes <see cref="Packet"/> when somebody asks for it.</param>
    public NetPacket(byte[] data, in DecodedPacket decoded, PacketDescriber describe, Func<NetPacket, object?> dissect)
    {
        Data = data;
        this.decoded = decoded;
        this.describe = describe;
        this.dissect = dissect;
    }

    /// <summary>What the decoder found in it.</summary>
    public DecodedPacket GetDecoded() => decoded;

    /// <summary>
    /// Number in its file, or since the interface was opened, from 1: TShark's frame.number. Of rings, which forget their oldest: its
    /// number among those given.
    /// </summary>
    public long Number { get; init; }

    /// <summary>Arrival time, local, to 100 ns; <see cref="TimestampNs"/> has the rest.</summary>
    public DateTime Time { get => UnixTime.Local(field); init => field = UnixTime.Utc(value); }

    /// <summary>Arrival time in nanoseconds since 1970-01-01T00:00:00Z.</summary>
    public long TimestampNs { get; init; }

    /// <summary>Length on the wire in bytes (TShark's frame.len).</summary>
    public int Length { get; init; }

    /// <summary>Captured bytes (TShark's frame.cap_len).</summary>
    public int CapturedLength => Data.Length;

    /// <summary>Sender's IP address; null for frames without IP.</summary>
    public string? SourceAddress { get; init; }

    /// <summary>Sender's port; null for protocols without ports.</summary>
    public int? SourcePort { get; init; }

    /// <summary>Receiver's IP address.</summary>
    public string? DestinationAddress { get; init; }

    /// <summary>Receiver's port.</summary>
    public int? DestinationPort { get; init; }

    /// <summary>IP protocol number (IANA); null for frames without IP.</summary>
    public int? IpProtocol { get; init; }

    /// <summary>Protocol name: TCP, UDP, ICMP, ARP, or the EtherType or link type's text.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>TCP flags; null for other protocols.</summary>
    public TcpFlags? TcpFlags { get; init; }

    /// <summary>Outermost VLAN identifier.</summary>
    public int? VlanId { get; init; }

    /// <summary>Outermost tunnel; null: none.</summary>
    public string? Tunnel { get; init; }

    /// <summary>Sender's link-layer address.</summary>
    public string? SourceMac { get; init; }

    /// <summary>Receiver's link-layer address.</summary>
    public string? DestinationMac { get; init; }

    /// <summary>LINKTYPE_ value of the tcpdump registry: how <see cref="Data"/> begins.</summary>
    public int LinkType { get; init; }

    /// <summary>Interface it was captured on; empty where a file does not say.</summary>
    public string Interface { get; init => field = Display.Text(value); } = "";

    /// <summary>The capture whose ring keeps it; empty for packets of a file or straight from an interface.</summary>
    public string CaptureId { get; init; } = "";

    /// <summary>What the packet says, in one line without control characters.</summary>
    public string Info => info ??= describe(Data, decoded);

    /// <summary>The captured bytes, from the first byte of the link layer.</summary>
    [SuppressMessage(
        "Performance",
        "CA1819:Properties should not return arrays",
        Justification = "Users of a shell want the bytes, not a wrapper; each packet has its own.")]
    public byte[] Data { get; }

    /// <summary>
    /// The whole packet as PacketDotNet's tree of headers, made when first asked for; null for link types it does not know.
    /// </summary>
    public object? Packet => packet ??= dissect(this);
}

/// <summary>Says in one line what a packet says.</summary>
/// <param name="frame">The captured bytes.</param>
/// <param name="packet">What the decoder found in them.</param>
public delegate string PacketDescriber(ReadOnlySpan<byte> frame, in DecodedPacket packet);
