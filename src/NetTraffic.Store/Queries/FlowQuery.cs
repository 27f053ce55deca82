using System.Data.Common;
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
    private readonly StoreSegments segments;
    private readonly DuckDBConnection connection;
    private readonly FilterSql filter;
    private readonly bool perInterval;
    private readonly CancellationToken cancellationToken;
    private readonly HashSet<string> writers = new(StringComparer.Ordinal);
    private List<Segment>? listed;
    private long before = long.MaxValue;
    private string behind = "";
    private long windowBytes = 64 << 10;

    public FlowQuery(
        StoreSegments segments, DuckDBConnection connection, TrafficFilter filter, bool perInterval, CancellationToken cancellationToken)
    {
        this.segments = segments;
        this.connection = connection;
        this.filter = FilterSql.Create(filter, Datasets.Flows, segments);
        this.perInterval = perInterval;
        this.cancellationToken = cancellationToken;
    }

    public IEnumerable<Flow> Run(long? first, FlowPosition? after)
    {
        long left = first ?? long.MaxValue;
        Database.Execute(connection, "CREATE TEMP TABLE emitted (flow_id UBIGINT, start_us BIGINT)");
        if (after is { } position)
        {
            GoBehind(position);
        }

        while (left > 0 && Next(left) is (long fromUs, var result))
        {
            using (result)
            {
                while (result.Read() is { } flow)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    left--;
                    yield return flow;
                }
            }

            before = fromUs;
            windowBytes = Math.Min(MostBytes, windowBytes * 4);
        }
    }

    /// <summary>
    /// Begins behind a flow that was given before. Of what comes there, those flows were given too that have a row before it in the order.
    /// </summary>
    private void GoBehind(FlowPosition position)
    {
        long endUs = UnixTime.ToMicroseconds(position.EndTime);
        string end = Database.Time(endUs);
        string id = position.FlowId.ToString(CultureInfo.InvariantCulture);
        if (perInterval)
        {
            string time = Database.Time(UnixTime.ToMicroseconds(position.Time));
            behind = $" AND (end_time < {end} OR time < {time} OR (time = {time} AND flow_id > {id}))";
        }
        else
        {
            Database.Retry(segments.Store, () => NoteGiven(endUs, $"""
                AND end_time >= {end} GROUP BY flow_id
                HAVING (max(end_time) > {end} OR flow_id <= {id}) AND start_us <= {Number(endUs)}
                """));
        }

        before = endUs + 1;
    }

    private bool NoteGiven(long endUs, string which)
    {
        try
        {
            List<Segment> newer = segments.Whole(Listed().FindAll(segment => segment.LastUs >= endUs));
            if (newer.Count > 0)
            {
                Database.Execute(connection, $"""
                    INSERT INTO emitted SELECT flow_id, epoch_us(min(least(start_time, time))) AS start_us
                    FROM {Database.Read(Datasets.Flows, newer)} WHERE {filter.Condition} {which}
                    """);
            }

            return true;
        }
        catch (DbException)
        {
            listed = null; // a segment may be gone
            throw;
        }
    }

    /// <summary>
    /// The next window's start and rows; null: nothing is left. Where a segment of it is removed meanwhile, the window is another one.
    /// </summary>
    private (long FromUs, RowReader<Flow> Result)? Next(long limit) =>
        Database.Retry<(long, RowReader<Flow>)?>(segments.Store, () =>
        {
            try
            {
                return Window() is { } window ? (window.FromUs, Open(window, limit)) : null;
            }
            catch (DbException)
            {
                listed = null; // a segment may be gone
                throw;
            }
        });

    /// <summary>
    /// Segments with rows before <see cref="before"/>, of what the question found when it began: an import that ends meanwhile counts in
    /// no window, and not only in those that are still to come.
    /// </summary>
    private List<Segment> Listed()
    {
        if (listed is null)
        {
            listed = segments.Names(Datasets.Flows, filter.SinceUs, filter.UntilUs);
            if (writers.Count == 0)
            {
                writers.UnionWith(listed.Select(segment => segment.Writer));
            }

            listed.RemoveAll(segment => !writers.Contains(segment.Writer) && !Segment.IsMerged(segment.Path));
        }

        return listed.FindAll(segment => segment.FirstUs < before);
    }

    /// <summary>The newest segments with rows before <see cref="before"/>, and the time from which on they hold every row.</summary>
    private (List<Segment> Segments, long FromUs)? Window()
    {
        List<Segment> found = Listed();
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

        return (segments.Whole(found[..taken]), taken < found.Count ? found[taken].LastUs + 1 : long.MinValue);
    }

    /// <summary>
    /// A window's flows, newest first. Most have one row, which is the flow; only the rest are put together, since that costs several
    /// times as much.
    /// </summary>
    private RowReader<Flow> Open((List<Segment> Segments, long FromUs) window, long limit)
    {
        string read = Database.Read(Datasets.Flows, window.Segments);
        string rows = $"{filter.Condition} AND {EndTimeWithin(window.FromUs, before)}{behind}";
        string most = limit == long.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $" LIMIT {limit}");
        string row = $"SELECT {DatasetSql.FileColumns(Datasets.Flows)}, end_time AS last_time, flow_id AS id FROM {read} WHERE {rows}";
        if (perInterval)
        {
            return Query($"{row} ORDER BY last_time DESC, time DESC, id{most}");
        }

        // All rows of a flow end at its start or later: one that starts in this window has its rows in it, or was given before.
        Database.Execute(connection, $"""
            CREATE OR REPLACE TEMP TABLE several AS
            SELECT flow_id, epoch_us(min(least(start_time, time))) AS start_us, flow_id IN (SELECT flow_id FROM emitted) AS given
            FROM {read} WHERE {rows}
            GROUP BY flow_id HAVING count(*) > 1 OR start_us < {Number(window.FromUs)} OR given
            """);
        string merged = "";
        if (Database.Scalar(connection, "SELECT min(start_us) FROM several WHERE NOT given") is long startUs)
        {
            List<Segment> all = Listed().FindAll(segment => segment.LastUs >= startUs);
            merged = $"""
                 UNION ALL
                SELECT {DatasetSql.MergedFileColumns(Datasets.Flows)}, max(end_time) AS last_time, flow_id AS id
                FROM {Database.Read(Datasets.Flows, segments.Whole(all))}
                WHERE {filter.Condition} AND {EndTimeWithin(long.MinValue, before)}
                AND flow_id IN (SELECT flow_id FROM several WHERE NOT given)
                GROUP BY flow_id
                """;
        }

        // Before the rows are read: while they are, the connection has room for nothing else.
        Database.Execute(connection, $"""
            DELETE FROM emitted WHERE start_us >= {Number(window.FromUs)};
            INSERT INTO emitted SELECT flow_id, start_us FROM several WHERE start_us < {Number(window.FromUs)} AND NOT given
            """);
        return Query($"{row} AND flow_id NOT IN (SELECT flow_id FROM several){merged} ORDER BY last_time DESC, id{most}");
    }

    private RowReader<Flow> Query(string sql) => new(Datasets.Flows, connection, sql, cancellationToken);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string EndTimeWithin(long fromUs, long beforeUs)
    {
        string lower = fromUs == long.MinValue ? "true" : $"end_time >= {Database.Time(fromUs)}";
        return beforeUs == long.MaxValue ? lower : $"{lower} AND end_time < {Database.Time(beforeUs)}";
    }
}
