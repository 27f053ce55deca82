using System.Buffers;
using System.IO.Compression;
using NetTraffic.Capture.Native;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// A forward-only view over the bytes of a capture, through one buffer that grows to the largest record. What <see cref="Peek"/> gives
/// is valid until the next call. The buffer is small enough to stay in the processor's cache: copying a file through it takes a fifth
/// of the time that touching each packet of a mapped file does, and a file that shrinks meanwhile is an error instead of a fault.
/// </summary>
internal sealed class ByteWindow : IDisposable
{
    private const long FetchBytes = 8 << 20, FetchAhead = 32 << 20;
    private readonly Stream source;
    private Stream stream;
    private CompressedForm? form;
    private bool careful;
    private bool fetches = FileCache.IsAvailable;
    private long fetched;
    private readonly FileStream? file;
    private readonly Action<ReadOnlySpan<byte>>? unpacked;
    private readonly long sourceLength;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(512 << 10);
    private int begin;
    private int end;
    private long offset;
    private bool ended;

    /// <summary>Makes a window over a file.</summary>
    /// <param name="file">The file; disposed of with this.</param>
    /// <param name="unpacked">Sees what is unpacked of a compressed one, in order and once.</param>
    public ByteWindow(FileStream file, Action<ReadOnlySpan<byte>>? unpacked = null)
        : this((Stream)file)
    {
        this.unpacked = unpacked;
        this.file = file;
        sourceLength = file.Length;
    }

    /// <summary>Makes a window over what a stream gives: what another program sends, a stretch of a file.</summary>
    public ByteWindow(Stream stream) => source = this.stream = stream;

    /// <summary>Whether the bytes are a file's, all of which is there, and not sent by another program.</summary>
    public bool IsFile => file is not null;

    /// <summary>Whether the data is unpacked.</summary>
    public bool IsCompressed => form is not null;

    /// <summary>Whether the data ended where it should.</summary>
    public bool IsAtEnd => ended && !careful;

    /// <summary>
    /// Unpacks the data where its first bytes say that it is compressed, before any of it was consumed. Returns the form, also one that
    /// is not unpacked here; null: it is not compressed.
    /// </summary>
    public CompressedForm? Unpack()
    {
        form = Compression.Find(Peek(Compression.MagicLength));
        if (form?.Open is { } open)
        {
            byte[] head = buffer.AsSpan(begin, end - begin).ToArray();
            begin = end = 0;
            ended = false;
            stream = open(new HeadedStream(head, source));
        }

        return form;
    }

    /// <summary>Offset of the next byte in the uncompressed data.</summary>
    public long Offset => offset;

    /// <summary>Bytes of the file itself read so far; also what it grew by since it was opened.</summary>
    public long SourcePosition => file?.Position ?? offset;

    /// <summary>Bytes of the file in all, 0: unknown.</summary>
    public long SourceLength => file is null ? 0 : Math.Max(sourceLength, file.Position);

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
        source.Dispose();
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
        buffer.AsSpan(begin, end - begin).CopyTo(buffer);
        end -= begin;
        begin = 0;
        FetchWhatFollows();
        while (end < count && !ended)
        {
            if (end == buffer.Length)
            {
                Grow(count);
            }

            int read;
            try
            {
                read = stream.Read(buffer, end, careful ? 1 : buffer.Length - end);
            }
            catch (InvalidDataException) when (!careful && file is not null && form == Compression.Gzip)
            {
                UnpackAgain(file, offset + end - begin);
                continue;
            }
            catch (Exception error) when (form is not null && Compression.IsDamage(error))
            {
                bool cut = error is EndOfStreamException;
                throw new CaptureFormatException(cut ? "the compressed data is cut off" : "the compressed data is damaged",
                    offset + end - begin, truncated: cut, error);
            }

            if (read == 0 && careful)
            {
                throw new CaptureFormatException("the compressed data is damaged", offset + end - begin, truncated: false);
            }

            if (read == 0 && form is null && file is not null && file.Position < sourceLength)
            {
                throw new CaptureFormatException($"the file became shorter while it was read, it had {sourceLength} bytes",
                    offset + end - begin, truncated: true);
            }

            if (read == 0 && form == Compression.Gzip && file is not null && !GzipEnd.IsWhole(file, offset + end - begin))
            {
                throw new CaptureFormatException("the compressed data is cut off, or something that is not compressed follows it",
                    offset + end - begin, truncated: true);
            }

            if (form is not null && !careful)
            {
                unpacked?.Invoke(buffer.AsSpan(end, read));
            }

            ended = read == 0;
            end += read;
        }
    }

    /// <summary>Makes room for twice what has arrived, not for all that a record says it has: a damaged one says anything.</summary>
    private void Grow(int wanted)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(wanted, 2 * buffer.Length));
        buffer.AsSpan(0, end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    /// <summary>
    /// The kernel reads ahead by 128 KiB, less than a disk can have under way, and what a disk that is being written to takes a moment
    /// for. Asked for early, no read waits.
    /// </summary>
    private void FetchWhatFollows()
    {
        if (fetches && file is not null && fetched < sourceLength && file.Position + FetchAhead > fetched)
        {
            fetches = FileCache.Fetch(file.SafeFileHandle, fetched, FetchBytes);
            fetched += FetchBytes;
        }
    }

    /// <summary>
    /// A read that meets damage throws away what it unpacked before it. So the data is unpacked once more as far as it came, and from
    /// there on a byte at a time, without the checksum behind it: every packet before the damage is read.
    /// </summary>
    private void UnpackAgain(FileStream packed, long length)
    {
        careful = true;
        stream.Dispose();
        if (!TryUnpack(WithoutChecksum(packed), length)
            && !TryUnpack(new GZipStream(Rewound(packed), CompressionMode.Decompress, leaveOpen: true), length))
        {
            throw new IOException($"'{packed.Name}' changed while it was read. Is another program still writing it? Copy it first.");
        }
    }

    /// <summary>Passes over what was read already; false where the stream ends before.</summary>
    private bool TryUnpack(Stream again, long length)
    {
        stream = again;
        byte[] passed = new byte[64 << 10];
        while (length > 0)
        {
            int read = stream.Read(passed, 0, (int)Math.Min(passed.Length, length));
            if (read == 0)
            {
                return false;
            }

            length -= read;
        }

        return true;
    }

    /// <summary>The deflate data of the file's first member: RFC 1952 section 2.3, a header of 10 bytes and optional fields.</summary>
    private static DeflateStream WithoutChecksum(FileStream packed)
    {
        Rewound(packed);
        Span<byte> header = stackalloc byte[10];
        packed.ReadExactly(header);
        const int headerChecksum = 2, extra = 4, name = 8, comment = 16;
        if ((header[3] & extra) != 0)
        {
            packed.Position += packed.ReadByte() | (packed.ReadByte() << 8);
        }

        for (int texts = ((header[3] & name) != 0 ? 1 : 0) + ((header[3] & comment) != 0 ? 1 : 0); texts > 0; texts--)
        {
            while (packed.ReadByte() > 0)
            {
            }
        }

        packed.Position += (header[3] & headerChecksum) != 0 ? 2 : 0;
        return new DeflateStream(packed, CompressionMode.Decompress, leaveOpen: true);
    }

    private static FileStream Rewound(FileStream packed)
    {
        packed.Position = 0;
        return packed;
    }
}
