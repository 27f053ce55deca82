using System.Data.Common;
using DuckDB.NET.Native;

namespace NetTraffic.Store;

/// <summary>What DuckDB says of a query that <see cref="RowReader{TRow}"/> ran: only DuckDB.NET can make its own exception.</summary>
internal sealed class QueryException(string message, DuckDBErrorType type) : DbException(message)
{
    /// <summary>Kind of the error.</summary>
    public DuckDBErrorType ErrorType { get; } = type;
}
