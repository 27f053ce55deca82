using System.IO.Hashing;

namespace NetTraffic.Engine;

/// <summary>The import that brought a file, or its first part, into the store before.</summary>
/// <param name="Import">Its status.</param>
/// <param name="IsWhole">Whether the file is still as it was; else it has grown.</param>
internal sealed record EarlierImport(CaptureStatus Import, bool IsWhole)
{
    private const int Stretch = 1 << 16;

    /// <summary>Packets of the file that the store has.</summary>
    public long Packets => Import.FilePackets ?? 0;

    /// <summary>
    /// Finds it by content, whatever the file's name: its length and the checksums of the first and the last 64 KiB (<see cref="Fingerprint"/>)
    /// stand in the status of every import. Of several the longest. Null: there is none, or its traffic has been cleared.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static EarlierImport? Find(ITrafficStore store, string path)
    {
        List<CaptureStatus> imports =
            [.. store.GetCaptures().Where(capture => capture is { State: CaptureState.Completed, FileBytes: > 0, FileFingerprint: not null })];
        if (imports.Count == 0)
        {
            return null;
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (CaptureStatus import in imports.OrderByDescending(capture => capture.FileBytes))
        {
            long length = import.FileBytes!.Value;
            if (length <= file.Length && Fingerprint(file, length) == import.FileFingerprint
                && store.HasTraffic(import.FirstPacketTime ?? DateTime.MinValue, import.LastPacketTime?.AddSeconds(1) ?? DateTime.MaxValue))
            {
                return new EarlierImport(import, length == file.Length);
            }
        }

        return null;
    }

    /// <summary>Checksums (XXH3) of the first and the last 64 KiB of a file's first bytes, in hexadecimal.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Fingerprint(FileStream file, long length)
    {
        byte[] bytes = new byte[Math.Min(length, Stretch)];
        return $"{Hash(0)}-{Hash(length - bytes.Length)}";

        string Hash(long offset)
        {
            int read = 0;
            for (int count; read < bytes.Length && (count = RandomAccess.Read(file.SafeFileHandle, bytes.AsSpan(read), offset + read)) > 0;)
            {
                read += count;
            }

            return Convert.ToHexStringLower(XxHash3.Hash(bytes.AsSpan(0, read)));
        }
    }
}
