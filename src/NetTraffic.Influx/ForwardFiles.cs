using System.Globalization;
using System.Text;

namespace NetTraffic.Influx;

/// <summary>
/// What a forwarder keeps on disk, below the folder of the store's followers. KEY.cursor has the segments that were passed on, and as
/// lines that begin with '#' the state of the choices. KEY.spool/ has batches that are on their way: written before the cursor names
/// their segments, removed once the server has them. A batch is sent as it was written, so that whatever happens in between, every
/// point arrives, and those that arrive twice are the same points. KEY.lock is the lease, KEY.rejected what the server refused, KEY.sent
/// how much it took (<see cref="ForwardTally"/>). KEY.alias
/// names the key under which all this is kept where the same server was first reached by another address.
/// </summary>
internal sealed class ForwardFiles
{
    private const string Alias = ".alias";
    private const string State = "#state ", Segment = "#segment ", End = "#end ";
    private readonly string cursor, spool, sent;

    public ForwardFiles(string folder, string key)
    {
        Key = key;
        cursor = Path.Combine(folder, key + ".cursor");
        spool = Path.Combine(folder, key + ".spool");
        Lock = Path.Combine(folder, key + ".lock");
        Rejected = Path.Combine(folder, key + ".rejected");
        sent = Path.Combine(folder, key + ".sent");
    }

    public string Key { get; }

    public bool HasCursor => File.Exists(cursor);

    public string Lock { get; }

    public string Rejected { get; }

