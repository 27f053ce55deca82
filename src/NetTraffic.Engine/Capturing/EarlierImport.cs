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
    /// Finds it by content, whatever the file's name. Length and checksum of the first and the last 64 KiB tell most files apart, in
    /// milliseconds; what agrees in them is read as a whole (<see cref="FileContent"/>). Of several the longest. Null: there is none, or
    /// not all of its traffic is there any more.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static EarlierImport? Find(ITrafficStore store, string path)
    {
        List<CaptureStatus> imports =
        [
            .. store.GetCaptures().Where(
                capture => capture is { State: CaptureState.Completed, FileBytes: > 0, FileFingerprint: not null }),
        ];
        if (imports.Count == 0)
        {
            return null;
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        foreach (CaptureStatus import in imports.OrderByDescending(capture => capture.FileBytes))
        {
            long length = import.FileBytes!.Value;
            string ends;
            if (length <= file.Length && import.FileFingerprint!.StartsWith(ends = Ends(file, length), StringComparison.Ordinal)
                && import.FileFingerprint == $"{ends}-{FileContent.Checksum(path, length)}"
                && (import.FirstPacketTime is not { } first || store.HasWholeTraffic(first, import.LastPacketTime!.Value.AddSeconds(1))))
            {
                return new EarlierImport(import, length == file.Length);
            }
        }

        return null;
    }

    /// <summary>Checksums (XXH3) of the first and the last 64 KiB of a file's first bytes, in hexadecimal.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Ends(FileStream file, long length)
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
