using System.Buffers.Binary;
using System.IO.Compression;

namespace NetTraffic.Capture;

/// <summary>
/// Whether gzip data ended where it should. <see cref="GZipStream"/> ends without a word where its input is cut off, and where something
/// else follows the last member, which may be a whole capture.
/// </summary>
public static class GzipEnd
{
    private static readonly byte[] Mark = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 37))];

    /// <summary>Looks at data that were unpacked to their end.</summary>
    /// <param name="packed">The data; they can be read again, and are not read any further.</param>
    /// <param name="length">Bytes that were unpacked.</param>
    public static bool IsWhole(Stream packed, long length)
    {
        // RFC 1952 section 2.3.1: a member ends with its length. So one member is known; of several, another is put behind them: it is
        // unpacked too where they were whole.
        Span<byte> size = stackalloc byte[4];
        ArgumentNullException.ThrowIfNull(packed);
        packed.Position = Math.Max(0, packed.Length - size.Length);
        if (packed.ReadAtLeast(size, size.Length, throwOnEndOfStream: false) == size.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(size) == (uint)length)
        {
            return true;
        }

        packed.Position = 0;
        using GZipStream again = new(new TailedStream(packed, Packed(Mark)), CompressionMode.Decompress);
        byte[] buffer = new byte[64 << 10];
        byte[] last = new byte[Mark.Length];
        long found = 0;
        try
        {
            for (int read; (read = again.Read(buffer)) > 0; found += read)
            {
                // The last bytes are kept, however they arrive.
                int kept = Math.Min(read, last.Length);
                last.AsSpan(kept).CopyTo(last);
                buffer.AsSpan(read - kept, kept).CopyTo(last.AsSpan(last.Length - kept));
            }
        }
        catch (InvalidDataException)
        {
            return false; // the mark was taken for a part of what was cut off
        }

        return found == length + Mark.Length && last.AsSpan().SequenceEqual(Mark);
    }

    private static byte[] Packed(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream packing = new(packed, CompressionLevel.NoCompression, leaveOpen: true))
        {
            packing.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>A stream and then some bytes; the stream stays open.</summary>
    private sealed class TailedStream(Stream first, byte[] tail) : ReadOnceStream
    {
        private int at;

        public override int Read(Span<byte> buffer)
        {
            if (first.Read(buffer) is > 0 and var read)
            {
                return read;
            }

            int count = Math.Min(buffer.Length, tail.Length - at);
            tail.AsSpan(at, count).CopyTo(buffer);
            at += count;
            return count;
        }
    }
}
