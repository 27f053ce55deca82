using NetTraffic.Net;
using NetTraffic.Packets;
using static NetTraffic.ColumnMerge;

namespace NetTraffic;

/// <summary>
/// The flows dataset and the table of its columns. A column is a row here, a property of <see cref="Flow"/> and a field of
/// <see cref="FlowRow"/>; the store's FlowColumns can write one faster than this table says, and tests hold the two against each other.
/// </summary>
public sealed class FlowDataset : Dataset<Flow>
{
    private readonly IFlowColumn[] fromRow;

    internal FlowDataset()
        : base("flows", Table(), () => new Flow(), "One row per flow per flush interval.") => fromRow = [.. Columns.Cast<IFlowColumn>()];

    /// <summary>A row of the flow table as users see it, without a detour through the store.</summary>
    public Flow ToFlow(in FlowRow row, in FlowOrigin origin)
    {
        Flow flow = new();
        foreach (IFlowColumn column in fromRow)
        {
            column.Copy(row, origin, flow);
        }

        return flow;
    }

    private static bool IsIp(in FlowRow row) => row.IpVersion != 0;

    private static bool IsTcp(in FlowRow row) => row.IpVersion != 0 && row.IpProtocol == 6;

    private static bool IsIcmp(in FlowRow row) => row.IpVersion != 0 && row.IpProtocol is 1 or 58;

    private static bool HasPorts(in FlowRow row) => row.IpVersion != 0 && ProtocolNames.HasPorts(row.IpProtocol);

