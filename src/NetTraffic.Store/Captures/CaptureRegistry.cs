using System.Collections.Concurrent;

namespace NetTraffic.Store;

/// <summary>The captures of a store: a status file each, which its process writes about once a second and everybody reads.</summary>
internal static class CaptureRegistry
{
    // Captures that have ended, as their files were when this process read them: each import looks at all of them.
    private static readonly ConcurrentDictionary<string, EndedCapture> Ended = new(StringComparer.Ordinal);
    private static readonly TimeSpan SilenceToShow = TimeSpan.FromMinutes(5), SilenceToActOn = TimeSpan.FromDays(1);

    /// <summary>An identifier that sorts by time and is unique across machines.</summary>
    public static string NewId(DateTime now) =>
        now.ToString("yyyyMMdd'T'HHmmss", System.Globalization.CultureInfo.InvariantCulture) + "-" + Guid.NewGuid().ToString("N")[..6];

    public static void Write(string store, CaptureStatus status, bool durable) =>
        StoreFiles.Write(store, StatusPath(store, status.CaptureId), StatusFile.Write(status), durable);

    /// <summary>Every capture, newest first; what is no status of ours is left out, and noted.</summary>
    public static List<CaptureStatus> List(string store, DamageLog damage)
    {
        List<CaptureStatus> found = [];
        string folder = StorePaths.Status(store);
        if (Directory.Exists(folder))
        {
            foreach (string path in Directory.GetFiles(folder, "*.json"))
            {
                if (Read(store, path, damage) is { } status)
                {
                    found.Add(status);
                }
            }
        }

        found.Sort((left, right) => string.CompareOrdinal(right.CaptureId, left.CaptureId));
        return found;
    }

    public static CaptureStatus? Find(string store, string captureId) =>
        IsId(captureId) && File.Exists(StatusPath(store, captureId)) ? Read(store, StatusPath(store, captureId), new DamageLog()) : null;

    /// <summary>The state that a status file has, whether or not its process lives; null: there is none.</summary>
    public static CaptureState? StateOf(string store, string captureId) => ReadFile(StatusPath(store, captureId), new DamageLog())?.State;

    /// <summary>
    /// Notes what was cleared of imported files. Of which nothing is left, that is forgotten by what it is known: imported again, it is
    /// new.
    /// </summary>
    /// <param name="store">Folder of the store.</param>
    /// <param name="cleared">The times that were cleared.</param>
    public static void NoteCleared(string store, IReadOnlyList<(DateTime Begin, DateTime End)> cleared)
    {
        foreach (CaptureStatus status in List(store, new DamageLog()))
        {
            if (status is { FileFingerprint: not null, State: not CaptureState.Running }
                && status is { FirstPacketTime: { } first, LastPacketTime: { } last }
                && cleared.Any(time => first.ToUniversalTime() < time.End && last.ToUniversalTime() >= time.Begin))
            {
                bool any = SegmentCatalog.List(
                        store, Datasets.Flows.Name, UnixTime.ToMicroseconds(first), UnixTime.ToMicroseconds(last) + 1)
                    .Exists(segment => segment.Writer == status.CaptureId || Segment.IsMerged(segment.Path));
                status.FileFingerprint = any ? status.FileFingerprint : null;
                status.PartlyCleared = any;
                Write(store, status, durable: false);
            }
        }
    }

    /// <summary>Moves status files away that are none.</summary>
    public static void MoveDamaged(string store)
    {
        DamageLog damage = new();
        List(store, damage);
        foreach (DamagedFile file in damage.Files.Where(file => file.IsReadable))
        {
            Quarantine.Add(store, "status", file.Path);
        }
    }

    public static bool RequestStop(string store, string captureId)
    {
        // One of another machine that only seems to be gone may be asked all the same.
        if (Find(store, captureId) is null || StateOf(store, captureId) != CaptureState.Running)
        {
            return false;
        }

        SharedFile.Create(StopPath(store, captureId), FileMode.OpenOrCreate, share: FileShare.ReadWrite | FileShare.Delete).Dispose();
        return true;
    }

    public static bool StopRequested(string store, string captureId) => File.Exists(StopPath(store, captureId));

    public static void ForgetStop(string store, string captureId) => SharedFile.TryDelete(StopPath(store, captureId));

    /// <summary>Removes the entries of captures that ended before a time.</summary>
    public static void RemoveEndedBefore(string store, DateTime before)
    {
        foreach (CaptureStatus status in List(store, new DamageLog()))
        {
            if (status.State != CaptureState.Running && status.EndTime?.ToUniversalTime() < before)
            {
                SharedFile.TryDelete(StatusPath(store, status.CaptureId));
            }
        }
    }

