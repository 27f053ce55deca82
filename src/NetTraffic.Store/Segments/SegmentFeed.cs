using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;

namespace NetTraffic.Store;

/// <summary>The store's segments for those who follow it, and what each adds up to, as SQL over that one file.</summary>
internal sealed class SegmentFeed(
    StoreSegments source, Func<Func<DuckDBConnection, SegmentRollup?>, CancellationToken, SegmentRollup?> ask) : ISegmentFeed
{
    // Nanoseconds since 1970 in 64 bits reach from 1677 to 2262. Time stamps in a file are whatever somebody wrote there: what lies
    // outside is added up at the limits, so that totals stay whole.
    private static readonly long EarliestUs = UnixTime.ToMicroseconds(new DateTime(1678, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    private static readonly long LatestUs = UnixTime.ToMicroseconds(new DateTime(2261, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    public string FollowerFolder => StorePaths.Followers(source.Store);

    public IReadOnlyList<StoreSegment> ListSegments()
    {
        List<(DateTime Hour, StoreSegment Segment)> found = [];
        foreach (Dataset dataset in (Dataset[])[Datasets.Flows, Datasets.Captures])
        {
            string root = StorePaths.Dataset(source.Store, dataset.Name);
            foreach (Segment segment in SegmentCatalog.List(source.Store, dataset.Name))
            {
                found.Add((StorePaths.TimeOf(Path.GetDirectoryName(segment.Path)!)!.Value.Begin, new StoreSegment(
                    dataset.Name, Name(root, segment.Path), Time(segment.FirstUs), Time(segment.LastUs),
                    File.GetLastWriteTimeUtc(segment.Path), segment.Bytes, Replaced(root, segment.Path))));
            }
        }

        found.Sort((left, right) =>
            left.Hour != right.Hour ? left.Hour.CompareTo(right.Hour)
            : left.Segment.First != right.Segment.First ? left.Segment.First.CompareTo(right.Segment.First)
            : string.CompareOrdinal(left.Segment.Name, right.Segment.Name));
        return found.ConvertAll(item => item.Segment);
    }

    public SegmentRollup? Read(StoreSegment segment, TimeSpan interval, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(1));
        string path =
            Path.Combine(StorePaths.Dataset(source.Store, segment.Dataset), segment.Name.Replace('/', Path.DirectorySeparatorChar));
        if (!File.Exists(path) || Segment.FromPath(path) is not { } file)
        {
            return null;
        }

        try
        {
            if (source.Whole([file]).Count == 0)
            {
                throw new StoreException($"The file '{path}' of the store is damaged: its content is not what was written there.");
            }

            return ask(
                connection =>
                {
                    try
                    {
                        return segment.Dataset == Datasets.Captures.Name ? Captures(connection, path, cancellationToken)
                            : Flows(connection, path, interval, cancellationToken);
                    }
                    catch (DbException) when (!File.Exists(path))
                    {
                        return null;
                    }
                },
                cancellationToken);
        }
        catch (FileInUseException error)
        {
            throw new StoreException(error.Message, error);
        }
    }

    /// <summary>Names of the segments that a merged file replaces, as a feed names them; of another file none.</summary>
    internal static List<string> Replaced(string root, string path)
    {
        // Of one that is cleared meanwhile there is no list either.
        string folder = Path.GetDirectoryName(path)!;
        string[] names = Segment.IsMerged(path) ? ReplacedList.Read(path) ?? [] : [];
        return [.. names.Select(name => Name(root, Path.Combine(folder, name)))];
    }

    internal static string Name(string root, string path) => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');

    private static SegmentRollup Flows(DuckDBConnection connection, string path, TimeSpan interval, CancellationToken cancellationToken)
    {
        long width = interval.Ticks / 10;
        string us = string.Create(CultureInfo.InvariantCulture, $"least(greatest(epoch_us(time), {EarliestUs}), {LatestUs})");
        string bucket = string.Create(CultureInfo.InvariantCulture, $"{us} - (({us} % {width}) + {width}) % {width}");
        string file = $"read_parquet({Database.Text(path)}, hive_partitioning = false)";
        List<TrafficRollup> traffic = [];
        PairSums pairs = new();

        // The file is read once; what an address sent and received follows from its pairs.
        Database.Query(
            connection,
            $"""
            WITH rows AS (
              SELECT {bucket} AS b, sensor, interface, protocol, application, source_address AS source, destination_address AS destination,
                source_packets, source_bytes, destination_packets, destination_bytes, CASE WHEN time = start_time THEN 1 ELSE 0 END AS began
              FROM {file})
            SELECT grouping(interface), b, sensor, interface, protocol, application, source, destination,
              sum(source_packets)::BIGINT, sum(source_bytes)::BIGINT, sum(destination_packets)::BIGINT, sum(destination_bytes)::BIGINT,
              sum(began)::BIGINT
            FROM rows
            GROUP BY GROUPING SETS ((b, sensor, interface, protocol, application), (b, sensor, source, destination)) ORDER BY 1, 2, 3
            """,
            row =>
            {
                (long sentPackets, long sentBytes, long receivedPackets, long receivedBytes, long began) =
                    (row.GetInt64(8), row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12));
                if (row.GetInt64(0) == 0)
                {
                    traffic.Add(new TrafficRollup(
                        Time(row.GetInt64(1)), row.GetString(2), row.GetString(3), row.GetString(4), Text(row, 5),
                        sentPackets + receivedPackets, sentBytes + receivedBytes, began));
                }
                else
                {
                    pairs.Add(
                        row.GetInt64(1), row.GetString(2), Text(row, 6), Text(row, 7),
                        sentPackets, sentBytes, receivedPackets, receivedBytes, began);
                }
            },
            cancellationToken);
        pairs.End();
        return new SegmentRollup { Traffic = traffic, Talkers = pairs.Talkers, Conversations = pairs.Conversations };
    }

    private static SegmentRollup Captures(DuckDBConnection connection, string path, CancellationToken cancellationToken)
    {
        List<CaptureInterval> rows = CaptureQuery.Rows(
            connection, $"read_parquet({Database.Text(path)}, hive_partitioning = false)", cancellationToken);
        foreach (CaptureInterval row in rows)
        {
            row.Time = Time(UnixTime.ToMicroseconds(row.Time));
            row.EndTime = Time(UnixTime.ToMicroseconds(row.EndTime));
        }

        return new SegmentRollup { Captures = rows };
    }

    private static string? Text(DuckDBDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    private static DateTime Time(long us) => UnixTime.FromMicroseconds(Math.Clamp(us, EarliestUs, LatestUs));

    /// <summary>Conversations, which come by interval and sensor, and what their ends sent and received.</summary>
    private sealed class PairSums
    {
        private readonly Dictionary<string, TalkerRollup> ends = new(StringComparer.Ordinal);
        private TalkerRollup none;
        private bool hasNone;
        private DateTime time;
        private string sensor = "";

        public List<TalkerRollup> Talkers { get; } = [];

        public List<ConversationRollup> Conversations { get; } = [];

        public void Add(
            long us, string from, string? source, string? destination,
            long sentPackets, long sentBytes, long receivedPackets, long receivedBytes, long began)
        {
            DateTime now = Time(us);
            if (now != time || from != sensor)
            {
                End();
                (time, sensor) = (now, from);
            }

            Conversations.Add(new ConversationRollup(
                time, sensor, source, destination, sentPackets + receivedPackets, sentBytes + receivedBytes, began));
            ref TalkerRollup sender = ref Place(source);
            sender = sender with
            {
                SentPackets = sender.SentPackets + sentPackets,
                SentBytes = sender.SentBytes + sentBytes,
                ReceivedPackets = sender.ReceivedPackets + receivedPackets,
                ReceivedBytes = sender.ReceivedBytes + receivedBytes,
                SentFlows = sender.SentFlows + began,
            };
            ref TalkerRollup receiver = ref Place(destination);
            receiver = receiver with
            {
                SentPackets = receiver.SentPackets + receivedPackets,
                SentBytes = receiver.SentBytes + receivedBytes,
                ReceivedPackets = receiver.ReceivedPackets + sentPackets,
                ReceivedBytes = receiver.ReceivedBytes + sentBytes,
                ReceivedFlows = receiver.ReceivedFlows + began,
            };
        }

        /// <summary>Ends the interval.</summary>
        public void End()
        {
            Talkers.AddRange(ends.Values);
            if (hasNone)
            {
                Talkers.Add(none);
            }

            ends.Clear();
            hasNone = false;
        }

        private ref TalkerRollup Place(string? address)
        {
            if (address is not null)
            {
                ref TalkerRollup place = ref CollectionsMarshal.GetValueRefOrAddDefault(ends, address, out bool known);
                place = known ? place : new TalkerRollup(time, sensor, address, 0, 0, 0, 0, 0, 0);
                return ref place;
            }

            none = hasNone ? none : new TalkerRollup(time, sensor, null, 0, 0, 0, 0, 0, 0);
            hasNone = true;
            return ref none;
        }
    }
}
