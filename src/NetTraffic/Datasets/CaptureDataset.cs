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
            .. CaptureCounters.OfIntervals.Select(Count),
        ],
        () => new CaptureInterval(),
        "What each capture received and lost, per interface and interval.");

    private static Column<CaptureInterval, long> Count(Counter counter) => new(
        counter.Property, counter.Name, ColumnType.Int64,
        counter.Merge switch { CounterMerge.Sum => Sum, CounterMerge.Newest => Last, _ => Max },
        ValueForm.Int64, counter.Description, counter.Get, counter.Set);
}
