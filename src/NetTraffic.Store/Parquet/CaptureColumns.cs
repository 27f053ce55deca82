namespace NetTraffic.Store.Parquet;

/// <summary>Rows of the captures dataset as one segment.</summary>
internal sealed class CaptureColumns
{
    private readonly List<CaptureInterval> rows;

    public CaptureColumns(IEnumerable<CaptureInterval> intervals)
    {
        rows = [.. intervals];
        FirstUs = rows.Min(row => Database.Microseconds(row.Time));
        LastUs = rows.Max(row => Database.Microseconds(row.EndTime));
    }

    public long FirstUs { get; }

    public long LastUs { get; }

    public ReadOnlyMemory<byte> Encode(ParquetFile file)
    {
        file.Begin(Datasets.Captures, rows.Count);
        Text(file, row => row.CaptureId);
        Text(file, row => row.Sensor);
        Text(file, row => row.Interface);
        Number(file, row => Database.Microseconds(row.Time));
        Number(file, row => Database.Microseconds(row.EndTime));
        Number(file, row => row.Packets);
        Number(file, row => row.Bytes);
        Number(file, row => row.KernelDrops);
        Number(file, row => row.InterfaceDrops);
        Number(file, row => row.DecodeFailures);
        Number(file, row => row.Flows);
        Number(file, row => row.ActiveFlows);
        Number(file, row => row.EvictedFlows);
        Number(file, row => row.LostRows);
        Number(file, row => row.MemoryBytes);
        return file.End();
    }

    private void Number(ParquetFile file, Func<CaptureInterval, long> value) => file.Numbers([.. rows.Select(value)]);

    private void Text(ParquetFile file, Func<CaptureInterval, string> value)
    {
        TextDictionary dictionary = new();
        int[] numbers = [.. rows.Select(row => dictionary.Number(value(row)))];
        file.Text(dictionary.Plain, dictionary.Count, numbers);
    }
}
