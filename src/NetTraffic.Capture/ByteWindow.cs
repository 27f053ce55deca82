using System.Buffers;
using System.IO.MemoryMappedFiles;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>A forward-only view over the bytes of a capture. What <see cref="Peek"/> gives is valid until the next call.</summary>
internal abstract class ByteWindow : IDisposable
{
    /// <summary>Offset of the next byte in the uncompressed data.</summary>
    public abstract long Offset { get; }

    /// <summary>Bytes of the file itself read so far.</summary>
    public abstract long SourcePosition { get; }

    /// <summary>Bytes of the file in all, 0: unknown.</summary>
    public abstract long SourceLength { get; }

    /// <summary>The next bytes without consuming them; fewer than asked for only at the end of the data.</summary>
    public abstract ReadOnlySpan<byte> Peek(int count);

    /// <summary>As many bytes as are at hand without moving, at least <paramref name="count"/> unless the data ends first.</summary>
    public abstract ReadOnlySpan<byte> PeekBlock(int count);

    /// <summary>Consumes bytes that were peeked.</summary>
    public abstract void Advance(int count);

    public abstract void Dispose();
}

/// <summary>
/// A file through sliding read-only mappings. Small windows, since mapped pages count as the process's memory, and unmapping gives
/// them back at once. A file that shrinks meanwhile would fault, so the length is looked at before each mapping.
/// </summary>
internal sealed unsafe class FileWindow : ByteWindow
{
    private const int WindowBytes = 16 << 20;
    private readonly FileStream file;
    private readonly long length;
    private MemoryMappedFile? mapped;
    private MemoryMappedViewAccessor? view;
    private byte* start;
    private long windowStart;
    private long windowEnd;
    private long offset;

    public FileWindow(FileStream file)
    {
        this.file = file;
        length = file.Length;
    }

    public override long Offset => offset;

    public override long SourcePosition => offset;

    public override long SourceLength => length;

    public override ReadOnlySpan<byte> Peek(int count)
    {
        ReadOnlySpan<byte> block = PeekBlock(count);
        return block.Length > count ? block[..count] : block;
    }

    public override ReadOnlySpan<byte> PeekBlock(int count)
    {
        if (offset + count > windowEnd && windowEnd < length)
        {
            Slide(count);
        }

        return new ReadOnlySpan<byte>(start + (offset - windowStart), (int)(windowEnd - offset));
    }

    public override void Advance(int count) => offset += count;

    public override void Dispose()
    {
        Unmap();
        mapped?.Dispose();
        file.Dispose();
    }

    private void Slide(int count)
    {
        Unmap();
        mapped ??= MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        if (RandomAccess.GetLength(file.SafeFileHandle) < length)
        {
            throw new IOException($"'{file.Name}' became shorter while it was read. Is another program still writing it? Copy it first.");
        }

        windowStart = offset;
        long size = Math.Min(Math.Max(WindowBytes, count), length - offset);
        view = mapped.CreateViewAccessor(windowStart, size, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        start = pointer + view.PointerOffset;
        windowEnd = windowStart + size;
    }

    private void Unmap()
    {
        if (view is not null)
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            view = null;
            start = null;
            windowStart = windowEnd = offset;
        }
    }
}

/// <summary>Any stream through one buffer that grows to the largest record.</summary>
internal sealed class StreamWindow : ByteWindow
{
    private readonly Stream stream;
    private readonly FileStream? compressed;
    private readonly long sourceLength;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
    private int begin;
    private int end;
    private long offset;
    private bool ended;

    /// <summary>Makes a window.</summary>
    /// <param name="stream">The uncompressed bytes.</param>
    /// <param name="compressed">The file beneath, for progress; null where there is none.</param>
    /// <param name="sourceLength">Its length.</param>
    public StreamWindow(Stream stream, FileStream? compressed, long sourceLength)
    {
        this.stream = stream;
        this.compressed = compressed;
        this.sourceLength = sourceLength;
    }

    public override long Offset => offset;

    public override long SourcePosition => compressed is { CanSeek: true } ? Math.Min(compressed.Position, sourceLength) : offset;

    public override long SourceLength => sourceLength;

    public override ReadOnlySpan<byte> Peek(int count)
    {
        ReadOnlySpan<byte> block = PeekBlock(count);
        return block.Length > count ? block[..count] : block;
    }

    public override ReadOnlySpan<byte> PeekBlock(int count)
    {
        if (end - begin < count && !ended)
        {
            Fill(count);
        }

        return buffer.AsSpan(begin, end - begin);
    }

    public override void Advance(int count)
    {
        begin += count;
        offset += count;
    }

    public override void Dispose()
    {
        stream.Dispose();
        compressed?.Dispose();
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
