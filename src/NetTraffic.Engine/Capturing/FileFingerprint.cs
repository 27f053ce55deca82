using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;

namespace NetTraffic.Engine;

/// <summary>
/// What a capture file is known by when it is imported again: checksums (XXH3, 64 bits, in hexadecimal) of its first and its last 64 KiB,
/// which tell most files apart in no time, and of all its bytes. Of a compressed file, of what is in it.
/// </summary>
/// <param name="First">Of the first 64 KiB.</param>
/// <param name="Last">Of the last 64 KiB.</param>
/// <param name="All">Of all.</param>
internal sealed record FileFingerprint(string First, string Last, string All)
{
    /// <summary>Bytes at either end that have a checksum of their own.</summary>
    public const int End = 1 << 16;

    /// <summary>Reads one from a status file; false where it is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FileFingerprint? fingerprint)
    {
        fingerprint = text?.Split('-') is [var first, var last, var all] ? new FileFingerprint(first, last, all) : null;
        return fingerprint is not null;
    }

    /// <summary>The checksum of some bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(XxHash3.Hash(bytes));

    /// <summary>As a status file holds it.</summary>
    public override string ToString() => $"{First}-{Last}-{All}";
}

/// <summary>Reckons a fingerprint of bytes that come one after the other.</summary>
internal sealed class FileSum
{
    private readonly XxHash3 all = new();
    private readonly byte[] first = new byte[FileFingerprint.End];
    private readonly byte[] last = new byte[FileFingerprint.End];

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>The checksum of all bytes so far.</summary>
    public string All => Convert.ToHexStringLower(all.GetCurrentHash());

    /// <summary>The fingerprint of the bytes so far.</summary>
    public FileFingerprint Fingerprint
    {
        get
        {
            int length = (int)Math.Min(Length, FileFingerprint.End), begin = (int)(Length % FileFingerprint.End);
            ReadOnlySpan<byte> end = length < FileFingerprint.End ? last.AsSpan(0, length)
                : (byte[])[.. last.AsSpan(begin), .. last.AsSpan(0, begin)];
            return new FileFingerprint(FileFingerprint.Of(first.AsSpan(0, length)), FileFingerprint.Of(end), All);
        }
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        all.Append(bytes);
        if (Length < first.Length)
        {
            bytes[..(int)Math.Min(bytes.Length, first.Length - Length)].CopyTo(first.AsSpan((int)Length));
        }

        ReadOnlySpan<byte> end = bytes.Length > last.Length ? bytes[^last.Length..] : bytes;
        int at = (int)((Length + bytes.Length - end.Length) % last.Length);
        int straight = Math.Min(end.Length, last.Length - at);
        end[..straight].CopyTo(last.AsSpan(at));
        end[straight..].CopyTo(last);
        Length += bytes.Length;
    }
}
