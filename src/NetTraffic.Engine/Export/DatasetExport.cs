namespace NetTraffic.Engine;

/// <summary>Rows of a dataset as CSV or JSON, with the fields of its table in their order.</summary>
public static class DatasetExport
{
    /// <summary>Writes rows as they come; memory does not grow with them. Returns how many there were.</summary>
    /// <param name="dataset">Whose rows they are.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="format">CSV or JSON.</param>
    /// <param name="asArray">JSON: one array instead of one object a line.</param>
    /// <param name="stream">Takes the text, and stays open.</param>
    /// <param name="progress">Called after each row, with how many there were so far; null: nobody asks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">The stream does not take it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static long Write<TRow>(
        Dataset<TRow> dataset, IEnumerable<TRow> rows, ExportFormat format, bool asArray, Stream stream, Action<long>? progress,
        CancellationToken cancellationToken)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(rows);
        using DatasetWriter writer = DatasetWriter.Create(format, stream, asArray);
        writer.Begin(dataset.Fields);
        long count = 0;
        foreach (TRow row in ReadAhead.Of(rows, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Write(row, dataset.Fields);
            count++;
            progress?.Invoke(count);
        }

        writer.Complete();
        return count;
    }
}
