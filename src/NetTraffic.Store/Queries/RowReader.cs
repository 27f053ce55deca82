using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>
/// Records out of a query whose select list is <see cref="DatasetSql.RowColumns"/> or <see cref="DatasetSql.MergedRowColumns"/>.
/// </summary>
/// <param name="dataset">Whose columns are selected.</param>
/// <param name="reader">The query's rows.</param>
internal sealed class RowReader<TRow>(Dataset<TRow> dataset, DuckDBDataReader reader) : IValueReader
    where TRow : class
{
    private int at;

    public bool IsNull => reader.IsDBNull(at);

    public string Text() => reader.GetString(at);

    public long Number() => reader.GetInt64(at);

    public ulong Unsigned() => reader.GetFieldValue<ulong>(at);

    public DateTime Time() => UnixTime.FromMicroseconds(reader.GetInt64(at));

    /// <summary>The row that the query stands at.</summary>
    public TRow Read()
    {
        TRow row = dataset.Create();
        IReadOnlyList<Column<TRow>> columns = dataset.Columns;
        for (at = 0; at < columns.Count; at++)
        {
            columns[at].Read(row, this);
        }

        return row;
    }
}
