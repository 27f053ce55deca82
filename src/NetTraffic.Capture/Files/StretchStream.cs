namespace NetTraffic.Capture;

/// <summary>Some stretches of a file, one after the other, as one stream; the file may grow meanwhile.</summary>
internal sealed class StretchStream(FileStream file, IReadOnlyList<(long Offset, long End)> stretches) : ReadOnceStream
{
    private int which;
    private long at = stretches.Count > 0 ? stretches[0].Offset : 0;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Where in the file a byte of the stream is.</summary>
    public long FileOffset(long streamOffset)
    {
        foreach ((long offset, long end) in stretches)
        {
            if (streamOffset < end - offset)
            {
                return offset + streamOffset;
            }

            streamOffset -= end - offset;
        }

        return long.MaxValue;
    }

    public override int Read(Span<byte> buffer)
    {
        while (which < stretches.Count)
        {
            (_, long end) = stretches[which];
            int read = at < end ? RandomAccess.Read(file.SafeFileHandle, buffer[..(int)Math.Min(buffer.Length, end - at)], at) : 0;
            if (read > 0)
            {
                at += read;
                BytesRead += read;
                return read;
            }

            if (at < end)
            {
                return 0; // the file ends here, whatever the index promised
            }

            which++;
            at = which < stretches.Count ? stretches[which].Offset : 0;
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
