namespace NetTraffic.Store.Parquet;

/// <summary>Rows of the captures dataset as one segment.</summary>
internal sealed class CaptureColumns
{
    private readonly List<CaptureInterval> rows;

    public CaptureColumns(IEnumerable<CaptureInterval> intervals)
    {
        rows = [.. intervals];
        FirstUs = rows.Min(row => UnixTime.ToMicroseconds(row.Time));
        LastUs = rows.Max(row => UnixTime.ToMicroseconds(row.EndTime));
    }

    public long FirstUs { get; }

    public long LastUs { get; }

    public ReadOnlyMemory<byte> Encode(ParquetFile file)
    {
        file.Begin(Datasets.Captures.Columns, rows.Count);
        foreach (Column<CaptureInterval> column in Datasets.Captures.Columns)
        {
            ValueColumn values = new(column);
            foreach (CaptureInterval row in rows)
            {
                column.Write(row, values);
            }

            values.WriteTo(file);
        }

        return file.End();
    }
}
