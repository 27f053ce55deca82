namespace NetTraffic.Capture;

/// <summary>What a compressed file holds; disposed of with the file.</summary>
/// <param name="unpacked">Unpacks it.</param>
/// <param name="file">The file.</param>
internal sealed class ContentStream(Stream unpacked, FileStream file) : ReadOnceStream
{
    public override int Read(Span<byte> buffer) => unpacked.Read(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            unpacked.Dispose();
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
