using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using NetTraffic.Capture.Native;

namespace NetTraffic.Capture;

/// <summary>A file on its way to the disk past the page cache.</summary>
/// <param name="file">The file.</param>
/// <param name="direct">The same, opened for direct writes.</param>
/// <param name="measures">Whether it is to show the disk's pace.</param>
internal sealed class DirectTarget(FileStream file, SafeFileHandle direct, bool measures) : IDisposable
{
    private IOException? failure;
    private string? unreported;
    private int waitingBuffers;
    private long written;
    private bool isComplete;

    public string Path => file.Name;

    /// <summary>Bytes that have arrived; the file is that long at least.</summary>
    public long Written => Volatile.Read(ref written);

    /// <summary>What kept bytes from the disk; null: nothing. Whatever follows is dropped then.</summary>
    public IOException? Failure => Volatile.Read(ref failure);

    /// <summary>Gathered for the next write; for the thread that appends.</summary>
    public DirectBuffer? Filling { get; set; }

    /// <summary>How long who appends has waited for the disk.</summary>
    public TimeSpan Waited { get; set; }

    /// <summary>Whether it is to show the disk's pace.</summary>
    public bool Measures => measures;

    /// <summary>How long the disk took for it, with a flush at the end where it is to show that.</summary>
    public TimeSpan DiskTime { get; private set; }

    /// <summary>From its begin to its end, for who appends.</summary>
    public Stopwatch Age { get; } = Stopwatch.StartNew();

    /// <summary>Buffers handed over and not written yet; changed under the writer's lock.</summary>
    public int WaitingBuffers
    {
        get => Volatile.Read(ref waitingBuffers);
        set => Volatile.Write(ref waitingBuffers, value);
    }

    /// <summary>Writes the next bytes; false where they, or those before them, could not be written: the file is cut to what was.</summary>
    public bool TryWrite(DirectBuffer buffer)
    {
        if (failure is not null)
        {
            Cut(); // room may have been set aside since
            return false;
        }

        long begin = Stopwatch.GetTimestamp();
        try
        {
            Write(buffer.Bytes, buffer.End);
            DiskTime += Stopwatch.GetElapsedTime(begin);
            isComplete = buffer.End == AfterBuffer.Closes;
            return true;
        }
#pragma warning disable CA1031 // Whatever it was is said and ends this file; without its thread the ring would wait for ever.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(error);
            return false;
        }
    }

    /// <summary>The failure, once.</summary>
    public string? TakeFailure()
    {
        string? report = unreported;
        unreported = null;
        return report;
    }

    /// <summary>No direct write will follow.</summary>
    public void CloseDirect() => direct.Dispose();

    /// <summary>Told once, when the file is closed: whether it was complete, and all of it was written.</summary>
    public Action<bool>? Closed { get; set; }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        direct.Dispose();
        file.Dispose();
        Closed?.Invoke(isComplete);
        Closed = null;
    }

    // Whole blocks past the page cache, and what is left at the end, or all where small pieces will follow, through it.
    private void Write(ReadOnlySpan<byte> bytes, AfterBuffer end)
    {
        int blocks = end == AfterBuffer.GoesOnCached ? 0 : bytes.Length / DirectFile.Alignment * DirectFile.Alignment;
        if (blocks > 0)
        {
            RandomAccess.Write(direct, bytes[..blocks], written);
        }

        if (blocks < bytes.Length)
        {
            RandomAccess.Write(file.SafeFileHandle, bytes[blocks..], written + blocks);
        }

        if (end == AfterBuffer.Closes)
        {
            // Room that was set aside and not needed.
            RandomAccess.SetLength(file.SafeFileHandle, written + bytes.Length);
            if (measures)
            {
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }
        }

        Volatile.Write(ref written, written + bytes.Length);
    }

    private void Fail(Exception error)
    {
        unreported = error.Message;
        Volatile.Write(ref failure, new IOException(error.Message, error.HResult));
        Cut();
    }

    private void Cut()
    {
        try
        {
            RandomAccess.SetLength(file.SafeFileHandle, written);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            // The disk is broken: readers stop at what is not whole.
        }
    }
}

/// <summary>What becomes of a file when a buffer of it is written.</summary>
internal enum AfterBuffer
{
    /// <summary>More buffers follow.</summary>
    GoesOn,

    /// <summary>It goes on through the page cache, as any other file.</summary>
    GoesOnCached,

    /// <summary>It is complete, and closed.</summary>
    Closes,
}

/// <summary>A buffer for one write.</summary>
internal sealed class DirectBuffer
{
    private readonly byte[] memory = GC.AllocateUninitializedArray<byte>(DirectWriter.BufferBytes + DirectFile.Alignment, pinned: true);
    private readonly int start;

    public unsafe DirectBuffer()
    {
        fixed (byte* first = memory)
        {
            start = (int)(-(nint)first & (DirectFile.Alignment - 1));
        }
    }

    public DirectTarget? Target { get; private set; }

    public int Length { get; set; }

    /// <summary>Packets that end in it.</summary>
    public int Packets { get; set; }

    public AfterBuffer End { get; set; }

    /// <summary>What is still free.</summary>
    public Span<byte> Room => memory.AsSpan(start + Length, DirectWriter.BufferBytes - Length);

    /// <summary>When its first bytes came (Environment.TickCount64).</summary>
    public long FirstByteAt { get; private set; }

    public void Begin(DirectTarget target)
    {
        Target = target;
        Length = Packets = 0;
        End = AfterBuffer.GoesOn;
        FirstByteAt = Environment.TickCount64;
    }

    /// <summary>What it holds.</summary>
    public ReadOnlySpan<byte> Bytes => memory.AsSpan(start, Length);
}
