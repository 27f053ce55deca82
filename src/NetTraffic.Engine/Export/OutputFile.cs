using System.IO.Compression;

namespace NetTraffic.Engine;

/// <summary>
/// A file that is there whole or not at all: written under a temporary name beside its place, flushed, then renamed. Disposing without
/// <see cref="Commit"/> removes it.
/// </summary>
public sealed class OutputFile : IDisposable
{
    /// <summary>Nothing, compressed (RFC 1952): of nothing, .NET writes nothing.</summary>
    private static ReadOnlySpan<byte> EmptyGzip => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly string place;
    private readonly bool overwrite;
    private FileStream? stream;
    private GZipStream? gzip;
    private bool committed;

    /// <summary>Constructing makes nothing.</summary>
    /// <param name="path">Full path; a link is followed.</param>
    /// <param name="overwrite">Whether a file that is there is replaced.</param>
    public OutputFile(string path, bool overwrite)
    {
        place = PlaceOf(path);
        this.overwrite = overwrite;
        TemporaryPath = Path.Combine(Path.GetDirectoryName(place) ?? "", TemporaryFiles.NewName());
    }

    /// <summary>Where a path leads: the end of its links, there or not.</summary>
    /// <exception cref="IOException">The links go round in a circle.</exception>
    public static string PlaceOf(string path) =>
        new FileInfo(path).LinkTarget is null
            ? path
            : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path; // asking a path without a link would throw

    /// <summary>Where the file is written until it is whole; for writers that make their file themselves.</summary>
    public string TemporaryPath { get; }

    /// <summary>Opens the temporary file.</summary>
    /// <param name="compress">Whether what is written is compressed on its way (gzip, RFC 1952).</param>
    /// <exception cref="DirectoryNotFoundException">The folder is not there.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be made there.</exception>
    /// <exception cref="IOException">No file can be made there.</exception>
    public Stream Open(bool compress)
    {
        TemporaryFiles.RemoveAbandoned(Path.GetDirectoryName(place) ?? "");
        try
        {
            stream = SharedFile.Create(TemporaryPath, FileMode.CreateNew, share: FileShare.None, bufferSize: 1 << 16);
            return compress ? gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true) : stream;
        }
        catch (UnauthorizedAccessException error)
        {
            throw new UnauthorizedAccessException($"'{place}' cannot be written: its folder lets nobody, or not you, make files.", error);
        }
        catch (IOException error) when (error is not DirectoryNotFoundException)
        {
            throw Named(error);
        }
    }

    /// <summary>For a writer that makes the temporary file itself: what is wrong with the place is known before the work.</summary>
    /// <exception cref="IOException">As with <see cref="Open"/>, and the others.</exception>
    public void Try()
    {
        Open(compress: false).Dispose();
        stream = null;
        SharedFile.Delete(TemporaryPath);
    }

    /// <summary>Whether an error is about the temporary file, of which the user knows nothing.</summary>
    public bool IsMeant(Exception error) => error.Message.Contains(TemporaryPath, StringComparison.Ordinal);

    /// <summary>The same error about the file that the user knows.</summary>
    public IOException Named(Exception error) => new($"'{place}' cannot be written: "
        + $"{(error.InnerException ?? error).Message.Replace(TemporaryPath, place, StringComparison.Ordinal)}", error);

    /// <summary>Puts the whole file in its place.</summary>
    /// <exception cref="IOException">Another file has taken the place meanwhile, and may not be replaced.</exception>
    /// <exception cref="FileInUseException">Another program has the file open that is to be replaced.</exception>
    public void Commit()
    {
        gzip?.Dispose();
        if (gzip is not null && stream is { Length: 0 })
        {
            stream.Write(EmptyGzip);
        }

        stream?.Flush(flushToDisk: true);
        stream?.Dispose();
        stream = null;
        if (overwrite)
        {
            SharedFile.Replace(TemporaryPath, place);
        }
        else
        {
            SharedFile.Move(TemporaryPath, place);
        }

        committed = true;
    }

    /// <summary>Removes the temporary file where it was not put in its place.</summary>
    public void Dispose()
    {
        try
        {
            gzip?.Dispose();
            stream?.Dispose();
        }
        catch (IOException) when (!committed)
        {
            // What it still held finds no room, and goes with the file.
        }
        finally
        {
            stream = null;
            if (!committed)
            {
                SharedFile.TryDelete(TemporaryPath);
            }
        }
    }
}
