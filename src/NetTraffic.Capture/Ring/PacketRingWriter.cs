using System.Diagnostics;
using NetTraffic.Packets;

namespace NetTraffic.Capture;

/// <summary>
/// The ring's thread. It takes chunks of finished blocks and appends them to the newest file, describes interfaces there before their first
/// packets, deletes the oldest files before the bound would be passed, and goes on through full disks and files that others delete. What it
/// cannot keep is counted as lost.
/// </summary>
internal sealed partial class PacketRingWriter
{
    private const int IdleMilliseconds = 250, InterfacesAtOnce = 256, FilesWatched = 64;
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(500), StatisticsEvery = TimeSpan.FromSeconds(10);

    // How long a problem is told of after it was seen last.
    private static readonly TimeSpan FailureStays = TimeSpan.FromSeconds(2), NoteStays = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ForEver = TimeSpan.FromDays(36_500);
    private readonly PacketRing ring;
    private readonly string folder;
    private readonly PacketRingOptions options;
    private readonly PacketRingChunks chunks;
    private readonly long fileBytes;
    private readonly long bytesPerEntry;
    private readonly Func<int, bool> mayGrow;
    private readonly List<(long Sequence, long Bytes)> closed = [];
    private readonly PacketRingFileBuffers buffers;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private PacketRingFile? current;
    private long closedBytes;
    private long nextSequence = 1;
    private bool oldFilesAdopted;
    private TimeSpan watched;
    private TimeSpan problemUntil;
    private TimeSpan statisticsAt;
    private int statisticsWritten;
    private string? problem;
    private string? lastProblem;
    private long packets;
    private long lostPackets;
    private long diskBytes;

    public PacketRingWriter(
        PacketRing ring, string folder, PacketRingOptions options, PacketRingChunks chunks, long fileBytes, int chunkBytes)
    {
        const int smallestStretch = 16;
        this.ring = ring;
        this.folder = folder;
        this.options = options;
        this.chunks = chunks;
        this.fileBytes = fileBytes;
        bytesPerEntry = chunkBytes / smallestStretch;
        mayGrow = MayGrowIndex;

        // Not live: the newest packets are what is asked for, and nothing there may wait for a disk. Nor where the ring is small: its files
        // are deleted before the kernel would write them, and give their pages back by that.
        bool small = options.MaxBytes <= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 || fileBytes < PacketRing.LargestFile;
        buffers = new PacketRingFileBuffers(options.Wait && !small ? new DirectWriter() : null);
    }

    public long Packets => Volatile.Read(ref packets) - (buffers.Direct?.LostPackets ?? 0);

    public long LostPackets => Volatile.Read(ref lostPackets) + (buffers.Direct?.LostPackets ?? 0);

    public long DiskBytes => Volatile.Read(ref diskBytes);

    public string? Problem => Volatile.Read(ref problem);

    public string? LastProblem => Volatile.Read(ref lastProblem);

    private long OnDisk => closedBytes + (current is { } file ? file.Taken + file.IndexLength : 0);

    /// <summary>Runs until the chunks are completed and written.</summary>
    public void Run()
    {
        bool ended = false;
        bool broken = false;
        while (!ended)
        {
            PacketRingChunk? chunk = chunks.TakeFull(IdleMilliseconds, out ended);
            try
            {
                if (!broken)
                {
                    HandleChunk(chunk, ended);
                }
                else if (chunk is not null)
                {
                    CountLost(chunk);
                }
            }
#pragma warning disable CA1031 // Whatever it was: the capture goes on without its ring and says so, and no appender may wait for ever.
            catch (Exception error)
#pragma warning restore CA1031
            {
                broken = true;
                current?.Dispose();
                current = null;
                Report($"The packet ring ended by an error: {error.Message}", ForEver);
                if (chunk is not null)
                {
                    CountLost(chunk);
                }
            }

            if (chunk is not null)
            {
                chunks.Return(chunk);
            }
        }

        EndDirectWrites();
    }

    private void EndDirectWrites()
    {
        buffers.Direct?.Dispose();
        ReportFailure();
    }

    private void HandleChunk(PacketRingChunk? chunk, bool ended)
    {
        WatchFiles();
        WriteWaiting();
        ReportFailure();
        if (chunk is not null && !TryWrite(chunk))
        {
            CountLost(chunk);
        }

        if (ended)
        {
            EndFile(another: false);
            EndDirectWrites();
            WatchClosedFiles();
        }

        Volatile.Write(ref diskBytes, OnDisk);
    }

