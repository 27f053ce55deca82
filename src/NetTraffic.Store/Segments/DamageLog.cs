using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace NetTraffic.Store;

/// <summary>The files of a store that are left out of answers because they are damaged. Safe for several threads.</summary>
internal sealed class DamageLog
{
    private readonly ConcurrentDictionary<string, DamagedFile> files = new(StringComparer.Ordinal);

    /// <summary>Each once.</summary>
    public IReadOnlyCollection<DamagedFile> Files => [.. files.Values];

    /// <summary>Notes a file.</summary>
    public void Add(string path, string reason, bool isReadable = true) =>
        files.TryAdd(path, new DamagedFile(path, reason, isReadable));

    /// <summary>Those of the segments that are as they were written; the others are noted.</summary>
    /// <exception cref="FileInUseException">Another program keeps one to itself, so that nobody knows.</exception>
    public List<Segment> Whole(IReadOnlyList<Segment> segments)
    {
        bool[] whole = new bool[segments.Count];
        if (segments.Count > 1)
        {
            try
            {
                Parallel.For(0, segments.Count, i => whole[i] = SegmentCheck.IsWhole(segments[i]));
            }
            catch (AggregateException errors)
            {
                ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
            }
        }
        else if (segments.Count == 1)
        {
            whole[0] = SegmentCheck.IsWhole(segments[0]);
        }

        List<Segment> found = new(segments.Count);
        for (int i = 0; i < segments.Count; i++)
        {
            if (whole[i])
            {
                found.Add(segments[i]);
            }
            else
            {
                Add(segments[i].Path, "its content is not what was written there.");
            }
        }

        return found;
    }
}
