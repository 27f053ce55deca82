using Microsoft.Win32.SafeHandles;
using NetTraffic.Capture.Native;

namespace NetTraffic.Capture;

/// <summary>
/// Keeps little of long files in the page cache while they are written. Who writes does not wait for the disk: a thread of its own sends
/// what was written some time ago, a few mebibytes at once, and gives back the pages of what has arrived, which take the next bytes. A
/// page that the kernel has at hand costs a fifth of one that it must find, on virtual machines above all, and gigabytes that nobody may
/// ever read push nothing else out. The newest bytes stay in memory: files as short as that need no disk at once, and whoever must have
/// something else on the disk meanwhile (segments) waits for all that is on its way there.
/// </summary>
internal sealed class WriteBehind : IDisposable
{
    private const long Step = 8 << 20, MostKept = 4L << 30;

    // Of a disk that is slower than its writer, what comes on top is left to the kernel.
    private const int MostBehind = 256;
    private readonly int keptParts;
    private readonly object changing = new();
    private readonly Queue<Part> waiting = new();
    private readonly Thread thread;
    private volatile bool works = true;
    private bool ended;
    private Part? sent;
    private Part? sending;
    private IOException? failure;
    private FileStream? current;
    private long handedOver;

    /// <summary>Starts the thread.</summary>
    /// <param name="keptBytes">So many of the newest bytes stay in memory; default: a sixteenth of it, 4 GiB at most, well below what Linux lets wait for the disk.</param>
    public WriteBehind(long? keptBytes = null)
    {
        keptParts = (int)((keptBytes ?? Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16, MostKept)) / Step);
        thread = new Thread(Run) { IsBackground = true, Name = "NetTraffic disk" };
        thread.Start();
    }

    /// <summary>Looks after a file that is being written.</summary>
    /// <param name="file">The file.</param>
    /// <param name="length">Its bytes; nothing before them will change.</param>
    /// <exception cref="IOException">Earlier bytes could not be written to the disk.</exception>
    public void Follow(FileStream file, long length)
    {
        if (file != current)
        {
            (current, handedOver) = (file, 0);
        }

        // Whole pages: the last one is still being filled.
        long whole = length / Step * Step;
        if (whole > handedOver)
        {
            HandOver(new Part(file, handedOver, whole - handedOver, false));
            handedOver = whole;
        }

        ThrowFailure();
    }

    /// <summary>Takes over a file that is complete, and closes it when it is on the disk, or at the end.</summary>
    /// <param name="file">The file.</param>
    /// <param name="length">Its bytes.</param>
    /// <exception cref="IOException">Earlier bytes could not be written to the disk.</exception>
    public void End(FileStream file, long length)
    {
        long rest = file == current ? handedOver : 0;
        HandOver(new Part(file, rest, length - rest, true));
        ThrowFailure();
    }

    /// <summary>Lets go of a file that is given up or to be deleted, and closes it if it was complete: when its name is gone, its room is to be free.</summary>
    /// <param name="path">The file's path.</param>
    public void Forget(string path)
    {
        lock (changing)
        {
            for (int i = waiting.Count; i > 0; i--)
            {
                Part part = waiting.Dequeue();
                if (part.File.Name != path)
                {
                    waiting.Enqueue(part);
                }
                else if (part.Last)
                {
                    part.File.Dispose();
                }
            }

            while (sent?.File.Name == path || sending?.File.Name == path)
            {
                Monitor.Wait(changing);
            }
        }
    }

    /// <summary>Closes all complete files and ends the thread; what is not on the disk yet is left to the kernel.</summary>
    public void Dispose()
    {
        lock (changing)
        {
            ended = true;
            Monitor.PulseAll(changing);
        }

        thread.Join();
    }

    private void HandOver(in Part part)
    {
        lock (changing)
        {
            if (ended || (!works && part.Last))
            {
                CloseIfLast(part);
            }
            else if (works && (waiting.Count < keptParts + MostBehind || part.Last))
            {
                waiting.Enqueue(part);
                Monitor.PulseAll(changing);
            }
        }
    }

    private void Run()
    {
        while (Take())
        {
            // The next part is on its way while the one before it is waited for, so that the disk always has something to do.
            Try(sending, FileCache.Start);
            Try(sent, FileCache.Finish);
            Try(sent, FileCache.Drop);
            lock (changing)
            {
                CloseIfLast(sent);
                (sent, sending) = (sending, null);
                Monitor.PulseAll(changing);
            }
        }

        lock (changing)
        {
            CloseIfLast(sent);
            sent = null;
            while (waiting.TryDequeue(out Part part))
            {
                CloseIfLast(part);
            }

            Monitor.PulseAll(changing);
        }
    }

    /// <summary>Waits for something to do; false at the end.</summary>
    private bool Take()
    {
        lock (changing)
        {
            while (waiting.Count <= keptParts && sent is null && !ended)
            {
                Monitor.Wait(changing);
            }

            sending = !ended && waiting.Count > keptParts ? waiting.Dequeue() : null;
            return !ended;
        }
    }

    private void Try(Part? part, Func<SafeFileHandle, long, long, bool> call)
    {
        if (part is { Length: > 0 } bytes && works)
        {
            try
            {
                works = call(bytes.File.SafeFileHandle, bytes.Offset, bytes.Length);
            }
            catch (IOException error)
            {
                Volatile.Write(ref failure, error);
            }
        }
    }

    private static void CloseIfLast(Part? part)
    {
        if (part is { Last: true } end)
        {
            end.File.Dispose();
        }
    }

    private void ThrowFailure()
    {
        if (Interlocked.Exchange(ref failure, null) is { } error)
        {
            throw new IOException(error.Message, error.HResult);
        }
    }

    private readonly record struct Part(FileStream File, long Offset, long Length, bool Last);
}
