using System.Diagnostics;
using NetTraffic.Capture.Native;

namespace NetTraffic.Capture;

/// <summary>
/// Keeps little of long files in the page cache while they are written: what was just written starts for the disk, what went before gives
/// its pages back, which take the next bytes. A page that the kernel has at hand costs a tenth of one that it must find, on virtual
/// machines above all; and gigabytes that nobody may ever read push nothing else out. Nothing here is to wait for the disk: where these
/// calls take long, or the system has none, memory takes what comes, as ever.
/// </summary>
internal sealed class WriteBehind : IDisposable
{
    private const long Step = 8 << 20;

    // A file's pages go twice: while the next one is written, and, as some were still on their way then, when this many followed.
    private const int Kept = 4;
    private const int LargestPart = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);
    private readonly Queue<FileStream> complete = new(Kept);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Stopwatch spent = new();
    private bool works = FileCache.IsAvailable;
    private FileStream? current;
    private FileStream? last;
    private long started;
    private long dropped;

    /// <summary>Looks after a file that is being written; to be called before more is.</summary>
    /// <param name="file">The file.</param>
    /// <param name="length">Its bytes; nothing before them will change.</param>
    /// <exception cref="IOException">Bytes could not be written to the disk.</exception>
    public void Follow(FileStream file, long length)
    {
        if (file != current)
        {
            (current, started, dropped) = (file, 0, 0);
        }

        if (!works || length - started < Step)
        {
            return;
        }

        spent.Start();
        try
        {
            Start(file, length);
            if (last is not null)
            {
                works = works && FileCache.Drop(last.SafeFileHandle, dropped, length - dropped);
                dropped = length;
            }
        }
        finally
        {
            spent.Stop();
        }

        works = works && spent.Elapsed < Patience + (clock.Elapsed / LargestPart);
    }

    /// <summary>Takes over a file that is complete, and closes it some files later.</summary>
    /// <exception cref="IOException">Bytes could not be written to the disk.</exception>
    public void End(FileStream file, long length)
    {
        complete.Enqueue(file);
        last = file;
        try
        {
            if (file == current)
            {
                Start(file, length);
            }
        }
        finally
        {
            while (works && complete.Count > Kept)
            {
                using FileStream oldest = complete.Dequeue();
                works = FileCache.Drop(oldest.SafeFileHandle, 0, 0);
            }

            if (!works)
            {
                Dispose();
            }
        }
    }

    /// <summary>Closes all complete files: those that are deleted are to be gone.</summary>
    public void Dispose()
    {
        last = null;
        while (complete.TryDequeue(out FileStream? file))
        {
            file.Dispose();
        }
    }

    private void Start(FileStream file, long length)
    {
        works = works && FileCache.Start(file.SafeFileHandle, started, length - started);
        started = length;
    }
}
