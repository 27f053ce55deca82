using NetTraffic.Capture.Native;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// The file a ring writes to, and its index. Whatever is appended is either whole on disk or taken back. Index entries of small
/// stretches are gathered, so that a trickle of packets does not cost more index than packets.
/// </summary>
internal sealed class PacketRingFile : IDisposable
{
    /// <summary>Files are as Wireshark's: what was on the wire is not for everybody on the machine.</summary>
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly FileStream data;
    private readonly FileStream? index;
    private readonly PacketRingFileBuffers buffers;
    private readonly long bytesPerEntry;
    private DirectTarget? direct;
    private long reserved;
    private long pendingOffset;
    private long pendingLength;
    private long pendingFirst;
    private long pendingLast;
    private int pendingPackets;
    private uint pendingSum;

    private PacketRingFile(long sequence, FileStream data, FileStream? index, PacketRingFileBuffers buffers, long bytesPerEntry)
    {
        this.buffers = buffers;
        Sequence = sequence;
        this.data = data;
        direct = buffers.Direct?.TryBegin(data, PacketRing.LargestFile);
        this.index = index;
        this.bytesPerEntry = bytesPerEntry;
    }

    public long Sequence { get; }

    public string Path => data.Name;

    /// <summary>Bytes of the file.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes it takes: those of the file, and room set aside for the next.</summary>
    public long Taken => Math.Max(Length, reserved);

    /// <summary>Bytes of the index.</summary>
    public long IndexLength { get; private set; }

    public bool HasPackets { get; private set; }

    /// <summary>Where each of the ring's interfaces is in this file; -1: not described yet.</summary>
    public int[] Numbers { get; set; } = [];

    /// <summary>Interfaces described here.</summary>
    public int Described { get; set; }

    /// <summary>The ring's first so many interfaces have the same number here.</summary>
    public int Same { get; set; }

    /// <summary>The number that an interface of the ring has in this file; -1: it is not described here.</summary>
    public int NumberOf(int number) =>
        Numbers.Length > 0 ? (number < Numbers.Length ? Numbers[number] : -1)
        : number < Same ? number : -1;

    /// <summary>Makes an empty file and its index.</summary>
    /// <param name="folder">The ring's folder; made where it is not there.</param>
    /// <param name="sequence">The file's number; there is none of that number.</param>
    /// <param name="buffers">What the ring's files use one after the other.</param>
    /// <param name="bytesPerEntry">Bytes of packets that get an entry of their own in the index.</param>
    public static PacketRingFile Create(string folder, long sequence, PacketRingFileBuffers buffers, long bytesPerEntry)
    {
        Directory.CreateDirectory(folder);
        FileStream file = New(PacketRingFiles.DataPath(folder, sequence));
        try
        {
            return new PacketRingFile(sequence, file, New(PacketRingFiles.IndexPath(folder, sequence)), buffers, bytesPerEntry);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Without an index everything is still there and found by reading it.
            return new PacketRingFile(sequence, file, null, buffers, bytesPerEntry);
        }
    }

    /// <summary>How many bytes more it takes with so many appended.</summary>
    public long Needs(int bytes)
    {
        long more = Math.Max(0, Length + bytes - Taken);
        return direct is null ? more : (more + DirectWriter.BufferBytes - 1) / DirectWriter.BufferBytes * DirectWriter.BufferBytes;
    }

    /// <summary>Appends blocks; on an error the file is as long as before, or as it has arrived on the disk.</summary>
    /// <exception cref="IOException">They cannot be written, or those before them.</exception>
    public void Append(ReadOnlySpan<byte> blocks)
    {
        if (direct is not null && HasRoom(blocks.Length))
        {
            buffers.Direct!.Append(direct, blocks);
        }
        else
        {
            AppendCached(blocks);
        }

        Length += blocks.Length;
    }

    /// <summary>Writes bytes that have waited for a while for others to go with them: whoever reads beside us is to see them.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void WriteWaiting(int milliseconds)
    {
        if (direct is not null && DirectWriter.HasWaited(direct, milliseconds))
        {
            GoOnCached();
        }
    }

    /// <summary>Notes a chunk that was just appended.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="mayGrow">Whether the index may grow by so many bytes.</param>
    public void Note(PacketRingChunk chunk, Func<int, bool> mayGrow)
    {
        HasPackets = true;
        if (direct is not null)
        {
            DirectWriter.CountPackets(direct, chunk.Packets);
        }

        if (pendingLength == 0)
        {
            pendingOffset = Length - chunk.Length;
            (pendingFirst, pendingLast, pendingPackets, pendingSum) = (long.MaxValue, long.MinValue, 0, PacketRingIndex.BeginSum);
            buffers.Addresses.Begin(buffers.List);
        }

        pendingLength += chunk.Length;
        pendingPackets += chunk.Packets;
        pendingSum = PacketRingIndex.Continue(pendingSum, chunk.Buffer.AsSpan(0, chunk.Length));
        pendingFirst = Math.Min(pendingFirst, chunk.FirstNs);
        pendingLast = Math.Max(pendingLast, chunk.LastNs);
        if (chunk.AddressCount < 0)
        {
            buffers.Addresses.SetAny();
        }
        else
        {
            foreach (ref readonly IpAddress128 address in chunk.Addresses.AsSpan(0, chunk.AddressCount))
            {
                buffers.Addresses.Add(address);
            }
        }

        if (pendingLength >= bytesPerEntry)
        {
            FlushIndex(mayGrow);
        }
    }