    private static Column<Flow>[] Table() =>
        [
            new FlowColumn<DateTime>(
                "StartTime", "start_time", ColumnType.Timestamp, Min, ValueForm.Time, "First packet of the flow.",
                flow => flow.StartTimeUtc, (flow, value) => flow.StartTimeUtc = value,
                (in row, in _) => UnixTime.FromMicroseconds(row.StartTimeUs)),
            new FlowColumn<DateTime>(
                "EndTime", "end_time", ColumnType.Timestamp, Max, ValueForm.Time, "Last packet of the flow in this interval.",
                flow => flow.EndTimeUtc, (flow, value) => flow.EndTimeUtc = value,
                (in row, in _) => UnixTime.FromMicroseconds(row.EndTimeUs)),
            new Column<Flow, TimeSpan>(
                "Duration", null, ColumnType.Int64, Sum, ValueForm.Duration, "Time between the first and the last packet.",
                flow => flow.Duration, null),
            new FlowColumn<DateTime>(
                "Time", "time", ColumnType.Timestamp, Min, ValueForm.Time, "First packet of the flow in this interval.",
                flow => flow.TimeUtc, (flow, value) => flow.TimeUtc = value,
                (in row, in _) => UnixTime.FromMicroseconds(row.TimeUs)),
            new FlowColumn<string?>(
                "SourceAddress", "source_address", ColumnType.Text, Same, ValueForm.OptionalText,
                "Originator's IP address; absent for frames without IP.",
                flow => flow.SourceAddress, (flow, value) => flow.SourceAddress = value,
                (in row, in _) => IsIp(row) ? row.Source.ToString(row.IpVersion) : null),
            new FlowColumn<int?>(
                "SourcePort", "source_port", ColumnType.UInt16, Same, ValueForm.OptionalInt32, "Originator's port (TCP, UDP, SCTP, ...).",
                flow => flow.SourcePort, (flow, value) => flow.SourcePort = value,
                (in row, in _) => HasPorts(row) ? row.SourcePort : null),
            new FlowColumn<string?>(
                "DestinationAddress", "destination_address", ColumnType.Text, Same, ValueForm.OptionalText, "Responder's IP address.",
                flow => flow.DestinationAddress, (flow, value) => flow.DestinationAddress = value,
                (in row, in _) => IsIp(row) ? row.Destination.ToString(row.IpVersion) : null),
            new FlowColumn<int?>(
                "DestinationPort", "destination_port", ColumnType.UInt16, Same, ValueForm.OptionalInt32, "Responder's port.",
                flow => flow.DestinationPort, (flow, value) => flow.DestinationPort = value,
                (in row, in _) => HasPorts(row) ? row.DestinationPort : null),
            new FlowColumn<int?>(
                "IpVersion", "ip_version", ColumnType.UInt8, Same, ValueForm.OptionalInt32, "4 or 6.",
                flow => flow.IpVersion, (flow, value) => flow.IpVersion = value,
                (in row, in _) => IsIp(row) ? row.IpVersion : null),
            new FlowColumn<int?>(
                "IpProtocol", "ip_protocol", ColumnType.UInt8, Same, ValueForm.OptionalInt32,
                "IP protocol number (IANA), after IPv6 extension headers.",
                flow => flow.IpProtocol, (flow, value) => flow.IpProtocol = value,
                (in row, in _) => IsIp(row) ? row.IpProtocol : null),
            new FlowColumn<string>(
                "Protocol", "protocol", ColumnType.Text, Same, ValueForm.Text, "Protocol name: TCP, UDP, ICMP, ARP, or a number's text.",
                flow => flow.Protocol, (flow, value) => flow.Protocol = value,
                (in row, in _) => ProtocolNames.Protocol(row.IpVersion, row.IpProtocol, row.EtherType, row.LinkType)),
            new FlowColumn<string?>(
                "Application", "application", ColumnType.Text, Last, ValueForm.OptionalText,
                "Application by well-known port (IANA service names).",
                flow => flow.Application, (flow, value) => flow.Application = value,
                (in row, in _) => row.Application == 0 ? null : ApplicationTable.Name(row.Application)),
            new FlowColumn<string>(
                "State", "state", ColumnType.Text, Last, ValueForm.Text, "Connection state so far, in Zeek's terms.",
                flow => flow.State, (flow, value) => flow.State = value,
                (in row, in _) => row.State.ToString()),
            new Column<Flow, long>("Packets", null, ColumnType.Int64, Sum, ValueForm.Int64,
            "Packets both sides sent.", flow => flow.Packets, null),
            new Column<Flow, long>("Bytes", null, ColumnType.Int64, Sum, ValueForm.Int64,
            "Wire bytes both sides sent.", flow => flow.Bytes, null),
            new FlowColumn<long>(
                "SourcePackets", "source_packets", ColumnType.Int64, Sum, ValueForm.Int64, "Packets the originator sent.",
                flow => flow.SourcePackets, (flow, value) => flow.SourcePackets = value,
                (in row, in _) => row.SourcePackets),
            new FlowColumn<long>(
                "SourceBytes", "source_bytes", ColumnType.Int64, Sum, ValueForm.Int64, "Wire bytes the originator sent.",
                flow => flow.SourceBytes, (flow, value) => flow.SourceBytes = value,
                (in row, in _) => row.SourceBytes),
            new FlowColumn<long>(
                "DestinationPackets", "destination_packets", ColumnType.Int64, Sum, ValueForm.Int64, "Packets the responder sent.",
                flow => flow.DestinationPackets, (flow, value) => flow.DestinationPackets = value,
                (in row, in _) => row.DestinationPackets),
            new FlowColumn<long>(
                "DestinationBytes", "destination_bytes", ColumnType.Int64, Sum, ValueForm.Int64, "Wire bytes the responder sent.",
                flow => flow.DestinationBytes, (flow, value) => flow.DestinationBytes = value,
                (in row, in _) => row.DestinationBytes),
            new FlowColumn<TcpFlags?>(
                "SourceTcpFlags", "source_tcp_flags", ColumnType.UInt8, Last, ValueForm.OptionalFlags,
                "TCP flags the originator sent so far, or-ed (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128).",
                flow => flow.SourceTcpFlags, (flow, value) => flow.SourceTcpFlags = value,
                (in row, in _) => IsTcp(row) ? row.SourceTcpFlags : null),
            new FlowColumn<TcpFlags?>(
                "DestinationTcpFlags", "destination_tcp_flags", ColumnType.UInt8, Last, ValueForm.OptionalFlags,
                "TCP flags the responder sent so far, or-ed.",
                flow => flow.DestinationTcpFlags, (flow, value) => flow.DestinationTcpFlags = value,
                (in row, in _) => IsTcp(row) ? row.DestinationTcpFlags : null),
            new FlowColumn<TimeSpan?>(
                "HandshakeRtt", "handshake_rtt_us", ColumnType.Int32, Last, ValueForm.OptionalDuration,
                "Microseconds from the SYN to the acknowledgement that completes the handshake.",
                flow => flow.HandshakeRtt, (flow, value) => flow.HandshakeRtt = value,
                (in row, in _) => row.HandshakeRttUs < 0 ? null : TimeSpan.FromMicroseconds(row.HandshakeRttUs)),
            new FlowColumn<int>(
                "SourceRetransmissions", "source_retransmissions", ColumnType.Int32, Sum, ValueForm.Int32,
                "TCP segments the originator sent again.",
                flow => flow.SourceRetransmissions, (flow, value) => flow.SourceRetransmissions = value,
                (in row, in _) => row.SourceRetransmissions),
            new FlowColumn<int>(
                "DestinationRetransmissions", "destination_retransmissions", ColumnType.Int32, Sum, ValueForm.Int32,
                "TCP segments the responder sent again.",
                flow => flow.DestinationRetransmissions, (flow, value) => flow.DestinationRetransmissions = value,
                (in row, in _) => row.DestinationRetransmissions),
            new FlowColumn<int?>(
                "IcmpType", "icmp_type", ColumnType.UInt8, Same, ValueForm.OptionalInt32, "ICMP type of the flow's first packet.",
                flow => flow.IcmpType, (flow, value) => flow.IcmpType = value,
                (in row, in _) => IsIcmp(row) ? row.SourcePort : null),
            new FlowColumn<int?>(
                "IcmpCode", "icmp_code", ColumnType.UInt8, Same, ValueForm.OptionalInt32, "ICMP code of the flow's first packet.",
                flow => flow.IcmpCode, (flow, value) => flow.IcmpCode = value,
                (in row, in _) => IsIcmp(row) ? row.DestinationPort : null),
            new FlowColumn<int?>(
                "VlanId", "vlan_id", ColumnType.UInt16, Same, ValueForm.OptionalInt32, "Outermost VLAN identifier.",
                flow => flow.VlanId, (flow, value) => flow.VlanId = value,
                (in row, in _) => row.VlanId == DecodedPacket.NoVlan ? null : row.VlanId),
            new FlowColumn<string?>(
                "Tunnel", "tunnel", ColumnType.Text, Same, ValueForm.OptionalText, "Outermost tunnel the flow came through.",
                flow => flow.Tunnel, (flow, value) => flow.Tunnel = value,
                (in row, in _) => ProtocolNames.Tunnel(row.Tunnel)),
            new FlowColumn<int?>(
                "EtherType", "ether_type", ColumnType.UInt16, Same, ValueForm.OptionalInt32,
                "Innermost EtherType; absent where the frame has none.",
                flow => flow.EtherType, (flow, value) => flow.EtherType = value,
                (in row, in _) => row.EtherType == 0 ? null : row.EtherType),
            new FlowColumn<string?>(
                "SourceMac", "source_mac", ColumnType.Text, Same, ValueForm.OptionalText, "Originator's link-layer address.",
                flow => flow.SourceMac, (flow, value) => flow.SourceMac = value,
                (in row, in _) => AddressText.Mac(row.SourceMac)),
            new FlowColumn<string?>(
                "DestinationMac", "destination_mac", ColumnType.Text, Same, ValueForm.OptionalText, "Responder's link-layer address.",
                flow => flow.DestinationMac, (flow, value) => flow.DestinationMac = value,
                (in row, in _) => AddressText.Mac(row.DestinationMac)),
            new FlowColumn<string?>(
                "CommunityId", "community_id", ColumnType.Text, Same, ValueForm.OptionalText,
                "Community ID v1 flow hash, seed 0; absent without IP.",
                flow => flow.CommunityId, (flow, value) => flow.CommunityId = value,
                (in row, in _) => IsIp(row) ? NetTraffic.CommunityId.Compute(row) : null),
            new FlowColumn<string?>(
                "EndReason", "end_reason", ColumnType.Text, Last, ValueForm.OptionalText,
                "Why the flow ended with this row; absent while it goes on.",
                flow => flow.EndReason, (flow, value) => flow.EndReason = value,
                (in row, in _) => row.EndReason == FlowEndReason.Ongoing ? null : row.EndReason.ToString()),
            new FlowColumn<string>(
                "Interface", "interface", ColumnType.Text, Same, ValueForm.Text, "Interface the flow was seen on.",
                flow => flow.Interface, (flow, value) => flow.Interface = value,
                (in _, in origin) => origin.Interface),
            new FlowColumn<string>(
                "Sensor", "sensor", ColumnType.Text, Same, ValueForm.Text, "Name of the capturing machine or tap.",
                flow => flow.Sensor, (flow, value) => flow.Sensor = value,
                (in _, in origin) => origin.Sensor),
            new FlowColumn<string>(
                "CaptureId", "capture_id", ColumnType.Text, Same, ValueForm.Text, "The capture or import that saw the flow.",
                flow => flow.CaptureId, (flow, value) => flow.CaptureId = value,
                (in _, in origin) => origin.CaptureId),
            new FlowColumn<ulong>(
                "FlowId", "flow_id", ColumnType.UInt64, Same, ValueForm.UInt64, "Identifies the flow; the same in all its rows.",
                flow => flow.FlowId, (flow, value) => flow.FlowId = value,
                (in row, in _) => row.FlowId),
        ];
}
