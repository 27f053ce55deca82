namespace NetTraffic.PowerShell.Export;

/// <summary>
/// A file that is there whole or not at all: written under a temporary name beside its place, flushed, then renamed. Disposing without
/// <see cref="Commit"/> removes it.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string place;
    private readonly bool overwrite;
    private FileStream? stream;
    private bool committed;

    /// <summary>Constructing makes nothing.</summary>
    /// <param name="path">Full path; a link is followed.</param>
    /// <param name="overwrite">Whether a file that is there is replaced.</param>
    public OutputFile(string path, bool overwrite)
    {
        // Asking a path where nothing is for its target would throw.
        place = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        this.overwrite = overwrite;
        TemporaryPath = Path.Combine(Path.GetDirectoryName(place) ?? "", $".{Path.GetFileName(place)}.{Guid.NewGuid():N}.tmp");
    }

    /// <summary>Where the file is written until it is whole; for writers that make their file themselves.</summary>
    public string TemporaryPath { get; }

    /// <summary>Opens the temporary file.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder is not there.</exception>
    public Stream Open() => stream = new FileStream(TemporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);

    /// <summary>Puts the whole file in its place.</summary>
    /// <exception cref="IOException">Another file has taken the place meanwhile, and may not be replaced.</exception>
    public void Commit()
    {
        stream?.Flush(flushToDisk: true);
        stream?.Dispose();
        stream = null;
        File.Move(TemporaryPath, place, overwrite);
        committed = true;
    }

    public void Dispose()
    {
        stream?.Dispose();
        stream = null;
        if (!committed)
        {
            File.Delete(TemporaryPath);
        }
    }
}
