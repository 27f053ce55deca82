namespace NetTraffic;

/// <summary>File formats that Export-NetTraffic writes.</summary>
public enum ExportFormat
{
    /// <summary>Comma-separated values (RFC 4180), UTF-8, with a header.</summary>
    Csv,

    /// <summary>JSON, one object a line, or one array.</summary>
    Json,

    /// <summary>Apache Parquet, as the store itself keeps its data.</summary>
    Parquet,

    /// <summary>Raw packets: pcapng, or classic pcap.</summary>
    Pcap,
}
