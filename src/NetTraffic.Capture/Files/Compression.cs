using System.IO.Compression;
using K4os.Compression.LZ4.Streams;
using ZstdSharp;

namespace NetTraffic.Capture;

/// <summary>Compressed input, told by its first bytes whatever its name.</summary>
internal static class Compression
{
    /// <summary>Bytes that tell any of the forms; no more are waited for than a capture file's own first bytes.</summary>
    public const int MagicLength = 4;

    /// <summary>gzip (RFC 1952) with deflate.</summary>
    public static readonly CompressedForm Gzip =
        new("gzip", [0x1F, 0x8B, 8], packed => new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true));

    private static readonly CompressedForm Zstandard =
        new("zstd", [0x28, 0xB5, 0x2F, 0xFD], packed => new DecompressionStream(packed, leaveOpen: true));

    private static readonly CompressedForm[] Forms =
    [
        Gzip,
        Zstandard,
        new("lz4", [0x04, 0x22, 0x4D, 0x18], packed => LZ4Stream.Decode(packed, leaveOpen: true)),
        new("lz4's legacy form", [0x02, 0x21, 0x4C, 0x18], Unpack: "lz4 -d FILE"),
        new("xz", [0xFD, 0x37, 0x7A, 0x58], Unpack: "xz -dk FILE"),
        new("bzip2", [0x42, 0x5A, 0x68], Unpack: "bzip2 -dk FILE"),
        new("zip", [0x50, 0x4B, 3, 4], Unpack: "Expand-Archive FILE"),
        new("7z", [0x37, 0x7A, 0xBC, 0xAF], Unpack: "7z x FILE"),
        new("lzip", [0x4C, 0x5A, 0x49, 0x50], Unpack: "lzip -dk FILE"),
        new("rar", [0x52, 0x61, 0x72, 0x21], Unpack: "unrar x FILE"),
        new("compress", [0x1F, 0x9D], Unpack: "gzip -dk FILE"),
    ];

    /// <summary>The form that data with this beginning has; null: it is not compressed.</summary>
    public static CompressedForm? Find(ReadOnlySpan<byte> start)
    {
        foreach (CompressedForm form in Forms)
        {
            if (start.StartsWith(form.Magic))
            {
                return form;
            }
        }

        // Parallel compressors put frames before the data that are passed over (RFC 8878 section 3.1.2).
        bool skippable = start.Length >= 4 && (start[0] & 0xF0) == 0x50 && start[1..4] is [0x2A, 0x4D, 0x18];
        return skippable ? Zstandard : null;
    }

    /// <summary>Whether an error tells that compressed data is damaged or cut off. K4os's reader of lz4 has several for it.</summary>
    public static bool IsDamage(Exception error) => error is InvalidDataException or EndOfStreamException or ZstdException
        or (InvalidOperationException and not ObjectDisposedException) or NotImplementedException or NotSupportedException
        or ArgumentException or IndexOutOfRangeException or OverflowException;
}

/// <summary>A form of compression.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Magic">What the data begins with.</param>
/// <param name="Open">Unpacks a stream, which it leaves open; null where it is not unpacked here.</param>
/// <param name="Unpack">A command that unpacks it then.</param>
internal sealed record CompressedForm(string Name, byte[] Magic, Func<Stream, Stream>? Open = null, string? Unpack = null);

/// <summary>Bytes that were read from a stream already, and then the stream.</summary>
internal sealed class HeadedStream(byte[] head, Stream rest) : ReadOnceStream
{
    private int at;

    public override int Read(Span<byte> buffer)
    {
        if (at == head.Length)
        {
            return rest.Read(buffer);
        }

        int count = Math.Min(buffer.Length, head.Length - at);
        head.AsSpan(at, count).CopyTo(buffer);
        at += count;
        return count;
    }
}
