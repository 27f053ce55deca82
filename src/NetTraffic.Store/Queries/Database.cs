using System.Data.Common;
using System.Globalization;
using System.Text;
using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>An in-memory DuckDB of our own, and the few pieces of SQL that everything else is made of.</summary>
internal static class Database
{
    /// <summary>
    /// Opens one; nothing is downloaded, and what does not fit in memory goes to a folder that goes away with the process. Its cache of
    /// file contents is off: the system has one, and DuckDB's keeps at least 4 KiB a read, of deleted files too.
    /// </summary>
    public static DuckDBConnection Open(int memoryMegabytes)
    {
        DuckDBConnection connection = new("DataSource=:memory:");
        connection.Open();
        string spill = Path.Combine(Path.GetTempPath(), "nettraffic-" + Guid.NewGuid().ToString("N")[..12]);
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"""
            SET autoinstall_known_extensions = false;
            SET autoload_known_extensions = false;
            SET memory_limit = '{memoryMegabytes}MB';
            SET temp_directory = {Text(spill)};
            SET GLOBAL TimeZone = 'UTC';
            SET enable_external_file_cache = false;
            SET threads = {Math.Max(1, Environment.ProcessorCount)};
            """));
        AddressFunction.Register(connection);
        FactFunction.Register(connection);
        PseudonymFunctions.Register(connection);
        return connection;
    }

    /// <summary>Runs a query that lists segments first, again where retention or compaction removed one in between.</summary>
    public static T Retry<T>(string store, Func<T> query)
    {
        const int tries = 3;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return query();
            }
            catch (DbException error) when (attempt < tries && FileOf(error, store) is { } file && !File.Exists(file))
            {
                // Listed again, the store is whole.
            }
        }
    }

    /// <summary>
    /// The file of a store that an error is about; null: it is about none. The error's type does not say so: whatever goes wrong while
    /// files are opened
    /// has the type Invalid. Its first line names the file.
    /// </summary>
    public static string? FileOf(DbException error, string store)
    {
        const string extension = ".parquet";
        string line = FirstLine(error);
        int start = line.IndexOf(store, StringComparison.Ordinal);
        int end = start < 0 ? -1 : line.IndexOf(extension, start + store.Length, StringComparison.Ordinal);
        return end < 0 ? null : line[start..(end + extension.Length)];
    }

    /// <summary>
    /// Where an error is about a file of a store that another program keeps to itself, what is to be said of that; null: it is about
    /// something else. DuckDB's own words for it differ from one of Windows' languages to the next.
    /// </summary>
    public static FileInUseException? Held(DbException error, string store)
    {
        try
        {
            if (FileOf(error, store) is { } file)
            {
                SharedFile.OpenRead(file, bufferSize: 0).Dispose();
            }
        }
        catch (FileInUseException held)
        {
            return held;
        }
        catch (Exception other) when (other is IOException or UnauthorizedAccessException)
        {
            // It is gone, or may not be read.
        }

        return null;
    }

    /// <summary>What an error says, without the SQL that DuckDB shows behind it.</summary>
    public static string FirstLine(DbException error) => error.Message.Split('\n', 2)[0];

    public static void Execute(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a query and gives each row; cancelled, DuckDB stops it.</summary>
    public static void Query(DuckDBConnection connection, string sql, Action<DuckDBDataReader> row, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using CancellationTokenRegistration registration = cancellationToken.Register(command.Cancel);
        using DuckDBDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            row(reader);
        }
    }

    public static object? Scalar(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is var value && value is DBNull ? null : value;
    }

    /// <summary>
    /// A text literal; names from the wire are hostile, so quotes are doubled, and NUL, which SQL text cannot hold, is left out.
    /// </summary>
    public static string Text(string value) =>
        "'" + value.Replace("'", "''", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal) + "'";

    /// <summary>A point in time as a literal, in microseconds since 1970.</summary>
    public static string Time(long us) => string.Create(CultureInfo.InvariantCulture, $"make_timestamptz({us})");

    /// <summary>read_parquet over segments; a table without rows where there are none.</summary>
    public static string Read(Dataset dataset, IReadOnlyCollection<Segment> segments)
    {
        if (segments.Count == 0)
        {
            return DatasetSql.Empty(dataset);
        }

        StringBuilder sql = new("read_parquet([");
        sql.AppendJoin(", ", segments.Select(segment => Text(segment.Path)));
        return sql.Append("], hive_partitioning = false)").ToString();
    }
}
