using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>A flow as users see it: all its interval rows merged, or one interval row. Source is the originator.</summary>
public sealed class Flow
{
    /// <summary>First packet of the flow, local time.</summary>
    public DateTime StartTime { get => UnixTime.Local(StartTimeUtc); set => StartTimeUtc = UnixTime.Utc(value); }

    /// <summary>Last packet of the flow among the rows asked for, local time.</summary>
    public DateTime EndTime { get => UnixTime.Local(EndTimeUtc); set => EndTimeUtc = UnixTime.Utc(value); }

    /// <summary>Time between the first and the last packet.</summary>
    public TimeSpan Duration => EndTimeUtc - StartTimeUtc;

    /// <summary>First packet among the rows asked for, local: with -PerInterval that of the interval.</summary>
    public DateTime Time { get => UnixTime.Local(TimeUtc); set => TimeUtc = UnixTime.Utc(value); }

    /// <summary>Originator's IP address; null for frames without IP.</summary>
    public string? SourceAddress { get; set; }

    /// <summary>Originator's port; null for protocols without ports.</summary>
    public int? SourcePort { get; set; }

    /// <summary>Responder's IP address.</summary>
    public string? DestinationAddress { get; set; }

    /// <summary>Responder's port.</summary>
    public int? DestinationPort { get; set; }

    /// <summary>4 or 6; null for frames without IP.</summary>
    public int? IpVersion { get; set; }

    /// <summary>IP protocol number (IANA); null for frames without IP.</summary>
    public int? IpProtocol { get; set; }

    /// <summary>Protocol name: TCP, UDP, ICMP, ARP, or the EtherType or link type's text.</summary>
    public string Protocol { get; set; } = "";

    /// <summary>Application by well-known port; null: unknown.</summary>
    public string? Application { get; set; }

    /// <summary>State of the connection in Zeek's terms (SF, S0, REJ, ...).</summary>
    public string State { get; set; } = "";

    /// <summary>Packets both sides sent.</summary>
    public long Packets => SourcePackets + DestinationPackets;

    /// <summary>Wire bytes both sides sent.</summary>
    public long Bytes => SourceBytes + DestinationBytes;

    /// <summary>Packets the originator sent.</summary>
    public long SourcePackets { get; set; }

    /// <summary>Wire bytes the originator sent.</summary>
    public long SourceBytes { get; set; }

    /// <summary>Packets the responder sent.</summary>
    public long DestinationPackets { get; set; }

    /// <summary>Wire bytes the responder sent.</summary>
    public long DestinationBytes { get; set; }

    /// <summary>TCP flags the originator sent; null for other protocols.</summary>
    public TcpFlags? SourceTcpFlags { get; set; }

    /// <summary>TCP flags the responder sent.</summary>
    public TcpFlags? DestinationTcpFlags { get; set; }

    /// <summary>Time from the SYN to the acknowledgement that completes the handshake; null: not seen.</summary>
    public TimeSpan? HandshakeRtt { get; set; }

    /// <summary>TCP segments the originator sent again.</summary>
    public int SourceRetransmissions { get; set; }

    /// <summary>TCP segments the responder sent again.</summary>
    public int DestinationRetransmissions { get; set; }

    /// <summary>ICMP type of the first packet.</summary>
    public int? IcmpType { get; set; }

    /// <summary>ICMP code of the first packet.</summary>
    public int? IcmpCode { get; set; }

    /// <summary>Outermost VLAN identifier.</summary>
    public int? VlanId { get; set; }

    /// <summary>Outermost tunnel the flow came through; null: none.</summary>
    public string? Tunnel { get; set; }

    /// <summary>Innermost EtherType.</summary>
    public int? EtherType { get; set; }

    /// <summary>Originator's link-layer address.</summary>
    public string? SourceMac { get; set; }

    /// <summary>Responder's link-layer address.</summary>
    public string? DestinationMac { get; set; }

    /// <summary>Community ID v1 flow hash; null without IP.</summary>
    public string? CommunityId { get; set; }

    /// <summary>Why the flow ended; null while it goes on.</summary>
    public string? EndReason { get; set; }

    /// <summary>Interface the flow was seen on.</summary>
    public string Interface { get; set => field = Display.Text(value); } = "";

    /// <summary>Name of the capturing machine or tap.</summary>
    public string Sensor { get; set => field = Display.Text(value); } = "";

    /// <summary>The capture or import that saw the flow; empty where nothing was stored.</summary>
    public string CaptureId { get; set; } = "";

    /// <summary>Identifies the flow.</summary>
    public ulong FlowId { get; set; }

    /// <summary>Folder of the store it was read from; empty for a flow of a file.</summary>
    public string StorePath { get; set; } = "";

    internal Flow Copy() => (Flow)MemberwiseClone();

    // What the datasets read and write: they have UTC, and a time zone is looked up for users only.
    internal DateTime StartTimeUtc { get; set; }

    internal DateTime EndTimeUtc { get; set; }

    internal DateTime TimeUtc { get; set; }
}