    private bool TryWrite(PacketRingChunk chunk)
    {
        try
        {
            // A transfer of megabytes must not push everything else out of a small ring.
            if (chunk.Length > options.MaxBytes / 2)
            {
                return false;
            }

            AdoptOldFiles();
            if (current is { HasPackets: true } && current.Length + chunk.Length > fileBytes)
            {
                EndFile(another: true);
            }

            if ((current is null && !BeginFile()) || !DescribeInterfaces(chunk) || !TryAppend(chunk.Buffer.AsSpan(0, chunk.Length)))
            {
                return false;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            AbandonFile();
            Report(
                DiskFull.Is(error)
                    ? $"The disk of '{folder}' is full, so packets are left out of the ring. It goes on when there is room."
                    : $"The packet ring in '{folder}' cannot be written, so packets are left out of it: {error.Message}",
                FailureStays);
            return false;
        }

        current!.Note(chunk, mayGrow);
        Volatile.Write(ref packets, packets + chunk.Packets);
        if (problem is not null && clock.Elapsed > problemUntil)
        {
            Volatile.Write(ref problem, null);
        }

        if (clock.Elapsed - statisticsAt > StatisticsEvery)
        {
            WriteStatistics();
        }

        return true;
    }

    private void WriteWaiting()
    {
        try
        {
            current?.WriteWaiting(IdleMilliseconds);
        }
        catch (IOException)
        {
            AbandonFile(); // said by what follows
        }
    }

    private void ReportFailure()
    {
        if (buffers.Direct?.TakeFailure() is { } failure)
        {
            Report($"The disk did not take packets for {failure} They are left out of the ring.", NoteStays);
        }
    }

    /// <summary>Takes on what an earlier ring left here.</summary>
    private void AdoptOldFiles()
    {
        if (!oldFilesAdopted)
        {
            foreach (long sequence in PacketRingFiles.List(folder))
            {
                long bytes = PacketRingFiles.Bytes(folder, sequence);
                closed.Add((sequence, bytes));
                closedBytes += bytes;
                nextSequence = sequence + 1;
            }

            oldFilesAdopted = true;
        }
    }

    /// <summary>
    /// Appends within the bound; where the disk is full, this ring's own oldest files make room. False: the bound has no room.
    /// </summary>
    private bool TryAppend(ReadOnlySpan<byte> blocks)
    {
        while (MakeRoom(current!.Needs(blocks.Length)))
        {
            try
            {
                current!.Append(blocks);
                return true;
            }
            catch (IOException error) when (DiskFull.Is(error) && DeleteOldest())
            {
                Report(
                    $"The disk of '{folder}' is full, so the packet ring keeps less than it may: "
                        + "its oldest packets make room for the newest.",
                    NoteStays);
            }
        }

        return false;
    }

    /// <summary>Deletes the oldest files until so many bytes fit; false where they never will.</summary>
    private bool MakeRoom(long bytes)
    {
        while (bytes > options.MaxBytes - OnDisk)
        {
            if (!DeleteOldest())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Deletes the oldest file; false where there is none to delete. One that another program has open stays, counts, and is tried again;
    /// the ones behind it are emptied meanwhile, and go when it goes.
    /// </summary>
    private bool DeleteOldest()
    {
        for (int i = 0; i < closed.Count; i++)
        {
            (long sequence, long bytes) = closed[i];
            if (i > 0 && bytes == 0)
            {
                continue;
            }

            string path = PacketRingFiles.DataPath(folder, sequence);

            // Only Linux writes past the cache, and only Windows refuses to delete: what is cancelled is not kept.
            buffers.Direct?.CancelWrites(path, bytes);
            if (PacketRingFiles.TryDelete(folder, sequence, leaveEmpty: i > 0))
            {
                closedBytes -= bytes;
                closed[i] = (sequence, 0);
                while (i == 0 && closed is [(var emptied, 0), ..] && PacketRingFiles.TryDelete(folder, emptied))
                {
                    closed.RemoveAt(0);
                }

                return true;
            }

            Report(
                $"'{path}', the packet ring's oldest file, cannot be deleted: another program (Wireshark, a virus scanner, a backup) may "
                    + "have it open. It stays and counts; younger packets make room instead.",
                NoteStays);
        }

        return false;
    }

    /// <summary>Whether an index may grow; a file that cannot be deleted is no reason to end the ring.</summary>
    private bool MayGrowIndex(int bytes)
    {
        try
        {
            return MakeRoom(bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Ends the current file.</summary>
    private void EndFile(bool another)
    {
        if (current is { } file)
        {
            WriteStatistics();
            CloseFile(file, another);
        }
    }

    /// <summary>
    /// Leaves a file that something went wrong with: nothing is ever written twice at one place, for whoever reads beside us.
    /// </summary>
    private void AbandonFile()
    {
        if (current is { HasPackets: true } file)
        {
            CloseFile(file, another: false);
        }
        else if (current is { } empty)
        {
            DiscardFile(empty);
        }
    }

    /// <summary>Closes the current file, which is one of the ring's older files from here on.</summary>
    private void CloseFile(PacketRingFile file, bool another)
    {
        current = null;
        file.End(another, mayGrow);
        closed.Add((file.Sequence, file.Length + file.IndexLength));
        closedBytes += file.Length + file.IndexLength;
    }

    private void WriteStatistics()
    {
        statisticsAt = clock.Elapsed;
        HashCode counted = default;
        counted.Add(current!.Sequence);
        KeyValuePair<int, InterfaceStatistics>[] known = ring.Statistics();
        byte[] blocks = new byte[known.Length * PcapngBlocks.StatisticsLength];
        int length = 0;
        foreach ((int number, InterfaceStatistics found) in known)
        {
            int described = current.NumberOf(number);
            if (described >= 0)
            {
                PcapngBlocks.Statistics(blocks.AsSpan(length), described, found, (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100);
                length += PcapngBlocks.StatisticsLength;
                counted.Add(found);
            }
        }

        int hash = counted.ToHashCode();
        if (length == 0 || hash == statisticsWritten)
        {
            return;
        }

        try
        {
            if (TryAppend(blocks.AsSpan(0, length)))
            {
                statisticsWritten = hash;
                current.Note(PacketRingPart.Statistics, blocks.AsSpan(0, length), mayGrow);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Report($"Statistics of the packet ring in '{folder}' cannot be written: {error.Message}", FailureStays);
        }
    }

    private void CountLost(PacketRingChunk chunk) => Volatile.Write(ref lostPackets, lostPackets + chunk.Packets);

    private void Report(string message, TimeSpan stays)
    {
        problemUntil = clock.Elapsed + stays;
        Volatile.Write(ref problem, message);
        Volatile.Write(ref lastProblem, message);
    }
}
