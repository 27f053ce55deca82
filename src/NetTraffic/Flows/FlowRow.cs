using System.Runtime.InteropServices;
using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>
/// What one flow did during one flush interval: a row of the <c>flows</c> dataset before names are filled in. Blittable, so that
/// batches are copied as blocks. Source is the originator. Counters are those of the interval; flags and state are the flow's so far.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public struct FlowRow
{
    /// <summary>Identifies the flow within its capture; unique across the store for practical purposes (64 bits, random start).</summary>
    public ulong FlowId;

    /// <summary>First packet of the flow, microseconds since 1970.</summary>
    public long StartTimeUs;

    /// <summary>
    /// First packet of the flow in this interval, microseconds since 1970. Equal to <see cref="StartTimeUs"/> in a flow's first row.
    /// </summary>
    public long TimeUs;

    /// <summary>Last packet of the flow in this interval, microseconds since 1970.</summary>
    public long EndTimeUs;

    /// <summary>Originator's address, where <see cref="IpVersion"/> is not 0.</summary>
    public IpAddress128 Source;

    /// <summary>Responder's address, where <see cref="IpVersion"/> is not 0.</summary>
    public IpAddress128 Destination;

    /// <summary>Originator's link-layer address in the low 48 bits; 0: none.</summary>
    public ulong SourceMac;

    /// <summary>Responder's link-layer address in the low 48 bits; 0: none.</summary>
    public ulong DestinationMac;

    /// <summary>Packets the originator sent in this interval.</summary>
    public long SourcePackets;

    /// <summary>Wire bytes the originator sent in this interval.</summary>
    public long SourceBytes;

    /// <summary>Packets the responder sent in this interval.</summary>
    public long DestinationPackets;

    /// <summary>Wire bytes the responder sent in this interval.</summary>
    public long DestinationBytes;

    /// <summary>TCP segments the originator sent again in this interval.</summary>
    public int SourceRetransmissions;

    /// <summary>TCP segments the responder sent again in this interval.</summary>
    public int DestinationRetransmissions;

    /// <summary>Microseconds between the originator's SYN and the acknowledgement that completes the handshake; -1: not seen.</summary>
    public int HandshakeRttUs;

    /// <summary>Originator's port; ICMP: type.</summary>
    public ushort SourcePort;

    /// <summary>Responder's port; ICMP: code.</summary>
    public ushort DestinationPort;

    /// <summary>EtherType, or 0.</summary>
    public ushort EtherType;

    /// <summary>LINKTYPE_, meaningful where no EtherType names the payload.</summary>
    public ushort LinkType;

    /// <summary>VLAN identifier, or <see cref="DecodedPacket.NoVlan"/>.</summary>
    public ushort VlanId;

    /// <summary>Index into the capture's interfaces.</summary>
    public ushort InterfaceIndex;

    /// <summary>Index into <see cref="ApplicationTable"/>; 0: unknown.</summary>
    public ushort Application;

    /// <summary>IP protocol number.</summary>
    public byte IpProtocol;

    /// <summary>4, 6, or 0 for frames without IP.</summary>
    public byte IpVersion;

    /// <summary>TCP flags the originator sent so far, or-ed.</summary>
    public TcpFlags SourceTcpFlags;

    /// <summary>TCP flags the responder sent so far, or-ed.</summary>
    public TcpFlags DestinationTcpFlags;

    /// <summary>The outermost tunnel the flow came through.</summary>
    public TunnelKind Tunnel;

    /// <summary>State of the connection so far.</summary>
    public ConnectionState State;

    /// <summary>Why the flow ended with this row, or <see cref="FlowEndReason.Ongoing"/>.</summary>
    public FlowEndReason EndReason;
}

/// <summary>A connection's state in Zeek's terms (conn.log, <c>conn_state</c>).</summary>
public enum ConnectionState : byte
{
    /// <summary>No SYN seen: midstream traffic, or a protocol without connections where nobody can be told to have answered.</summary>
    OTH = 0,

    /// <summary>Attempt seen, no reply.</summary>
    S0,

    /// <summary>Established, not terminated.</summary>
    S1,

    /// <summary>Normal establishment and termination.</summary>
    SF,

    /// <summary>Attempt rejected.</summary>
    REJ,

    /// <summary>Established, the originator sent a FIN, none from the responder.</summary>
    S2,

    /// <summary>Established, the responder sent a FIN, none from the originator.</summary>
    S3,

    /// <summary>Established, the originator aborted with an RST.</summary>
    RSTO,

    /// <summary>The responder aborted with an RST.</summary>
    RSTR,

    /// <summary>The originator sent a SYN and then an RST; no SYN-ACK seen.</summary>
    RSTOS0,

    /// <summary>The responder sent a SYN-ACK and then an RST; no SYN seen from the originator.</summary>
    RSTRH,

    /// <summary>The originator sent a SYN and then a FIN; no SYN-ACK seen.</summary>
    SH,

    /// <summary>The responder sent a SYN-ACK and then a FIN; no SYN seen from the originator.</summary>
    SHR,
}

/// <summary>Why a flow's last row is its last.</summary>
public enum FlowEndReason : byte
{
    /// <summary>The flow goes on, or no more was seen before the capture ended abruptly.</summary>
    Ongoing = 0,

    /// <summary>Nothing seen for the idle timeout.</summary>
    Idle,

    /// <summary>The active timeout passed, or the clock was set back; what follows is a new flow.</summary>
    Active,

    /// <summary>TCP: closed by FINs or an RST.</summary>
    Closed,

    /// <summary>Written out early because the flow table was full.</summary>
    Evicted,

    /// <summary>The capture ended.</summary>
    CaptureEnd,
}

/// <summary>Takes flow rows from the flow table.</summary>
public interface IFlowRowSink
{
    /// <summary>One row; the reference is valid during the call only.</summary>
    void OnRow(in FlowRow row);
}
