namespace NetTraffic;

/// <summary>Types a dataset column can have.</summary>
public enum ColumnType
{
    /// <summary>UTC time in microseconds (Parquet TIMESTAMP(MICROS, UTC)).</summary>
    Timestamp,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>8-bit unsigned number.</summary>
    UInt8,

    /// <summary>16-bit unsigned number.</summary>
    UInt16,

    /// <summary>32-bit signed number.</summary>
    Int32,

    /// <summary>64-bit signed number.</summary>
    Int64,

    /// <summary>64-bit unsigned number.</summary>
    UInt64,
}

/// <summary>How a column's values combine when a flow's interval rows become one flow.</summary>
public enum ColumnMerge
{
    /// <summary>The same in every row of a flow.</summary>
    Same,

    /// <summary>The lowest value.</summary>
    Min,

    /// <summary>The highest value.</summary>
    Max,

    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The value of the newest row.</summary>
    Last,
}

/// <summary>One column of a dataset.</summary>
/// <param name="Property">PascalCase name that PowerShell users see.</param>
/// <param name="Name">snake_case name in Parquet files and SQL.</param>
/// <param name="Type">Value type.</param>
/// <param name="Nullable">Whether a value can be absent.</param>
/// <param name="Merge">How interval rows combine.</param>
/// <param name="Description">What it holds, with its unit.</param>
public sealed record Column(string Property, string Name, ColumnType Type, bool Nullable, ColumnMerge Merge, string Description);

/// <summary>A named, append-only table of the store.</summary>
/// <param name="Name">Folder name in the store.</param>
/// <param name="Columns">Columns in file order.</param>
/// <param name="Description">What a row is.</param>
public sealed record Dataset(string Name, IReadOnlyList<Column> Columns, string Description);

/// <summary>The datasets: one column table drives Parquet, SQL, objects, format views and docs.</summary>
public static class Datasets
{
    /// <summary>Version of the store's layout. A store with a higher version is refused.</summary>
    public const int StoreVersion = 1;

    /// <summary>One row per flow per flush interval.</summary>
    public static Dataset Flows { get; } = new(
        "flows",
        [
            new("CaptureId", "capture_id", ColumnType.Text, false, ColumnMerge.Same, "The capture or import that saw the flow."),
            new("Sensor", "sensor", ColumnType.Text, false, ColumnMerge.Same, "Name of the capturing machine or tap."),
            new("Interface", "interface", ColumnType.Text, false, ColumnMerge.Same, "Interface the flow was seen on."),
            new("FlowId", "flow_id", ColumnType.UInt64, false, ColumnMerge.Same, "Identifies the flow; the same in all its rows."),
            new("Time", "time", ColumnType.Timestamp, false, ColumnMerge.Min, "First packet of the flow in this interval."),
            new("EndTime", "end_time", ColumnType.Timestamp, false, ColumnMerge.Max, "Last packet of the flow in this interval."),
            new("StartTime", "start_time", ColumnType.Timestamp, false, ColumnMerge.Min, "First packet of the flow."),
            new("SourceAddress", "source_address", ColumnType.Text, true, ColumnMerge.Same, "Originator's IP address; absent for frames without IP."),
            new("SourcePort", "source_port", ColumnType.UInt16, true, ColumnMerge.Same, "Originator's port (TCP, UDP, SCTP, ...)."),
            new("DestinationAddress", "destination_address", ColumnType.Text, true, ColumnMerge.Same, "Responder's IP address."),
            new("DestinationPort", "destination_port", ColumnType.UInt16, true, ColumnMerge.Same, "Responder's port."),
            new("IpVersion", "ip_version", ColumnType.UInt8, true, ColumnMerge.Same, "4 or 6."),
            new("IpProtocol", "ip_protocol", ColumnType.UInt8, true, ColumnMerge.Same, "IP protocol number (IANA), after IPv6 extension headers."),
            new("Transport", "transport", ColumnType.Text, false, ColumnMerge.Same, "Protocol name: TCP, UDP, ICMP, ARP, or a number's text."),
            new("Application", "application", ColumnType.Text, true, ColumnMerge.Last, "Application by well-known port (IANA service names)."),
            new("EtherType", "ether_type", ColumnType.UInt16, true, ColumnMerge.Same, "Innermost EtherType; absent where the frame has none."),
            new("IcmpType", "icmp_type", ColumnType.UInt8, true, ColumnMerge.Same, "ICMP type of the flow's first packet."),
            new("IcmpCode", "icmp_code", ColumnType.UInt8, true, ColumnMerge.Same, "ICMP code of the flow's first packet."),
            new("VlanId", "vlan_id", ColumnType.UInt16, true, ColumnMerge.Same, "Outermost VLAN identifier."),
            new("Tunnel", "tunnel", ColumnType.Text, true, ColumnMerge.Same, "Outermost tunnel the flow came through."),
            new("SourceMac", "source_mac", ColumnType.Text, true, ColumnMerge.Same, "Originator's link-layer address."),
            new("DestinationMac", "destination_mac", ColumnType.Text, true, ColumnMerge.Same, "Responder's link-layer address."),
            new("SourcePackets", "source_packets", ColumnType.Int64, false, ColumnMerge.Sum, "Packets the originator sent."),
            new("SourceBytes", "source_bytes", ColumnType.Int64, false, ColumnMerge.Sum, "Wire bytes the originator sent."),
            new("DestinationPackets", "destination_packets", ColumnType.Int64, false, ColumnMerge.Sum, "Packets the responder sent."),
            new("DestinationBytes", "destination_bytes", ColumnType.Int64, false, ColumnMerge.Sum, "Wire bytes the responder sent."),
            new("SourceTcpFlags", "source_tcp_flags", ColumnType.UInt8, true, ColumnMerge.Last, "TCP flags the originator sent so far, or-ed (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128)."),
            new("DestinationTcpFlags", "destination_tcp_flags", ColumnType.UInt8, true, ColumnMerge.Last, "TCP flags the responder sent so far, or-ed."),
            new("State", "state", ColumnType.Text, false, ColumnMerge.Last, "Connection state so far, in Zeek's terms."),
            new("HandshakeRtt", "handshake_rtt_us", ColumnType.Int32, true, ColumnMerge.Last, "Microseconds from the SYN to the acknowledgement that completes the handshake."),
            new("SourceRetransmissions", "source_retransmissions", ColumnType.Int32, false, ColumnMerge.Sum, "TCP segments the originator sent again."),
            new("DestinationRetransmissions", "destination_retransmissions", ColumnType.Int32, false, ColumnMerge.Sum, "TCP segments the responder sent again."),
            new("CommunityId", "community_id", ColumnType.Text, true, ColumnMerge.Same, "Community ID v1 flow hash, seed 0; absent without IP."),
            new("EndReason", "end_reason", ColumnType.Text, true, ColumnMerge.Last, "Why the flow ended with this row; absent while it goes on."),
        ],
        "One row per flow per flush interval.");

