using System.Diagnostics;
using NetTraffic.Capture.Native;

namespace NetTraffic.Capture;

/// <summary>
/// Sends files to the disk past the page cache, in few large writes by a thread of its own. Bytes are gathered in a few buffers, so that
/// who writes waits only where the disk is slower than it. What nobody may ever read pushes nothing out of memory, and costs no pages that
/// the kernel must find, which on virtual machines is most of what a write costs. A file grows in order: what is there is whole up to its
/// end.
/// </summary>
internal sealed class DirectWriter : IDisposable
{
    /// <summary>
    /// Bytes of one write. Each costs a virtual disk about 10 ms whatever its length: 4 MiB at once reached 0.4 GB a second, 32 MiB 1.3.
    /// </summary>
    public const int PartBytes = 16 << 20;

    private const int Parts = 3;
    private const long MostCached = 4L << 30;
    private readonly object changing = new();
    private readonly Queue<DirectPart> waiting = new();
    private readonly Stack<DirectPart> free = new();
    private readonly HashSet<string> cached = [];
    private Thread? thread;
    private int made;
    private long cachedLeft;
    private volatile Pace pace;
    private bool ended;
    private DirectPart? writing;
    private long lostPackets;
    private string? failure;

    /// <summary>Constructing is inert: the first bytes start the thread.</summary>
    /// <param name="cachedBytes">
    /// So much is left to the kernel where the disk is the slower one; default: a sixteenth of the memory, 4 GiB at most, well below what
    /// Linux lets wait for the disk.
    /// </param>
    public DirectWriter(long? cachedBytes = null)
    {
        cachedLeft = cachedBytes ?? Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16, MostCached);
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
        bool leave = pace == Pace.Small || (pace is Pace.Asked or Pace.Slow && cachedLeft >= bytes);
        if (leave || DirectFile.TryOpen(file.Name) is not { } direct)
        {
            pace = pace == Pace.Small ? Pace.Unknown : pace;
            cachedLeft -= bytes;
            cached.Add(file.Name);
            return null;
        }

        bool asks = pace == Pace.Unknown;
        pace = asks ? Pace.Asked : pace;
        return new DirectTarget(file, direct, asks);
    }

    /// <summary>Appends bytes; waits where the disk is slower.</summary>
    /// <exception cref="IOException">Earlier bytes could not be written: the file has been cut to what was.</exception>
    public void Append(DirectTarget target, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (target.Filling is { Room.Length: 0 })
            {
                HandOver(target, DirectEnd.GoesOn);
            }

            DirectPart part = target.Filling ??= Take(target);
            int taken = Math.Min(bytes.Length, part.Room.Length);
            bytes[..taken].CopyTo(part.Room);
            part.Length += taken;
            bytes = bytes[taken..];
        }

        ThrowFailure(target);
    }

    /// <summary>Notes packets of which the bytes just appended are the last.</summary>
    public static void Note(DirectTarget target, int packets) => target.Filling!.Packets += packets;

    /// <summary>Whether bytes have waited so many milliseconds for others to go with them, with the disk idle.</summary>
    public static bool Waits(DirectTarget target, int milliseconds) => target.OnTheWay == 0 && target.Filling is { } part && Environment.TickCount64 - part.Born >= milliseconds;

    /// <summary>Writes what was gathered, and lets go of the file, which is written as any other from here on.</summary>
    /// <exception cref="IOException">As above.</exception>
    public void Settle(DirectTarget target)
    {
        HandOver(target, DirectEnd.Settles);
        lock (changing)
        {
            while (target.OnTheWay > 0)
            {
                Monitor.Wait(changing);
            }
        }

        target.Release();
        pace = target.Asks ? Pace.Unknown : pace;
        ThrowFailure(target);
    }

    /// <summary>Takes over a file that is complete: it is closed when all of it is written.</summary>
    public void End(DirectTarget target)
    {
        target.Age.Stop();
        if (pace == Pace.Fast && target.Waited > target.Age.Elapsed / 4)
        {
            pace = Pace.Slow;
        }

        HandOver(target, DirectEnd.Closes);
    }

    /// <summary>Lets go of a file that is given up, and closes it.</summary>
    public void Drop(DirectTarget target)
    {
        Forget(target.Path, 0);
        lock (changing)
        {
            if (target.Filling is { } part)
            {
                target.Filling = null;
                free.Push(part);
            }
        }

        pace = target.Asks ? Pace.Unknown : pace;
        target.Dispose();
    }

    /// <summary>
    /// Does not write what is left of a file that is to be deleted, and closes it if it was complete: when its name is gone, its room is
    /// to be free.
    /// </summary>
    /// <param name="path">The file's path.</param>
    /// <param name="bytes">Its bytes.</param>
    public void Forget(string path, long bytes)
    {
        cachedLeft += cached.Remove(path) ? bytes : 0;
        lock (changing)
        {
            for (int i = waiting.Count; i > 0; i--)
            {
                DirectPart part = waiting.Dequeue();
                if (part.Target!.Path == path)
                {
                    Finish(part);
                }
                else
                {
                    waiting.Enqueue(part);
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
    public bool IsOnTheWay(string path)
    {
        lock (changing)
        {
            return writing?.Target!.Path == path || waiting.Any(part => part.Target!.Path == path);
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

    private DirectPart Take(DirectTarget target)
    {
        lock (changing)
        {
            if (free.Count == 0 && made < Parts)
            {
                free.Push(new DirectPart());
                made++;
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

            DirectPart part = free.Pop();
            part.Begin(target);
            return part;
        }
    }

    private void HandOver(DirectTarget target, DirectEnd end)
    {
        if (target.Filling is null && end == DirectEnd.Closes)
        {
            // Whatever it is that goes to the disk last closes the file.
            target.Filling = Take(target);
        }

        if (target.Filling is { } part)
        {
            target.Filling = null;
            part.End = end;
            lock (changing)
            {
                target.OnTheWay++;
                waiting.Enqueue(part);
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
        while (TakeWaiting() is { } part)
        {
            bool written = part.Target!.TryWrite(part);
            if (part is { End: DirectEnd.Closes, Target: { Asks: true } asked })
            {
                pace = asked.DiskTime < asked.Age.Elapsed ? Pace.Fast : Pace.Slow;
            }

            if (part.Target.TakeFailure() is { } error)
            {
                Volatile.Write(ref failure, $"'{part.Target.Path}': {error}");
            }

            lock (changing)
            {
                writing = null;
                Volatile.Write(ref lostPackets, lostPackets + (written ? 0 : part.Packets));
                Finish(part);
            }
        }
    }

    private DirectPart? TakeWaiting()
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

    private void Finish(DirectPart part)
    {
        DirectTarget target = part.Target!;
        target.OnTheWay--;
        if (part.End == DirectEnd.Closes)
        {
            target.Dispose();
        }

        free.Push(part);
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
    private enum Pace
    {
        /// <summary>Nothing, and nothing is asked before there is more than one file.</summary>
        Small,

        /// <summary>Nothing; the next file shows it.</summary>
        Unknown,

        /// <summary>A file is on its way that shows it.</summary>
        Asked,

        /// <summary>It takes bytes as fast as they come.</summary>
        Fast,

        /// <summary>It does not.</summary>
        Slow,
    }
}