    /// <summary>Segments that were passed on, as DATASET/NAME.</summary>
    public HashSet<string> Passed { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>The state that goes with <see cref="Passed"/>.</summary>
    public IReadOnlyList<string> Choices { get; private set; } = [];

    /// <summary>Whether something was sent anywhere.</summary>
    public static bool HasAnyCursor(string folder) => Directory.EnumerateFiles(folder, "*.cursor").Any();

    /// <summary>Whether a text can be the key of a cursor; one that comes from a server names a file here.</summary>
    public static bool IsKey(string text) => text.Length == 16 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The key under which a target's files are kept: another one where that is the same server by another address.</summary>
    public static string Resolve(string folder, string key)
    {
        string alias = Path.Combine(folder, key + Alias);
        if (!File.Exists(alias))
        {
            return key;
        }

        string other = SharedFile.ReadText(alias).Trim();
        return IsKey(other) ? other : throw new InfluxException(
            $"'{alias}' is damaged, so it is not known what was sent.", InfluxProblem.Other)
        {
            NextMove = "Delete that file: the server is asked again.",
        };
    }

    /// <summary>Notes that a target's files are kept under another key.</summary>
    public static void WriteAlias(string folder, string key, string other) =>
        SharedFile.Write(Path.Combine(folder, key + Alias), ownerOnly: false, Encoding.UTF8.GetBytes(other + "\n"));

    /// <summary>Reads the cursor; gives the batches that may not have arrived, oldest first.</summary>
    public List<string> Open()
    {
        Directory.CreateDirectory(spool);
        foreach (string half in Directory.GetFiles(Path.GetDirectoryName(cursor)!, Key + ".*.tmp"))
        {
            SharedFile.TryDelete(half); // of a process that was killed: this one has the lease
        }

        if (File.Exists(cursor))
        {
            ReadCursor();
        }

        List<string> waiting = [];
        foreach (string path in Directory.GetFiles(spool).Order(StringComparer.Ordinal))
        {
            // Nothing of a batch is sent before the cursor names its segments; without that it is made again.
            List<string> segments = Path.GetExtension(path) == ".lines" ? [.. Segments(path)] : [];
            if (segments.Count > 0 && segments.TrueForAll(Passed.Contains))
            {
                waiting.Add(path);
            }
            else if (segments.Count > 0 || Path.GetExtension(path) == ".tmp")
            {
                SharedFile.Delete(path);
            }
            else if (Path.GetExtension(path) != ".strange")
            {
                // Not ours: kept, and not sent.
                SharedFile.Replace(path, path + ".strange");
            }
        }

        return waiting;
    }

    /// <summary>
    /// Reads the cursor and changes nothing: for those who watch. Gives the segments whose batches may not have arrived, and since when the
    /// oldest of these waits, UTC.
    /// </summary>
    public (IReadOnlyList<string> Segments, DateTime? Since) Look()
    {
        // The batches first: one that arrives meanwhile is counted as waiting, and none is missed.
        List<string> waiting = [];
        DateTime? since = null;
        foreach (string path in Directory.Exists(spool) ? Directory.GetFiles(spool, "*.lines") : [])
        {
            try
            {
                DateTime written = File.GetLastWriteTimeUtc(path);
                waiting.AddRange(Segments(path));
                since = since < written ? since : written;
            }
            catch (FileNotFoundException)
            {
                // It arrived just now.
            }
        }

        if (File.Exists(cursor))
        {
            ReadCursor();
        }

        // A batch that the cursor does not name is made again: its segments are pending anyway.
        return ([.. waiting.Where(Passed.Contains)], since);
    }

    /// <summary>What the server took so far.</summary>
    public ForwardTally ReadTally() => ForwardTally.Read(sent);

    /// <summary>Adds to what the server took.</summary>
    public void Count(long points, long rejected)
    {
        ForwardTally tally = ReadTally();
        new ForwardTally(tally.Points + points, tally.Rejected + rejected, DateTime.UtcNow).Write(sent);
    }

    /// <summary>Writes a batch, then the cursor; gives the batch's path.</summary>
    public string Write(string target, IReadOnlyCollection<string> segments, ReadOnlyMemory<byte> lines, IEnumerable<string> choices)
    {
        string path = Path.Combine(
            spool, string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow.Ticks:D20}-{Guid.NewGuid():N}.lines"));
        byte[] head = Encoding.UTF8.GetBytes(string.Concat(segments.Select(segment => $"{Segment}{segment}\n")));
        SharedFile.Write(path, ownerOnly: false, head, lines);
        try
        {
            WriteCursor(target, [.. Passed, .. segments], [.. choices]);
        }
        catch
        {
            // Its segments are not passed on: they are gathered again.
            SharedFile.Delete(path);
            throw;
        }

        return path;
    }

    /// <summary>Notes segments as passed on that are in others, and forgets those that are no more.</summary>
    public void Update(string target, IEnumerable<string> passed, Func<string, bool> exists)
    {
        HashSet<string> updated = [.. Passed.Concat(passed).Where(exists)];
        if (!updated.SetEquals(Passed))
        {
            WriteCursor(target, updated, Choices);
        }
    }

    /// <summary>The lines of a batch.</summary>
    public static ReadOnlyMemory<byte> Lines(string path)
    {
        byte[] all = SharedFile.ReadBytes(path);
        int at = 0;
        while (at < all.Length && all[at] == '#')
        {
            int end = Array.IndexOf(all, (byte)'\n', at);
            at = end < 0 ? all.Length : end + 1;
        }

        return all.AsMemory(at);
    }

    private static IEnumerable<string> Segments(string path) =>
        SharedFile.ReadLines(path).TakeWhile(line => line.StartsWith(Segment, StringComparison.Ordinal)).Select(line =>
            line[Segment.Length..]);

    private void WriteCursor(string target, HashSet<string> passed, IReadOnlyList<string> choices)
    {
        StringBuilder text = new();
        text.Append("# Segments that were passed on to ").Append(target.ReplaceLineEndings(" ")).Append('\n');
        foreach (string line in choices)
        {
            text.Append(State).Append(line).Append('\n');
        }

        foreach (string name in passed.Order(StringComparer.Ordinal))
        {
            text.Append(name).Append('\n');
        }

        string checksum = Checksum(text.ToString());
        text.Append(End).Append(checksum).Append('\n');
        SharedFile.Write(cursor, ownerOnly: false, Encoding.UTF8.GetBytes(text.ToString()));
        (Passed, Choices) = (passed, choices);
    }

    /// <summary>
    /// Reads the cursor. One that is damaged must not be guessed at: what was passed on would be passed on again, in other series.
    /// </summary>
    private void ReadCursor()
    {
        string text = SharedFile.ReadText(cursor);
        int end = text.LastIndexOf(End, StringComparison.Ordinal);
        if (end < 0 || text[(end + End.Length)..] != Checksum(text[..end]) + "\n")
        {
            throw new InfluxException(
                $"'{cursor}' is damaged, so it is not known what was sent. To send all of the store again, empty the database in " +
                $"InfluxDB, then delete the files that begin with '{Path.ChangeExtension(cursor, null)}'.", InfluxProblem.Other)
            {
                NextMove = "Empty the database in InfluxDB, delete the files the message names, and run Sync-NetTrafficInflux.",
            };
        }

        string[] lines = text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Passed = [.. lines.Where(line => !line.StartsWith('#'))];
        Choices = [.. lines.Where(line => line.StartsWith(State, StringComparison.Ordinal)).Select(line => line[State.Length..])];
    }

    private static string Checksum(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