    /// <summary>Notes blocks without packets that were just appended.</summary>
    public void Note(PacketRingPart part, ReadOnlySpan<byte> blocks, Func<int, bool> mayGrow)
    {
        FlushIndex(mayGrow);
        int entry = PacketRingIndex.Write(
            buffers.Entry,
            part,
            Length - blocks.Length,
            blocks.Length,
            long.MaxValue,
            long.MinValue,
            0,
            PacketRingIndex.Checksum(blocks),
            any: false,
            []);
        AppendIndex(entry, mayGrow);
    }

    /// <summary>Writes what was gathered for the index.</summary>
    public void FlushIndex(Func<int, bool> mayGrow)
    {
        if (pendingLength > 0)
        {
            bool any = buffers.Addresses.Any || buffers.Addresses.Count > PacketRingIndex.AddressesFor(pendingLength);
            int entry = PacketRingIndex.Write(
                buffers.Entry,
                PacketRingPart.Packets,
                pendingOffset,
                pendingLength,
                pendingFirst,
                pendingLast,
                pendingPackets,
                ~pendingSum,
                any,
                buffers.Addresses.Found);
            AppendIndex(entry, mayGrow);
            pendingLength = 0;
        }
    }

    /// <summary>Closes a file that is complete, as soon as all of it is written.</summary>
    /// <param name="another">Whether another file of the ring follows.</param>
    /// <param name="mayGrow">Whether the index may grow by so many bytes.</param>
    public void End(bool another, Func<int, bool> mayGrow)
    {
        FlushIndex(mayGrow);
        if (direct is not null)
        {
            Length = direct.Failure is null ? Length : direct.Written;
            buffers.Direct!.Complete(direct, EndLater(another, mayGrow));
            return;
        }

        AppendIndex(WriteEnd(another), mayGrow);
        index?.Dispose();
        if (reserved > Length)
        {
            TakeBack(data, Length);
        }

        data.Dispose();
    }

    /// <summary>
    /// The end that is noted, or not, once the last bytes have arrived on the disk: before, it would not be true. Its room is taken now.
    /// </summary>
    private Action<bool>? EndLater(bool another, Func<int, bool> mayGrow)
    {
        if (index is not { } file)
        {
            return null;
        }

        byte[] entry = buffers.Entry.AsSpan(0, WriteEnd(another)).ToArray();
        long at = IndexLength;
        bool room = at > 0 && mayGrow(entry.Length);
        IndexLength += room ? entry.Length : 0;
        return whole =>
        {
            using (file)
            {
                if (whole && room)
                {
                    try
                    {
                        RandomAccess.Write(file.SafeFileHandle, entry, at);
                    }
                    catch (IOException)
                    {
                        TakeBack(file, at);
                    }
                }
            }
        };
    }

    private int WriteEnd(bool another) => PacketRingIndex.Write(
        buffers.Entry, PacketRingPart.End, Length, 0, long.MaxValue, long.MinValue, another ? 1 : 0, PacketRingIndex.Checksum([]),
            any: false,
        []);

    /// <summary>Whether the files are still there, as long as they were written.</summary>
    public bool IsThere()
    {
        long least = direct?.Written ?? Length;
        long found = PacketRingFiles.Length(data.Name);
        return found >= least && found <= Length;
    }

    /// <summary>Closes a file that is given up.</summary>
    public void Dispose()
    {
        if (direct is not null)
        {
            buffers.Direct!.Abandon(direct);
        }

        data.Dispose();
        index?.Dispose();
    }

    // Room is set aside beforehand, so that a full disk is known before bytes are taken.
    private bool HasRoom(int bytes)
    {
        long needs = Needs(bytes);
        if (needs > 0 && !DirectFile.TryReserve(data.SafeFileHandle, Taken, needs))
        {
            GoOnCached();
            return false;
        }

        reserved += needs;
        return true;
    }

    private void GoOnCached()
    {
        DirectTarget left = direct!;
        direct = null;
        buffers.Direct!.GoOnCached(left);
    }

    private void AppendCached(ReadOnlySpan<byte> blocks)
    {
        try
        {
            RandomAccess.Write(data.SafeFileHandle, blocks, Length);
        }
        catch (IOException)
        {
            TakeBack(data, Length);
            throw;
        }
    }

    private static FileStream New(string path) =>
        SharedFile.Create(path, FileMode.CreateNew, ownerOnly: true, FileShare.ReadWrite | FileShare.Delete);

    // An entry that cannot be written is left out: its stretch is read in full then.
    private void AppendIndex(int length, Func<int, bool> mayGrow)
    {
        int magic = IndexLength == 0 ? PacketRingIndex.Magic.Length : 0;
        if (index is null || !mayGrow(length + magic))
        {
            return;
        }

        try
        {
            if (magic > 0)
            {
                RandomAccess.Write(index.SafeFileHandle, PacketRingIndex.Magic, 0);
            }

            RandomAccess.Write(index.SafeFileHandle, buffers.Entry.AsSpan(0, length), IndexLength + magic);
            IndexLength += length + magic;
        }
        catch (IOException)
        {
            TakeBack(index, IndexLength);
        }
    }

    private static void TakeBack(FileStream file, long length)
    {
        try
        {
            RandomAccess.SetLength(file.SafeFileHandle, length);
        }
        catch (IOException)
        {
            // The disk is broken rather than full: readers stop at what is not whole.
        }
    }
}

/// <summary>What the files of a ring use one after the other.</summary>
/// <param name="direct">Writes them past the page cache; null: they stay there, as long as the system likes.</param>
internal sealed class PacketRingFileBuffers(DirectWriter? direct)
{
    public DirectWriter? Direct => direct;

    public byte[] Entry { get; } = new byte[PacketRingIndex.LongestEntry];

    public IpAddress128[] List { get; } = new IpAddress128[PacketRingAddresses.Limit];

    public PacketRingAddresses Addresses { get; } = new();
}
