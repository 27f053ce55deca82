namespace NetTraffic.Capture;

/// <summary>
/// Bytes on their way to a stream, in few large writes. Once a write has failed nothing more goes out: a file is whole up to there.
/// </summary>
internal sealed class WriteBuffer(Stream stream, bool leaveOpen) : IDisposable
{
    private byte[] buffer = new byte[1 << 20];
    private int length;
    private long written;
    private bool failed;
    private bool disposed;

    /// <summary>Bytes so far, what is still to be flushed included.</summary>
    public long Bytes => written + length;

    /// <summary>Room for so many bytes, which then count as written; the caller fills all of them at once.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public Span<byte> Take(int bytes)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (bytes > buffer.Length - length)
        {
            Write();
            if (bytes > buffer.Length)
            {
                buffer = new byte[bytes]; // USB transfers only
            }
        }

        Span<byte> taken = buffer.AsSpan(length, bytes);
        length += bytes;
        return taken;
    }

    /// <summary>Hands everything to the stream, and has the stream hand it on.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public void Flush()
    {
        Write();
        stream.Flush();
    }

    /// <summary>Flushes, unless writing failed before, and closes the stream unless it is to stay open.</summary>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        try
        {
            if (!failed)
            {
                Flush();
            }
        }
        finally
        {
            buffer = [];
            length = 0;
            if (!leaveOpen)
            {
                stream.Dispose();
            }
        }
    }

    private void Write()
    {
        if (length > 0)
        {
            int whole = length;
            length = 0;
            failed = true;
            stream.Write(buffer, 0, whole);
            failed = false;
            written += whole;
        }
    }
}
