namespace NetTraffic.Store;

/// <summary>The pieces of SQL that a dataset's table of columns says: types, select lists, how interval rows become one flow.</summary>
internal static class DatasetSql
{
    /// <summary>The columns as they stand in files.</summary>
    public static string FileColumns(Dataset dataset) => List(dataset, column => column.Name);

    /// <summary>The columns of rows grouped by flow, with the dataset's own types, for files.</summary>
    public static string MergedFileColumns(Dataset dataset) => List(dataset, column => $"{Merge(column)} AS {column.Name}");

    /// <summary>A dataset without rows, to select from.</summary>
    public static string Empty(Dataset dataset) =>
        $"(SELECT {List(dataset, column => $"NULL::{Type(column.Type)} AS {column.Name}")} WHERE false)";

    /// <summary>A column type's name in DuckDB.</summary>
    public static string Type(ColumnType type) => type switch
    {
        ColumnType.Timestamp => "TIMESTAMPTZ",
        ColumnType.Text => "VARCHAR",
        ColumnType.UInt8 => "UTINYINT",
        ColumnType.UInt16 => "USMALLINT",
        ColumnType.Int32 => "INTEGER",
        ColumnType.Int64 => "BIGINT",
        _ => "UBIGINT",
    };

    private static string List(Dataset dataset, Func<Column, string> piece) => string.Join(", ", dataset.Columns.Select(piece));

    private static string Merge(Column column) => column.Merge switch
    {
        ColumnMerge.Same => $"any_value({column.Name})",
        ColumnMerge.Min => $"min({column.Name})",
        ColumnMerge.Max => $"max({column.Name})",
        ColumnMerge.Sum => $"sum({column.Name})::{Type(column.Type)}",
        _ => $"arg_max({column.Name}, end_time)",
    };
}
