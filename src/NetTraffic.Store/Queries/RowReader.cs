using System.Data.Common;
using System.Text;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace NetTraffic.Store;

/// <summary>
/// Records out of a query whose select list begins with <see cref="DatasetSql.FileColumns"/> or
/// <see cref="DatasetSql.MergedFileColumns"/>. Reads DuckDB's column vectors where they are, 2,048 rows at a time, since DuckDB.NET's own
/// reader takes several calls and a new text for each value (its layout: https://duckdb.org/docs/stable/clients/c/vector). While it is
/// open, its connection has room for nothing else.
/// </summary>
internal sealed unsafe class RowReader<TRow> : IValueReader, IDisposable
    where TRow : class
{
    private readonly Dataset<TRow> dataset;
    private readonly Vector[] vectors;
    private readonly LastText[] texts;
    private readonly DuckDBPreparedStatement statement;
    private readonly CancellationTokenRegistration registration;
    private DuckDBResult result;
    private DuckDBDataChunk? chunk;
    private int at;
    private int row;
    private int rows;

    /// <summary>Begins a query. Sorted, all its files have been read by then.</summary>
    /// <exception cref="DbException">DuckDB refuses or fails.</exception>
    public RowReader(Dataset<TRow> dataset, DuckDBConnection connection, string sql, CancellationToken cancellationToken)
    {
        this.dataset = dataset;
        vectors = new Vector[dataset.Columns.Count];
        texts = new LastText[vectors.Length];
        DuckDBNativeConnection native = connection.NativeConnection;
        DuckDBState prepared = NativeMethods.PreparedStatements.DuckDBPrepare(native, sql, out statement);
        try
        {
            if (prepared != DuckDBState.Success)
            {
                throw new QueryException(NativeMethods.PreparedStatements.DuckDBPrepareError(statement), DuckDBErrorType.Invalid);
            }

            registration = cancellationToken.Register(() => NativeMethods.Startup.DuckDBInterrupt(native));
            if (NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out result) != DuckDBState.Success)
            {
                throw Failure();
            }

            Fetch();
            row = -1;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public bool IsNull => vectors[at].Validity != null && (vectors[at].Validity[row >> 6] & (1UL << (row & 63))) == 0;

    public string Text()
    {
        byte* value = (byte*)vectors[at].Data + (16 * row);
        int length = *(int*)value;
        return texts[at].Get(new ReadOnlySpan<byte>(length <= 12 ? value + 4 : *(byte**)(value + 8), length));
    }

    public long Number() => dataset.Columns[at].Type switch
    {
        ColumnType.UInt8 => ((byte*)vectors[at].Data)[row],
        ColumnType.UInt16 => ((ushort*)vectors[at].Data)[row],
        ColumnType.Int32 => ((int*)vectors[at].Data)[row],
        _ => ((long*)vectors[at].Data)[row],
    };

    public ulong Unsigned() => ((ulong*)vectors[at].Data)[row];

    public DateTime Time() => UnixTime.FromMicroseconds(((long*)vectors[at].Data)[row]);

    /// <summary>The next row; null: there is none.</summary>
    /// <exception cref="DbException">DuckDB fails.</exception>
    public TRow? Read()
    {
        if (++row >= rows && !Fetch())
        {
            return null;
        }

        TRow record = dataset.Create();
        IReadOnlyList<Column<TRow>> columns = dataset.Columns;
        for (at = 0; at < vectors.Length; at++)
        {
            columns[at].Read(record, this);
        }

        return record;
    }

    public void Dispose()
    {
        registration.Dispose();
        chunk?.Dispose();
        chunk = null;
        NativeMethods.Query.DuckDBDestroyResult(ref result);
        statement.Dispose();
    }

    private bool Fetch()
    {
        row = rows = 0;
        if (chunk is { IsInvalid: true })
        {
            return false;
        }

        chunk?.Dispose();
        chunk = NativeMethods.Query.DuckDBFetchChunk(result);
        if (chunk.IsInvalid)
        {
            // At the end of the rows too.
            if (!string.IsNullOrEmpty(NativeMethods.Query.DuckDBResultError(ref result)))
            {
                throw Failure();
            }

            return false;
        }

        rows = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);
        for (int i = 0; i < vectors.Length; i++)
        {
            nint vector = NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, i);
            vectors[i] = new Vector
            {
                Data = NativeMethods.Vectors.DuckDBVectorGetData(vector),
                Validity = NativeMethods.Vectors.DuckDBVectorGetValidity(vector),
            };
        }

        return rows > 0;
    }

    private QueryException Failure() => new(
        NativeMethods.Query.DuckDBResultError(ref result), NativeMethods.Query.DuckDBResultErrorType(ref result));

    private struct Vector
    {
        public void* Data;
        public ulong* Validity;
    }

    /// <summary>A column's last text: many columns have the same one in most rows.</summary>
    private struct LastText
    {
        private byte[]? bytes;
        private int length;
        private string text;

        public string Get(ReadOnlySpan<byte> value)
        {
            if (bytes is null || !value.SequenceEqual(bytes.AsSpan(0, length)))
            {
                if (bytes is null || bytes.Length < value.Length)
                {
                    bytes = new byte[Math.Max(64, value.Length)];
                }

                value.CopyTo(bytes);
                length = value.Length;
                text = Encoding.UTF8.GetString(value);
            }

            return text;
        }
    }
}
