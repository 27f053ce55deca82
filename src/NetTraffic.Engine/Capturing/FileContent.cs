using System.Buffers;
using System.IO.Hashing;

namespace NetTraffic.Engine;

/// <summary>
/// The checksum (XXH3, 64 bits) of a file's first bytes, all of them: what a file is known by when it is imported again. Reckoned on a
/// thread of its own beside the import, which reads the same bytes.
/// </summary>
internal sealed class FileContent : IDisposable
{
    private const int Chunk = 1 << 18;
    private readonly FileStream file;
    private readonly CancellationTokenSource stop = new();
    private readonly XxHash3 hash = new();
    private readonly Task work;
    private long hashed;

    /// <summary>Begins with what the file has now.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public FileContent(string path)
    {
        file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        long length = file.Length;
        work = Task.Factory.StartNew(() => HashTo(length), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Length and checksum of the file as it was at the start, or of more where more was read of it since.</summary>
    /// <exception cref="IOException">It cannot be read, or is shorter by now.</exception>
    public (long Length, string Checksum) Finish(long read)
    {
        work.GetAwaiter().GetResult();
        HashTo(Math.Max(hashed, read));
        return (hashed, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    /// <summary>The checksum of a file's first bytes; null: it has fewer.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string? Checksum(string path, long length)
    {
        using FileContent content = new(path, length);
        return content.hashed == length ? Convert.ToHexStringLower(content.hash.GetCurrentHash()) : null;
    }

    public void Dispose()
    {
        stop.Cancel();
        ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        file.Dispose();
        stop.Dispose();
    }

    private FileContent(string path, long length)
    {
        file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        work = Task.CompletedTask;
        HashTo(Math.Min(length, file.Length));
    }

    private void HashTo(long length)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            while (hashed < length && !stop.IsCancellationRequested)
            {
                int count = file.Read(buffer.AsSpan(0, (int)Math.Min(Chunk, length - hashed)));
                if (count == 0)
                {
                    throw new EndOfStreamException($"'{file.Name}' became shorter while it was read.");
                }

                hash.Append(buffer.AsSpan(0, count));
                hashed += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
