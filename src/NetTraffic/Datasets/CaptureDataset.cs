using static NetTraffic.ColumnMerge;

namespace NetTraffic;

/// <summary>The table of the captures dataset's columns.</summary>
internal static class CaptureDataset
{
    public static Dataset<CaptureInterval> Create() => new(
        "captures",
        [
            new Column<CaptureInterval, string>(
                "CaptureId", "capture_id", ColumnType.Text, Same, ValueForm.Text, "The capture or import.",
                row => row.CaptureId, (row, value) => row.CaptureId = value),
            new Column<CaptureInterval, string>(
                "Sensor", "sensor", ColumnType.Text, Same, ValueForm.Text, "Name of the capturing machine or tap.",
                row => row.Sensor, (row, value) => row.Sensor = value),
            new Column<CaptureInterval, string>(
                "Interface", "interface", ColumnType.Text, Same, ValueForm.Text,
                "Interface; a file's path for imports of files without interface names.",
                row => row.Interface, (row, value) => row.Interface = value),
            new Column<CaptureInterval, DateTime>(
                "Time", "time", ColumnType.Timestamp, Min, ValueForm.Time, "Start of the interval.",
                row => row.Time, (row, value) => row.Time = value),
            new Column<CaptureInterval, DateTime>(
                "EndTime", "end_time", ColumnType.Timestamp, Max, ValueForm.Time, "End of the interval.",
                row => row.EndTime, (row, value) => row.EndTime = value),
            Count("Packets", "packets", Sum, "Packets received.", row => row.Packets, (row, value) => row.Packets = value),
            Count("Bytes", "bytes", Sum, "Wire bytes received.", row => row.Bytes, (row, value) => row.Bytes = value),
            Count("KernelDrops", "kernel_drops", Sum, "Packets the kernel dropped.",
                row => row.KernelDrops, (row, value) => row.KernelDrops = value),
            Count("InterfaceDrops", "interface_drops", Sum, "Packets the interface dropped.",
                row => row.InterfaceDrops, (row, value) => row.InterfaceDrops = value),
            Count("DecodeFailures", "decode_failures", Sum, "Packets whose decoding stopped early.",
                row => row.DecodeFailures, (row, value) => row.DecodeFailures = value),
            Count("Flows", "flows", Sum, "Flows that began.", row => row.Flows, (row, value) => row.Flows = value),
            Count("ActiveFlows", "active_flows", Last, "Flows in the table at the end of the interval.",
                row => row.ActiveFlows, (row, value) => row.ActiveFlows = value),
            Count("EvictedFlows", "evicted_flows", Sum, "Flows written out early because the table was full.",
                row => row.EvictedFlows, (row, value) => row.EvictedFlows = value),
            Count("LostRows", "lost_rows", Sum, "Flow rows that could not be written (disk full for too long).",
                row => row.LostRows, (row, value) => row.LostRows = value),
            Count("MemoryBytes", "memory_bytes", Last, "Managed memory of the capturing process.",
                row => row.MemoryBytes, (row, value) => row.MemoryBytes = value),
        ],
        () => new CaptureInterval(),
        "What each capture received and lost, per interface and interval.");

    private static Column<CaptureInterval, long> Count(
        string property, string name, ColumnMerge merge, string description,
        Func<CaptureInterval, long> get, Action<CaptureInterval, long> set) =>
        new(property, name, ColumnType.Int64, merge, ValueForm.Int64, description, get, set);
}
