using Microsoft.AspNetCore.Http.Features;

namespace NetTraffic.Server.Api;

/// <summary>
/// A response's body for those who write as they go. The first bytes are held back, and the headers with them: what goes wrong until then
/// is answered as any other error.
/// </summary>
internal sealed class DownloadStream : Stream
{
    private const int MostHeld = 64 << 10;
    private readonly HttpResponse response;
    private readonly string type, name;
    private MemoryStream? held = new();

    public DownloadStream(HttpContext context, string type, string name)
    {
        response = context.Response;
        this.type = type;
        this.name = name;
        if (context.Features.Get<IHttpBodyControlFeature>() is { } control)
        {
            control.AllowSynchronousIO = true;
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Ends a download that may be empty.</summary>
    public Task CompleteAsync()
    {
        Begin();
        return response.CompleteAsync();
    }

    public override void Flush()
    {
        // Whoever writes flushes often; the server sends when there is enough.
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (held is not null && held.Length + buffer.Length <= MostHeld)
        {
            held.Write(buffer);
        }
        else
        {
            Begin();
            response.Body.Write(buffer);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Begin()
    {
        if (held is { } first)
        {
            held = null;
            response.ContentType = type;
            response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
            response.Body.Write(first.GetBuffer().AsSpan(0, (int)first.Length));
        }
    }
}
