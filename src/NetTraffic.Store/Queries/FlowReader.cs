using System.Data.Common;
using NetTraffic.Packets;

namespace NetTraffic.Store;

/// <summary>Flow objects out of a query over the flows dataset; one column table says what is selected and how rows merge.</summary>
internal static class FlowReader
{
    /// <summary>Select list for rows as they are stored.</summary>
    public static string RowColumns { get; } = string.Join(", ", Datasets.Flows.Columns.Select(column => Read(column, column.Name)));

    /// <summary>Select list for rows grouped by flow_id.</summary>
    public static string MergedColumns { get; } = string.Join(", ", Datasets.Flows.Columns.Select(column => Read(column, Merge(column))));

    /// <summary>As <see cref="MergedColumns"/> with the dataset's own types, for files.</summary>
    public static string MergedFileColumns { get; } = string.Join(", ", Datasets.Flows.Columns.Select(column => $"{Merge(column)} AS {column.Name}"));

    /// <summary>Columns as they stand in files.</summary>
    public static string FileColumns(Dataset dataset) => string.Join(", ", dataset.Columns.Select(column => column.Name));

    private static readonly int[] Ordinals = [.. new[]
    {
        "capture_id", "sensor", "interface", "flow_id", "time", "end_time", "start_time", "source_address", "source_port", "destination_address", "destination_port",
        "ip_version", "ip_protocol", "transport", "application", "ether_type", "icmp_type", "icmp_code", "vlan_id", "tunnel", "source_mac", "destination_mac",
        "source_packets", "source_bytes", "destination_packets", "destination_bytes", "source_tcp_flags", "destination_tcp_flags", "state", "handshake_rtt_us",
        "source_retransmissions", "destination_retransmissions", "community_id", "end_reason",
    }.Select(name => Datasets.Flows.Columns.Select(column => column.Name).ToList().IndexOf(name))];

    public static Flow Read(DbDataReader reader)
    {
        int at = 0;
        return new Flow
        {
            CaptureId = Text(reader, at++)!,
            Sensor = Text(reader, at++)!,
            Interface = Text(reader, at++)!,
            FlowId = reader.GetFieldValue<ulong>(Ordinals[at++]),
            Time = Time(reader, at++),
            EndTime = Time(reader, at++),
            StartTime = Time(reader, at++),
            SourceAddress = Text(reader, at++),
            SourcePort = Number(reader, at++),
            DestinationAddress = Text(reader, at++),
            DestinationPort = Number(reader, at++),
            IpVersion = Number(reader, at++),
            IpProtocol = Number(reader, at++),
            Transport = Text(reader, at++)!,
            Application = Text(reader, at++),
            EtherType = Number(reader, at++),
            IcmpType = Number(reader, at++),
            IcmpCode = Number(reader, at++),
            VlanId = Number(reader, at++),
            Tunnel = Text(reader, at++),
            SourceMac = Text(reader, at++),
            DestinationMac = Text(reader, at++),
            SourcePackets = reader.GetInt64(Ordinals[at++]),
            SourceBytes = reader.GetInt64(Ordinals[at++]),
            DestinationPackets = reader.GetInt64(Ordinals[at++]),
            DestinationBytes = reader.GetInt64(Ordinals[at++]),
            SourceTcpFlags = (TcpFlags?)Number(reader, at++),
            DestinationTcpFlags = (TcpFlags?)Number(reader, at++),
            State = Text(reader, at++)!,
            HandshakeRtt = Number(reader, at++) is { } us ? TimeSpan.FromMicroseconds(us) : null,
            SourceRetransmissions = Number(reader, at++) ?? 0,
            DestinationRetransmissions = Number(reader, at++) ?? 0,
            CommunityId = Text(reader, at++),
            EndReason = Text(reader, at++),
        };
    }

    private static string Merge(Column column) => column.Merge switch
    {
        ColumnMerge.Same => $"any_value({column.Name})",
        ColumnMerge.Min => $"min({column.Name})",
        ColumnMerge.Max => $"max({column.Name})",
        ColumnMerge.Sum => $"sum({column.Name})::{Database.SqlType(column.Type)}",
        _ => $"arg_max({column.Name}, end_time)",
    };

    private static string Read(Column column, string expression) => column.Type switch
    {
        ColumnType.Timestamp => $"epoch_us({expression})",
        ColumnType.UInt8 or ColumnType.UInt16 => $"({expression})::INTEGER",
        _ => expression,
    };

    private static string? Text(DbDataReader reader, int at) => reader.IsDBNull(Ordinals[at]) ? null : reader.GetString(Ordinals[at]);

    private static int? Number(DbDataReader reader, int at) => reader.IsDBNull(Ordinals[at]) ? null : reader.GetInt32(Ordinals[at]);

    private static DateTime Time(DbDataReader reader, int at) => Database.FromMicroseconds(reader.GetInt64(Ordinals[at]));
}
