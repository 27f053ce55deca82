using System.Buffers;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// A forward-only view over the bytes of a capture, through one buffer that grows to the largest record. What <see cref="Peek"/> gives
/// is valid until the next call. The buffer is small enough to stay in the processor's cache: copying a file through it takes a fifth
/// of the time that touching each packet of a mapped file does, and a file that shrinks meanwhile is an error instead of a fault.
/// </summary>
internal sealed class ByteWindow : IDisposable
{
    private readonly Stream stream;
    private readonly FileStream? file;
    private readonly long sourceLength;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(512 << 10);
    private int begin;
    private int end;
    private long offset;
    private bool ended;

    /// <summary>Makes a window.</summary>
    /// <param name="stream">The uncompressed bytes.</param>
    /// <param name="file">The file beneath, for progress; null where there is none.</param>
    /// <param name="sourceLength">Its length.</param>
    public ByteWindow(Stream stream, FileStream? file, long sourceLength)
    {
        this.stream = stream;
        this.file = file;
        this.sourceLength = sourceLength;
    }

    /// <summary>Offset of the next byte in the uncompressed data.</summary>
    public long Offset => offset;

    /// <summary>Bytes of the file itself read so far.</summary>
    public long SourcePosition => file is { CanSeek: true } ? Math.Min(file.Position, sourceLength) : offset;

    /// <summary>Bytes of the file in all, 0: unknown.</summary>
    public long SourceLength => sourceLength;

    /// <summary>The next bytes without consuming them; fewer than asked for only at the end of the data.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        ReadOnlySpan<byte> block = PeekBlock(count);
        return block.Length > count ? block[..count] : block;
    }

    /// <summary>As many bytes as are at hand without moving, at least <paramref name="count"/> unless the data ends first.</summary>
    public ReadOnlySpan<byte> PeekBlock(int count)
    {
        if (end - begin < count && !ended)
        {
            Fill(count);
        }

        return buffer.AsSpan(begin, end - begin);
    }

    /// <summary>Consumes bytes that were peeked.</summary>
    public void Advance(int count)
    {
        begin += count;
        offset += count;
    }

    public void Dispose()
    {
        stream.Dispose();
        file?.Dispose();
        byte[] returned = buffer;
        buffer = [];
        begin = end = 0;
        ended = true;
        if (returned.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(returned);
        }
    }

    private void Fill(int count)
    {
        if (buffer.Length < count)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(count);
            buffer.AsSpan(begin, end - begin).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        else
        {
            buffer.AsSpan(begin, end - begin).CopyTo(buffer);
        }

        end -= begin;
        begin = 0;
        while (end < count && !ended)
        {
            int read;
            try
            {
                read = stream.Read(buffer, end, buffer.Length - end);
            }
            catch (InvalidDataException error)
            {
                throw new CaptureFormatException("the compressed data is damaged", offset + end - begin, truncated: false, error);
            }

            ended = read == 0;
            end += read;
        }
    }
}