    /// <summary>What each capture received, dropped and failed to decode, one row per capture, interface and flush interval.</summary>
    public static Dataset Captures { get; } = new(
        "captures",
        [
            new("CaptureId", "capture_id", ColumnType.Text, false, ColumnMerge.Same, "The capture or import."),
            new("Sensor", "sensor", ColumnType.Text, false, ColumnMerge.Same, "Name of the capturing machine or tap."),
            new("Interface", "interface", ColumnType.Text, false, ColumnMerge.Same, "Interface; a file's path for imports of files without interface names."),
            new("Time", "time", ColumnType.Timestamp, false, ColumnMerge.Min, "Start of the interval."),
            new("EndTime", "end_time", ColumnType.Timestamp, false, ColumnMerge.Max, "End of the interval."),
            new("Packets", "packets", ColumnType.Int64, false, ColumnMerge.Sum, "Packets received."),
            new("Bytes", "bytes", ColumnType.Int64, false, ColumnMerge.Sum, "Wire bytes received."),
            new("KernelDrops", "kernel_drops", ColumnType.Int64, false, ColumnMerge.Sum, "Packets the kernel dropped."),
            new("InterfaceDrops", "interface_drops", ColumnType.Int64, false, ColumnMerge.Sum, "Packets the interface dropped."),
            new("DecodeFailures", "decode_failures", ColumnType.Int64, false, ColumnMerge.Sum, "Packets whose decoding stopped early."),
            new("Flows", "flows", ColumnType.Int64, false, ColumnMerge.Sum, "Flows that began."),
            new("ActiveFlows", "active_flows", ColumnType.Int64, false, ColumnMerge.Last, "Flows in the table at the end of the interval."),
            new("EvictedFlows", "evicted_flows", ColumnType.Int64, false, ColumnMerge.Sum, "Flows written out early because the table was full."),
            new("LostRows", "lost_rows", ColumnType.Int64, false, ColumnMerge.Sum, "Flow rows that could not be written (disk full for too long)."),
            new("MemoryBytes", "memory_bytes", ColumnType.Int64, false, ColumnMerge.Last, "Managed memory of the capturing process."),
        ],
        "What each capture received and lost, per interface and interval.");

    /// <summary>All datasets of this version.</summary>
    public static IReadOnlyList<Dataset> All { get; } = [Flows, Captures];
}
