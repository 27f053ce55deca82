using System.Diagnostics;
using NetTraffic.Capture.Native;

namespace NetTraffic.Capture;

/// <summary>
/// Writes the files of a packet ring past the page cache, so that packets that nobody may ever read push nothing out of memory, and cost no
/// pages that the kernel must find, which on virtual machines is most of what a write costs. Bytes are gathered in three buffers, and a
/// thread of its own writes each with one call: who appends waits only where the disk is slower. A file grows in order: what is there is
/// whole up to its end.
/// </summary>
internal sealed class DirectWriter : IDisposable
{
    /// <summary>
    /// Bytes of one write. Each costs a virtual disk about 10 ms whatever its length: 4 MiB at once reached 0.4 GB a second, 32 MiB 1.3.
    /// </summary>
    public const int BufferBytes = 16 << 20;

    private const int Buffers = 3;
    private const long MostCacheBytes = 4L << 30;
    private readonly object changing = new();
    private readonly Queue<DirectBuffer> waiting = new();
    private readonly Stack<DirectBuffer> free = new();
    private readonly HashSet<string> cachedFiles = [];
    private Thread? thread;
    private int buffersMade;
    private long cacheBytesLeft;
    private volatile DiskPace pace;
    private bool ended;
    private DirectBuffer? writing;
    private long lostPackets;
    private string? failure;

