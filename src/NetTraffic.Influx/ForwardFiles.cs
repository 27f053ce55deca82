using System.Globalization;
using System.Text;

namespace NetTraffic.Influx;

/// <summary>
/// What a forwarder keeps on disk, below the folder of the store's followers. KEY.cursor has the segments that were passed on, and as
/// lines that begin with '#' the state of the choices. KEY.spool/ has batches that are on their way: written before the cursor names
/// their segments, removed once the server has them. A batch is sent as it was written, so that whatever happens in between, every
/// point arrives, and those that arrive twice are the same points. KEY.lock is the lease, KEY.rejected what the server refused.
/// </summary>
internal sealed class ForwardFiles
{
    private const string State = "#state ", Segment = "#segment ";
    private readonly string cursor, spool;

    public ForwardFiles(string folder, string key)
    {
        cursor = Path.Combine(folder, key + ".cursor");
        spool = Path.Combine(folder, key + ".spool");
        Lock = Path.Combine(folder, key + ".lock");
        Rejected = Path.Combine(folder, key + ".rejected");
    }

    public string Lock { get; }

    public string Rejected { get; }

    /// <summary>Segments that were passed on, as DATASET/NAME.</summary>
    public HashSet<string> Passed { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>The state that goes with <see cref="Passed"/>.</summary>
    public IReadOnlyList<string> Choices { get; private set; } = [];

    /// <summary>Reads the cursor; gives the batches that may not have arrived, oldest first.</summary>
    public List<string> Open()
    {
        Directory.CreateDirectory(spool);
        if (File.Exists(cursor))
        {
            string[] lines = File.ReadAllLines(cursor);
            Passed = [.. lines.Where(line => !line.StartsWith('#'))];
            Choices = [.. lines.Where(line => line.StartsWith(State, StringComparison.Ordinal)).Select(line => line[State.Length..])];
        }

        List<string> waiting = [];
        foreach (string path in Directory.GetFiles(spool).Order(StringComparer.Ordinal))
        {
            // Nothing of a batch is sent before the cursor names its segments; without that it is made again.
            if (Path.GetExtension(path) == ".lines" && Segments(path).All(Passed.Contains))
            {
                waiting.Add(path);
            }
            else
            {
                File.Delete(path);
            }
        }

        return waiting;
    }

    /// <summary>Writes a batch, then the cursor; gives the batch's path.</summary>
    public string Write(string target, IReadOnlyCollection<string> segments, ReadOnlyMemory<byte> lines, IEnumerable<string> choices)
    {
        string path = Path.Combine(spool, string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow.Ticks:D20}-{Guid.NewGuid():N}.lines"));
        byte[] head = Encoding.UTF8.GetBytes(string.Concat(segments.Select(segment => $"{Segment}{segment}\n")));
        WriteWhole(path, head, lines.Span);
        Choices = [.. choices];
        Passed.UnionWith(segments);
        WriteCursor(target);
        return path;
    }

    /// <summary>Notes segments as passed on that are in others, and forgets those that are no more.</summary>
    public void Update(string target, IEnumerable<string> passed, Func<string, bool> exists)
    {
        int added = passed.Count(Passed.Add);
        if (Passed.RemoveWhere(name => !exists(name)) + added > 0)
        {
            WriteCursor(target);
        }
    }

    /// <summary>The lines of a batch.</summary>
    public static ReadOnlyMemory<byte> Lines(string path)
    {
        byte[] all = File.ReadAllBytes(path);
        int at = 0;
        while (at < all.Length && all[at] == '#')
        {
            int end = Array.IndexOf(all, (byte)'\n', at);
            at = end < 0 ? all.Length : end + 1;
        }

        return all.AsMemory(at);
    }

    private static IEnumerable<string> Segments(string path) =>
        File.ReadLines(path).TakeWhile(line => line.StartsWith(Segment, StringComparison.Ordinal)).Select(line => line[Segment.Length..]);

    private void WriteCursor(string target)
    {
        StringBuilder text = new();
        text.Append("# Segments that were passed on to ").Append(target.ReplaceLineEndings(" ")).Append('\n');
        foreach (string line in Choices)
        {
            text.Append(State).Append(line).Append('\n');
        }

        foreach (string name in Passed.Order(StringComparer.Ordinal))
        {
            text.Append(name).Append('\n');
        }

        WriteWhole(cursor, Encoding.UTF8.GetBytes(text.ToString()), default);
    }

    /// <summary>A file that is there whole or not at all, on the disk before its name is.</summary>
    private static void WriteWhole(string path, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        string temporary = path + ".tmp";
        using (FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(first);
            file.Write(second);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