    /// <summary>Removes the entry of a capture, and what it was asked.</summary>
    public static void Remove(string store, string captureId)
    {
        SharedFile.TryDelete(StatusPath(store, captureId));
        ForgetStop(store, captureId);
    }

    private static string StatusPath(string store, string captureId) => Path.Combine(StorePaths.Status(store), captureId + ".json");

    private static string StopPath(string store, string captureId) => Path.Combine(StorePaths.Status(store), captureId + ".stop");

    public static bool IsId(string captureId) =>
        captureId.Length is > 0 and < 100 && captureId.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static CaptureStatus? Read(string store, string path, DamageLog damage)
    {
        CaptureStatus? status = ReadFile(path, damage);
        if (status is { State: CaptureState.Running } && IsDead(store, status, SilenceToShow))
        {
            // It may have ended in good order between the two looks.
            status = ReadFile(path, damage);
            if (status is { State: CaptureState.Running })
            {
                TakeForCrashed(store, status);
            }
        }

        if (status is not null)
        {
            status.StorePath = store;
        }

        return status;
    }

    /// <summary>
    /// Shows a capture as crashed; where that is sure, it is noted, and what an import left is removed. Of another machine's it is not
    /// sure for a day: a clock that goes wrong looks like silence.
    /// </summary>
    private static void TakeForCrashed(string store, CaptureStatus status)
    {
        bool hidden = UnfinishedImports.IsHidden(store, status.CaptureId);
        status.State = CaptureState.Crashed;
        status.EndTime = status.UpdateTime;
        status.Message ??= hidden
            ? "Its process ended before the file was stored as a whole; nothing of it counts. Import the file again."
            : "Its process ended without stopping the capture; everything up to its last flush is in the store.";
        if (!IsDead(store, status, SilenceToActOn))
        {
            return;
        }

        try
        {
            if (hidden)
            {
                UnfinishedImports.Remove(store, status.CaptureId);
            }

            Write(store, status, durable: false);
            ForgetStop(store, status.CaptureId);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A reader without the right to write still sees it as crashed.
        }
    }

    /// <summary>
    /// A status, under the name that its file has: files of a store are input like any other, and one that names another capture would
    /// have that one's files written and deleted, wherever it leads.
    /// </summary>
    private static CaptureStatus? ReadFile(string path, DamageLog damage)
    {
        const int longest = 1 << 20;
        string id = Path.GetFileNameWithoutExtension(path);
        try
        {
            // Of a pipe or a device the length is 0, and reading it could wait for ever.
            FileInfo file = new(path);
            if (Ended.TryGetValue(path, out EndedCapture known) && known.Bytes == file.Length && known.Written == file.LastWriteTimeUtc)
            {
                return known.Status.Clone();
            }

            if (file.Length is 0 or > longest)
            {
                damage.Add(path, "it is empty or too large for a capture's status.");
                return null;
            }

            CaptureStatus? status = StatusFile.Read(SharedFile.ReadBytes(path));
            if (status is null)
            {
                damage.Add(path, "it is no capture's status.");
            }
            else if (!IsId(id) || status.CaptureId != id)
            {
                damage.Add(path, $"it is the status of another capture ('{Display.Text(status.CaptureId)}'), or its name is none of ours.");
                return null;
            }
            else if (status.State != CaptureState.Running)
            {
                Remember(path, new EndedCapture(file.Length, file.LastWriteTimeUtc, status.Clone()));
            }

            return status;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // Removed meanwhile.
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            damage.Add(path, $"it cannot be read ({error.Message}).", isReadable: false);
            return null;
        }
    }

    private static void Remember(string path, EndedCapture capture)
    {
        const int mostRemembered = 20_000;
        if (Ended.Count >= mostRemembered)
        {
            Ended.Clear();
        }

        Ended[path] = capture;
    }

    /// <summary>
    /// Whether the process of a capture that says it is running is gone. Of another machine, or another container, its silence tells: by
    /// that one's clock and by the file system's, whichever is the later.
    /// </summary>
    private static bool IsDead(string store, CaptureStatus status, TimeSpan silence)
    {
        bool? running = status.HostName == Environment.MachineName
            ? ProcessIdentity.IsRunning(status.ProcessId, status.ProcessIdentity) : null;
        return running is { } known ? !known
            : DateTime.UtcNow - status.UpdateTime.ToUniversalTime() >= silence
                && DateTime.UtcNow - File.GetLastWriteTimeUtc(StatusPath(store, status.CaptureId)) >= silence;
    }

    private readonly record struct EndedCapture(long Bytes, DateTime Written, CaptureStatus Status);
}
