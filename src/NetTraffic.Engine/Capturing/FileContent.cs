using System.Buffers;
using NetTraffic.Capture;

namespace NetTraffic.Engine;

/// <summary>
/// Reckons what a file is known by, beside its import: of a compressed file from what the import unpacks, of any other on a thread of its
/// own, which reads the same bytes.
/// </summary>
internal sealed class FileContent : IDisposable
{
    private const int Chunk = 1 << 18;
    private readonly string path;
    private readonly CancellationTokenSource stop = new();
    private readonly FileSum sum = new();
    private FileStream? file;
    private Task work = Task.CompletedTask;

    /// <summary>Makes one; nothing is read yet.</summary>
    public FileContent(string path) => this.path = path;

    /// <summary>Takes what the import unpacks.</summary>
    public void OnUnpacked(ReadOnlySpan<byte> bytes) => sum.Append(bytes);

    /// <summary>Begins with what a file has now that is not compressed.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Begin()
    {
        file = SharedFile.OpenRead(path, bufferSize: 0);
        long length = file.Length;
        work = Task.Factory.StartNew(
            () => ReadTo(file, length), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>
    /// Length and fingerprint of the file as it was at the start, or of more where more was read of it since; of a compressed one, of all
    /// that is in it.
    /// </summary>
    /// <param name="read">Bytes that were read of a file that is not compressed.</param>
    /// <param name="toItsEnd">Whether a compressed one was unpacked to its end.</param>
    /// <exception cref="IOException">It cannot be read, or is shorter by now.</exception>
    public (long Length, FileFingerprint Fingerprint) Finish(long read, bool toItsEnd)
    {
        work.GetAwaiter().GetResult();
        if (file is not null)
        {
            ReadTo(file, Math.Max(sum.Length, read));
        }
        else if (!toItsEnd)
        {
            // It is damaged, and who imports such a one again comes as far as this.
            FileSum whole = new();
            using Stream content = CaptureFileSource.OpenContent(path);
            foreach (ReadOnlyMemory<byte> bytes in Read(content))
            {
                whole.Append(bytes.Span);
            }

            return (whole.Length, whole.Fingerprint);
        }

        return (sum.Length, sum.Fingerprint);
    }

    /// <summary>What a stream gives, piece by piece, each valid until the next; to its end, or to where it cannot be unpacked.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Read(Stream content)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            for (int count; (count = CaptureFileSource.ReadContent(content, buffer)) > 0;)
            {
                yield return buffer.AsMemory(0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose()
    {
        stop.Cancel();
        ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        file?.Dispose();
        stop.Dispose();
    }

    private void ReadTo(FileStream from, long length)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            while (sum.Length < length && !stop.IsCancellationRequested)
            {
                int count = from.Read(buffer.AsSpan(0, (int)Math.Min(Chunk, length - sum.Length)));
                if (count == 0)
                {
                    throw new EndOfStreamException($"'{path}' became shorter while it was read.");
                }

                sum.Append(buffer.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
