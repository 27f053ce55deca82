using System.Buffers;
using System.Buffers.Binary;

namespace NetTraffic.Capture;

/// <summary>A stretch of a ring's file that is to be read.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="End">Where it ends; the file may end before.</param>
/// <param name="Entry">What the index says of it; null: nothing, and it is read as it is.</param>
internal readonly record struct RingStretch(long Offset, long End, PacketRingEntry? Entry);

/// <summary>
/// Stretches of a ring's file, one after the other, as one stream of blocks; the file may grow meanwhile. What the index has a checksum of
/// is checked before it is given: of a damaged stretch those packets are given whose blocks are whole, and the damage is noted.
/// </summary>
/// <param name="file">The file; disposed of with this.</param>
/// <param name="stretches">What is wanted, in the file's order.</param>
/// <param name="complete">Whether the index says that the file was ended: then nothing of it may be missing.</param>
internal sealed class RingStretches(FileStream file, IReadOnlyList<RingStretch> stretches, bool complete) : ReadOnceStream
{
    private const int PacketBlock = 6, InterfaceBlock = 1, PacketHeader = 28, SmallestBlock = 12;
    private readonly List<(long Stream, long File)> given = [];
    private byte[] buffer = [];
    private int at;
    private int filled;
    private int which;
    private long rawAt = -1;
    private long position;
    private long interfaces;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Where the first damage is; null: none was found.</summary>
    public long? DamageOffset { get; private set; }

    /// <summary>Packets that damage took.</summary>
    public long LostPackets { get; private set; }

    /// <summary>Packets that were given out of damaged stretches.</summary>
    public long SavedPackets { get; private set; }

    /// <summary>Where in the file a byte of the stream is; beyond everything where it was not given.</summary>
    public long FileOffset(long streamOffset)
    {
        int last = given.FindLastIndex(part => part.Stream <= streamOffset);
        return last < 0 || streamOffset > position ? long.MaxValue : given[last].File + streamOffset - given[last].Stream;
    }

    public override int Read(Span<byte> to)
    {
        while (at == filled && which < stretches.Count)
        {
            RingStretch next = stretches[which];
            if (next.Entry is null)
            {
                int read = ReadRaw(to, next);
                if (read > 0)
                {
                    position += read;
                    return read;
                }

                if (rawAt < next.End)
                {
                    return 0; // the file ends here, whatever the index promised
                }

                rawAt = -1;
                which++;
            }
            else
            {
                which++;
                Load(next.Offset, next.Entry);
            }
        }

        int count = Math.Min(to.Length, filled - at);
        buffer.AsSpan(at, count).CopyTo(to);
        at += count;
        position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
            MakeRoom(0);
        }

        base.Dispose(disposing);
    }

    private int ReadRaw(Span<byte> to, RingStretch next)
    {
        if (rawAt < 0)
        {
            rawAt = next.Offset;
            given.Add((position, rawAt));
        }

        int read = rawAt < next.End
            ? RandomAccess.Read(file.SafeFileHandle, to[..(int)Math.Min(to.Length, next.End - rawAt)], rawAt) : 0;
        rawAt += read;
        BytesRead += read;
        return read;
    }

    /// <summary>Reads a stretch, and leaves in the buffer what of it can be given.</summary>
    private void Load(long offset, PacketRingEntry entry)
    {
        MakeRoom((int)entry.Length);
        int length = ReadWhole(offset, (int)entry.Length);
        if (length == entry.Length && PacketRingIndex.Checksum(buffer.AsSpan(0, length)) == entry.Checksum)
        {
            interfaces += entry.Part == PacketRingPart.Interfaces ? CountBlocks(length, InterfaceBlock) : 0;
            given.Add((position, offset));
            filled = length;
            return;
        }

        if (length < entry.Length && !complete)
        {
            // The end of a file that is being written, or was when its writer died: whoever reads the blocks finds where they end.
            given.Add((position, offset));
            filled = length;
            which = stretches.Count;
            return;
        }

        int before = Walk(length);
        DamageOffset ??= before < length ? offset + before : offset;
        int whole = entry.Part == PacketRingPart.Packets
            ? KeepWholePackets(before, length, length == entry.Length ? TailBegin(before, length) : length, entry.Packets)
            : 0;
        if (entry.Part == PacketRingPart.Interfaces)
        {
            // Packets say by number which interface they are of: without its description nothing behind it can be understood.
            whole = before == length ? length : 0;
            interfaces += CountBlocks(whole, InterfaceBlock);
            for (; whole == 0 && which < stretches.Count; which++)
            {
                LostPackets += stretches[which].Entry?.Packets ?? 0;
            }
        }

        given.Add((position, offset));
        filled = whole;
    }

    private int ReadWhole(long offset, int length)
    {
        int filledNow = 0;
        while (filledNow < length
            && RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(filledNow, length - filledNow), offset + filledNow) is > 0 and int read)
        {
            filledNow += read;
        }

        BytesRead += filledNow;
        return filledNow;
    }

    /// <summary>
    /// Moves the packets whose blocks are whole to the buffer's beginning: those up to a place, and those from another on. Their bytes.
    /// </summary>
    private int KeepWholePackets(int before, int length, int tail, int packets)
    {
        int kept = 0, count = 0;
        for (int block = before > 0 ? 0 : tail; BlockLength(block, length) is > 0 and int size;)
        {
            ReadOnlySpan<byte> found = buffer.AsSpan(block, size);
            if (BinaryPrimitives.ReadUInt32LittleEndian(found) == PacketBlock
                && size >= PacketHeader + 4
                && BinaryPrimitives.ReadUInt32LittleEndian(found[8..]) < interfaces
                && BinaryPrimitives.ReadUInt32LittleEndian(found[20..]) <= size - PacketHeader - 4)
            {
                found.CopyTo(buffer.AsSpan(kept));
                kept += size;
                count++;
            }

            block += size;
            block = block == before ? tail : block;
        }

        LostPackets += Math.Max(0, packets - count);
        SavedPackets += count;
        return kept;
    }

    /// <summary>Where the whole blocks at a stretch's end begin: a block ends with its length too.</summary>
    private int TailBegin(int before, int length)
    {
        int tail = length;
        while (tail - before >= SmallestBlock)
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(tail - 4));
            if (size > tail - before || BlockLength(tail - (int)size, tail) != size)
            {
                break;
            }

            tail -= (int)size;
        }

        return tail;
    }

    /// <summary>Bytes of whole blocks at the buffer's beginning.</summary>
    private int Walk(int length)
    {
        int block = 0;
        while (BlockLength(block, length) is > 0 and int size)
        {
            block += size;
        }

        return block;
    }

    private int CountBlocks(int length, int type)
    {
        int count = 0;
        for (int block = 0; BlockLength(block, length) is > 0 and int size; block += size)
        {
            count += BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(block)) == type ? 1 : 0;
        }

        return count;
    }

    /// <summary>Length of the block that begins at a place, where it is one by its two lengths; else 0.</summary>
    private int BlockLength(int block, int end)
    {
        if (end - block < SmallestBlock)
        {
            return 0;
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(block + 4));
        return size >= SmallestBlock && size % 4 == 0 && size <= end - block
            && BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(block + (int)size - 4)) == size ? (int)size : 0;
    }

    /// <summary>Empties the buffer; it holds so many bytes at least.</summary>
    private void MakeRoom(int room)
    {
        at = filled = 0;
        if (buffer.Length < room || (room == 0 && buffer.Length > 0))
        {
            if (buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            buffer = room > 0 ? ArrayPool<byte>.Shared.Rent(room) : [];
        }
    }
}
