using NetTraffic.Capture;

namespace NetTraffic.Engine;

/// <summary>The import that brought a file, or its first part, into the store before.</summary>
/// <param name="Import">Its status.</param>
/// <param name="IsWhole">Whether the file is still as it was; else it has grown.</param>
/// <param name="IsStored">Whether all of its traffic is still in the store; else a part is.</param>
internal sealed record EarlierImport(CaptureStatus Import, bool IsWhole, bool IsStored)
{
    /// <summary>Packets of the file that the store has.</summary>
    public long Packets => Import.FilePackets ?? 0;

    /// <summary>
    /// Finds it by content, whatever the file's name, and whether or not it is compressed. The first and the last 64 KiB tell most files
    /// apart, in milliseconds; what agrees in them is read as a whole. Of several the longest. Null: there is none, or none of its traffic
    /// is there any more.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static EarlierImport? Find(ITrafficStore store, string path)
    {
        List<(long Length, FileFingerprint Fingerprint, CaptureStatus Import)> imports = [];
        foreach (CaptureStatus capture in store.GetCaptures())
        {
            if (capture is { State: CaptureState.Completed, FileBytes: > 0 and long length }
                && FileFingerprint.TryParse(capture.FileFingerprint, out FileFingerprint? fingerprint))
            {
                imports.Add((length, fingerprint, capture));
            }
        }

        if (imports.Count == 0)
        {
            return null;
        }

        using Stream content = CaptureFileSource.OpenContent(path);
        byte[] first = new byte[FileFingerprint.End];
        int begin = 0;
        for (int count; begin < first.Length && (count = CaptureFileSource.ReadContent(content, first.AsSpan(begin))) > 0;)
        {
            begin += count;
        }

        // Most are as long as that: once for all of them.
        Dictionary<int, string> sums = [];
        string First(int length) => sums.TryGetValue(length, out string? known) ? known
            : sums[length] = FileFingerprint.Of(first.AsSpan(0, length));
        imports.RemoveAll(import => Math.Min(import.Length, first.Length) is var length
            && (length > begin || First((int)length) != import.Fingerprint.First));
        if (content is FileStream file)
        {
            imports.RemoveAll(import => import.Length > file.Length || Last(file, import.Length) != import.Fingerprint.Last);
        }

        return imports.Count == 0 ? null : Longest(store, imports, first.AsMemory(0, begin), content);
    }

    /// <summary>Reads the content as far as any of them reaches, and takes the longest that agrees in all of it.</summary>
    private static EarlierImport? Longest(
        ITrafficStore store, List<(long Length, FileFingerprint Fingerprint, CaptureStatus Import)> imports, ReadOnlyMemory<byte> begin,
        Stream content)
    {
        imports.Sort((left, right) => left.Length.CompareTo(right.Length));
        FileSum sum = new();
        EarlierImport? found = null;
        int next = 0;
        foreach (ReadOnlyMemory<byte> piece in FileContent.Read(content).Prepend(begin))
        {
            ReadOnlyMemory<byte> left = piece;
            found = found is { IsWhole: true } ? found with { IsWhole = false } : found;
            for (; next < imports.Count && imports[next].Length - sum.Length <= left.Length; next++)
            {
                int upTo = (int)(imports[next].Length - sum.Length);
                sum.Append(left.Span[..upTo]);
                left = left[upTo..];
                CaptureStatus import = imports[next].Import;
                StoredTraffic stored = sum.All == imports[next].Fingerprint.All ? store.GetImportedTraffic(import) : StoredTraffic.None;
                found = stored == StoredTraffic.None ? found : new EarlierImport(import, left.IsEmpty, stored == StoredTraffic.All);
            }

            if (next == imports.Count && found is not { IsWhole: true })
            {
                break;
            }

            sum.Append(left.Span);
        }

        return found;
    }

    /// <summary>The checksum of the last 64 KiB of a file's first bytes.</summary>
    private static string Last(FileStream file, long length)
    {
        byte[] bytes = new byte[Math.Min(length, FileFingerprint.End)];
        int read = 0;
        for (int count; read < bytes.Length
            && (count = RandomAccess.Read(file.SafeFileHandle, bytes.AsSpan(read), length - bytes.Length + read)) > 0;)
        {
            read += count;
        }

        return FileFingerprint.Of(bytes.AsSpan(0, read));
    }
}
