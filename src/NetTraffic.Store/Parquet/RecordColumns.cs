namespace NetTraffic.Store.Parquet;

/// <summary>
/// Records of a dataset as one segment, as its table of columns says: for what is written by the hundred, not by the million.
/// </summary>
internal sealed class RecordColumns<TRow>
    where TRow : class
{
    private readonly Dataset<TRow> dataset;
    private readonly List<TRow> rows;

    public RecordColumns(Dataset<TRow> dataset, IEnumerable<TRow> records, Func<TRow, DateTime> time, Func<TRow, DateTime> endTime)
    {
        this.dataset = dataset;
        rows = [.. records];
        FirstUs = rows.Min(row => UnixTime.ToMicroseconds(time(row)));
        LastUs = rows.Max(row => UnixTime.ToMicroseconds(endTime(row)));
    }

    public long FirstUs { get; }

    public long LastUs { get; }

    public ReadOnlyMemory<byte> Encode(ParquetFile file)
    {
        file.Begin(dataset.Columns, rows.Count);
        foreach (Column<TRow> column in dataset.Columns)
        {
            ValueColumn values = new(column);
            foreach (TRow row in rows)
            {
                column.Write(row, values);
            }

            values.WriteTo(file);
        }

        return file.End();
    }
}
