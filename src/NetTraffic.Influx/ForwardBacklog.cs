namespace NetTraffic.Influx;

/// <summary>What of a store is to be passed on, by what was.</summary>
/// <param name="Pending">Segments that were not passed on, oldest hour first.</param>
/// <param name="Merged">Names of segments all of whose parts were.</param>
/// <param name="Known">Names of all segments that are there, and of those that they replace.</param>
internal sealed record ForwardBacklog(Queue<StoreSegment> Pending, IReadOnlyList<string> Merged, IReadOnlySet<string> Known)
{
    /// <summary>A segment's name among those of all datasets.</summary>
    public static string FullName(string dataset, string name) => $"{dataset}/{name}";

    /// <summary>Compares.</summary>
    /// <param name="all">The segments of the store.</param>
    /// <param name="passed">Full names of those that were passed on.</param>
    public static ForwardBacklog Of(IReadOnlyList<StoreSegment> all, IReadOnlySet<string> passed)
    {
        HashSet<string> known = new(StringComparer.Ordinal);
        List<string> merged = [];
        Queue<StoreSegment> pending = new();
        foreach (StoreSegment segment in all)
        {
            string name = FullName(segment.Dataset, segment.Name);
            known.Add(name);
            foreach (string replaced in segment.Replaces)
            {
                known.Add(FullName(segment.Dataset, replaced));
            }

            if (passed.Contains(name))
            {
                continue;
            }

            int count = segment.Replaces.Count(replaced => passed.Contains(FullName(segment.Dataset, replaced)));
            if (count == 0)
            {
                pending.Enqueue(segment);
            }
            else if (count == segment.Replaces.Count)
            {
                merged.Add(name);
            }
            else
            {
                // Merged just while a part was passed on: the rest is still there for a while.
                foreach (string replaced in segment.Replaces.Where(replaced => !passed.Contains(FullName(segment.Dataset, replaced))))
                {
                    pending.Enqueue(segment with { Name = replaced, Replaces = [] });
                }
            }
        }

        return new ForwardBacklog(pending, merged, known);
    }

    /// <summary>How far a store has been passed on to a server, by the files that forwarders keep; asks nobody.</summary>
    /// <param name="folder">The folder of the store's followers.</param>
    /// <param name="all">The segments of the store.</param>
    /// <param name="target">The server.</param>
    internal static ForwardState Look(string folder, IReadOnlyList<StoreSegment> all, InfluxTarget target)
    {
        ForwardState state = new() { Target = target.ToString() };
        try
        {
            ForwardFiles files = new(folder, ForwardFiles.Resolve(folder, target.Key));
            ForwardTally tally = files.ReadTally();
            (IReadOnlyList<string> onTheWay, DateTime? begun) = files.Look();
            ForwardBacklog backlog = Of(all, files.Passed);
            DateTime now = DateTime.UtcNow;
            DateTime oldest = backlog.Pending.Select(segment => segment.Written).Append(begun ?? now).Append(now).Min();
            return state with
            {
                PointsWritten = tally.Points,
                PointsRejected = tally.Rejected,
                LastSentTime = tally.Time,
                PendingSegments = backlog.Pending.Count + onTheWay.Count,
                Lag = now - oldest,
            };
        }
        catch (Exception error) when (error is InfluxException or IOException or UnauthorizedAccessException)
        {
            return state with { Problem = error.Message };
        }
    }
}