    /// <summary>Constructing is inert: the first bytes start the thread.</summary>
    /// <param name="cacheBytes">
    /// So much is left to the kernel where the disk is the slower one; default: a sixteenth of the memory, 4 GiB at most, well below what
    /// Linux lets wait for the disk.
    /// </param>
    public DirectWriter(long? cacheBytes = null)
    {
        cacheBytesLeft = cacheBytes ?? Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16, MostCacheBytes);
    }

    /// <summary>Packets that were taken, and then could not be written; from any thread.</summary>
    public long LostPackets => Volatile.Read(ref lostPackets);

    /// <summary>
    /// Begins a new file; null where it is to be written as any other file: the first one, so that a small capture waits for no disk; where
    /// there are no direct writes; and, as long as memory allows, behind a disk that takes bytes slower than they come. The second file
    /// shows whether it does. A disk that has a cache of its own must be asked for a flush to know: whoever flushes something else (a
    /// segment) waits for all that was sent there.
    /// </summary>
    /// <param name="file">The file, empty.</param>
    /// <param name="bytes">How long it will be.</param>
    public DirectTarget? TryBegin(FileStream file, long bytes)
    {
        bool leave = pace == DiskPace.FirstFile || (pace is DiskPace.BeingMeasured or DiskPace.FallsBehind && cacheBytesLeft >= bytes);
        if (leave || DirectFile.TryOpen(file.Name) is not { } direct)
        {
            pace = pace == DiskPace.FirstFile ? DiskPace.Unknown : pace;
            cacheBytesLeft -= bytes;
            cachedFiles.Add(file.Name);
            return null;
        }

        bool measures = pace == DiskPace.Unknown;
        pace = measures ? DiskPace.BeingMeasured : pace;
        return new DirectTarget(file, direct, measures);
    }

    /// <summary>Appends bytes; waits where the disk is slower.</summary>
    /// <exception cref="IOException">Earlier bytes could not be written: the file has been cut to what was.</exception>
    public void Append(DirectTarget target, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (target.Filling is { Room.Length: 0 })
            {
                Enqueue(target, AfterBuffer.GoesOn);
            }

            DirectBuffer buffer = target.Filling ??= TakeBuffer(target);
            int taken = Math.Min(bytes.Length, buffer.Room.Length);
            bytes[..taken].CopyTo(buffer.Room);
            buffer.Length += taken;
            bytes = bytes[taken..];
        }

        ThrowFailure(target);
    }

    /// <summary>Counts packets of which the bytes just appended are the last.</summary>
    public static void CountPackets(DirectTarget target, int packets) => target.Filling!.Packets += packets;

    /// <summary>Whether bytes have waited so many milliseconds for others to go with them, with the disk idle.</summary>
    public static bool HasWaited(DirectTarget target, int milliseconds) =>
        target.WaitingBuffers == 0 && target.Filling is { } buffer && Environment.TickCount64 - buffer.FirstByteAt >= milliseconds;

    /// <summary>Writes what was gathered, and lets go of the file, which is written as any other from here on.</summary>
    /// <exception cref="IOException">As above.</exception>
    public void GoOnCached(DirectTarget target)
    {
        Enqueue(target, AfterBuffer.GoesOnCached);
        lock (changing)
        {
            while (target.WaitingBuffers > 0)
            {
                Monitor.Wait(changing);
            }
        }

        target.CloseDirect();
        pace = target.Measures ? DiskPace.Unknown : pace;
        ThrowFailure(target);
    }

    /// <summary>Takes over a file that is complete: it is closed when all of it is written.</summary>
    /// <param name="target">The file.</param>
    /// <param name="closed">Told then whether all of it was written; from another thread.</param>
    public void Complete(DirectTarget target, Action<bool>? closed = null)
    {
        target.Closed = closed;
        target.Age.Stop();
        if (pace == DiskPace.KeepsUp && target.Waited > target.Age.Elapsed / 4)
        {
            pace = DiskPace.FallsBehind;
        }

        Enqueue(target, AfterBuffer.Closes);
    }

    /// <summary>Lets go of a file that is given up, and closes it.</summary>
    public void Abandon(DirectTarget target)
    {
        CancelWrites(target.Path, 0);
        lock (changing)
        {
            if (target.Filling is { } buffer)
            {
                target.Filling = null;
                free.Push(buffer);
            }
        }

        pace = target.Measures ? DiskPace.Unknown : pace;
        target.Dispose();
    }

    /// <summary>
    /// Does not write what is left of a file that is to be deleted, and closes it if it was complete: when its name is gone, its room is to
    /// be free.
    /// </summary>
    /// <param name="path">The file's path.</param>
    /// <param name="bytes">Its bytes.</param>
    public void CancelWrites(string path, long bytes)
    {
        cacheBytesLeft += cachedFiles.Remove(path) ? bytes : 0;
        lock (changing)
        {
            for (int i = waiting.Count; i > 0; i--)
            {
                DirectBuffer buffer = waiting.Dequeue();
                if (buffer.Target!.Path == path)
                {
                    Release(buffer);
                }
                else
                {
                    waiting.Enqueue(buffer);
                }
            }

            while (writing?.Target!.Path == path)
            {
                Monitor.Wait(changing);
            }
        }
    }

    /// <summary>Whether a file is not written to its end yet.</summary>
    /// <param name="path">The file's path.</param>
    public bool IsBeingWritten(string path)
    {
        lock (changing)
        {
            return writing?.Target!.Path == path || waiting.Any(buffer => buffer.Target!.Path == path);
        }
    }

    /// <summary>What went wrong since the last call; null: nothing.</summary>
    public string? TakeFailure() => Volatile.Read(ref failure) is null ? null : Interlocked.Exchange(ref failure, null);

    /// <summary>Writes what there is, and ends the thread.</summary>
    public void Dispose()
    {
        lock (changing)
        {
            ended = true;
            Monitor.PulseAll(changing);
        }

        thread?.Join();
    }

    private DirectBuffer TakeBuffer(DirectTarget target)
    {
        lock (changing)
        {
            if (free.Count == 0 && buffersMade < Buffers)
            {
                free.Push(new DirectBuffer());
                buffersMade++;
            }

            if (free.Count == 0)
            {
                long begin = Stopwatch.GetTimestamp();
                while (free.Count == 0)
                {
                    Monitor.Wait(changing);
                }

                target.Waited += Stopwatch.GetElapsedTime(begin);
            }

            DirectBuffer buffer = free.Pop();
            buffer.Begin(target);
            return buffer;
        }
    }

    private void Enqueue(DirectTarget target, AfterBuffer end)
    {
        if (target.Filling is null && end == AfterBuffer.Closes)
        {
            // Whatever it is that goes to the disk last closes the file.
            target.Filling = TakeBuffer(target);
        }

        if (target.Filling is { } buffer)
        {
            target.Filling = null;
            buffer.End = end;
            lock (changing)
            {
                target.WaitingBuffers++;
                waiting.Enqueue(buffer);
                Monitor.PulseAll(changing);
            }

            if (thread is null)
            {
                thread = new Thread(Run) { IsBackground = true, Name = "NetTraffic disk" };
                thread.Start();
            }
        }
    }

    private void Run()
    {
        while (TakeWaiting() is { } buffer)
        {
            bool written = buffer.Target!.TryWrite(buffer);
            if (buffer is { End: AfterBuffer.Closes, Target: { Measures: true } measured })
            {
                pace = measured.DiskTime < measured.Age.Elapsed ? DiskPace.KeepsUp : DiskPace.FallsBehind;
            }

            if (buffer.Target.TakeFailure() is { } error)
            {
                Volatile.Write(ref failure, $"'{buffer.Target.Path}': {error}");
            }

            lock (changing)
            {
                writing = null;
                Volatile.Write(ref lostPackets, lostPackets + (written ? 0 : buffer.Packets));
                Release(buffer);
            }
        }
    }

    private DirectBuffer? TakeWaiting()
    {
        lock (changing)
        {
            while (waiting.Count == 0 && !ended)
            {
                Monitor.Wait(changing);
            }

            return waiting.TryDequeue(out writing) ? writing : null;
        }
    }

    private void Release(DirectBuffer buffer)
    {
        DirectTarget target = buffer.Target!;
        target.WaitingBuffers--;
        if (buffer.End == AfterBuffer.Closes)
        {
            target.Dispose();
        }

        free.Push(buffer);
        Monitor.PulseAll(changing);
    }

    private static void ThrowFailure(DirectTarget target)
    {
        if (target.Failure is { } error)
        {
            throw new IOException(error.Message, error.HResult);
        }
    }

    /// <summary>What is known of the disk.</summary>
    private enum DiskPace
    {
        /// <summary>Nothing: there has been one file at most, and that waits for no disk.</summary>
        FirstFile,

        /// <summary>Nothing; the next file shows it.</summary>
        Unknown,

        /// <summary>A file is on its way that shows it.</summary>
        BeingMeasured,

        /// <summary>It takes bytes as fast as they come.</summary>
        KeepsUp,

        /// <summary>It does not.</summary>
        FallsBehind,
    }
}
