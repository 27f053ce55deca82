using System.Globalization;
using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>
/// Flows newest first, without sorting the store: the time axis is walked backwards in windows that hold a few segments at first and
/// more later. A flow belongs to the window of its last row; those that reach beyond a window's start are remembered until it is
/// passed, so that none is given twice.
/// </summary>
internal sealed class FlowQuery
{
    private const long MostBytes = 24 << 20;
    private readonly string store;
    private readonly DuckDBConnection connection;
    private readonly FilterSql filter;
    private readonly bool perInterval;
    private readonly CancellationToken cancellationToken;
    private long before = long.MaxValue;
    private long windowBytes = 64 << 10;

    public FlowQuery(string store, DuckDBConnection connection, TrafficFilter filter, bool perInterval, CancellationToken cancellationToken)
    {
        this.store = store;
        this.connection = connection;
        this.filter = FilterSql.Create(filter, Datasets.Flows);
        this.perInterval = perInterval;
        this.cancellationToken = cancellationToken;
    }

    public IEnumerable<Flow> Run(long? first)
    {
        long left = first ?? long.MaxValue;
        Database.Execute(connection, "CREATE TEMP TABLE emitted (flow_id UBIGINT, start_us BIGINT)");
        while (left > 0 && Next(left) is (long fromUs, var result))
        {
            using (result)
            {
                while (result is not null && result.Reader.Read())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    left--;
                    yield return result.Flows.Read();
                }
            }

            before = fromUs;
            windowBytes = Math.Min(MostBytes, windowBytes * 4);
        }
    }

    /// <summary>
    /// The next window's start and rows; null: nothing is left. Where a segment of it is removed meanwhile, the window is another one.
    /// </summary>
    private (long FromUs, Result? Result)? Next(long limit) =>
        Database.Retry<(long, Result?)?>(store, () => Window() is { } window ? (window.FromUs, Open(window, limit)) : null);

    /// <summary>The newest segments with rows before <see cref="before"/>, and the time from which on they hold every row.</summary>
    private (List<Segment> Segments, long FromUs)? Window()
    {
        List<Segment> found = SegmentCatalog.List(store, Datasets.Flows.Name, filter.SinceUs, filter.UntilUs);
        found.RemoveAll(segment => segment.FirstUs >= before);
        if (found.Count == 0)
        {
            return null;
        }

        found.Sort((left, right) => right.LastUs.CompareTo(left.LastUs));
        int taken = 0;
        long bytes = 0;
        while (taken < found.Count && (taken == 0 || found[taken].LastUs + 1 >= before || bytes + found[taken].Bytes <= windowBytes))
        {
            bytes += found[taken++].Bytes;
        }

        return (found[..taken], taken < found.Count ? found[taken].LastUs + 1 : long.MinValue);
    }

    private Result? Open((List<Segment> Segments, long FromUs) window, long limit)
    {
        string rows = $"{filter.Condition} AND {EndTimeWithin(window.FromUs, before)}";
        string most = limit == long.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $" LIMIT {limit}");
        if (perInterval)
        {
            return Query($"""
                SELECT {DatasetSql.RowColumns(Datasets.Flows)} FROM {Database.Read(window.Segments)}
                WHERE {rows} ORDER BY end_time DESC, time DESC, flow_id{most}
                """);
        }

        Database.Execute(connection, $"""
            CREATE OR REPLACE TEMP TABLE chosen AS
            SELECT flow_id, epoch_us(min(least(start_time, time))) AS start_us, max(end_time) AS last_time
            FROM {Database.Read(window.Segments)}
            WHERE {rows} AND flow_id NOT IN (SELECT flow_id FROM emitted)
            GROUP BY flow_id ORDER BY last_time DESC, flow_id{most}
            """);
        if (Database.Scalar(connection, "SELECT min(start_us) FROM chosen") is not long startUs)
        {
            return null;
        }

        List<Segment> all = SegmentCatalog.List(store, Datasets.Flows.Name, Math.Max(startUs, filter.SinceUs), filter.UntilUs);
        all.RemoveAll(segment => segment.FirstUs >= before);
        if (all.Count == 0)
        {
            return null;
        }

        Result found = Query($"""
            SELECT {DatasetSql.MergedRowColumns(Datasets.Flows)} FROM {Database.Read(all)}
            WHERE {filter.Condition} AND {EndTimeWithin(long.MinValue, before)} AND flow_id IN (SELECT flow_id FROM chosen)
            GROUP BY flow_id ORDER BY max(end_time) DESC, flow_id
            """);
        string from = window.FromUs.ToString(CultureInfo.InvariantCulture);
        Database.Execute(connection, $"""
            DELETE FROM emitted WHERE start_us >= {from};
            INSERT INTO emitted SELECT flow_id, start_us FROM chosen WHERE start_us < {from}
            """);
        return found;
    }

    private Result Query(string sql)
    {
        DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using CancellationTokenRegistration registration = cancellationToken.Register(command.Cancel);
        return new Result(command, command.ExecuteReader());
    }

    /// <summary>The rows of one window, held by DuckDB until they are read.</summary>
    private sealed record Result(DuckDBCommand Command, DuckDBDataReader Reader) : IDisposable
    {
        public RowReader<Flow> Flows { get; } = new(Datasets.Flows, Reader);

        public void Dispose()
        {
            Reader.Dispose();
            Command.Dispose();
        }
    }

    private static string EndTimeWithin(long fromUs, long beforeUs)
    {
        string lower = fromUs == long.MinValue ? "true" : $"end_time >= {Database.Time(fromUs)}";
        return beforeUs == long.MaxValue ? lower : $"{lower} AND end_time < {Database.Time(beforeUs)}";
    }
}
