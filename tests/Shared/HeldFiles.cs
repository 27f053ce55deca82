namespace NetTraffic.Testing;

/// <summary>
/// Files that another program has open, as Windows refuses them: until it is disposed, replacing and deleting below a folder fails with
/// the errors of Windows (docs/windows.md). Other folders are not touched.
/// </summary>
public sealed class HeldFiles : IDisposable
{
    private static readonly List<HeldFiles> All = [];
    private readonly string place;
    private readonly Func<FileOperation, bool> which;
    private int left;

    private HeldFiles(string place, int times, Func<FileOperation, bool> which)
    {
        (this.place, left, this.which) = (place, times, which);
        lock (All)
        {
            All.Add(this);
            SharedFile.Fault = Meet;
        }
    }

    /// <summary>How often an operation was refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Holds what is below a folder, or one file.</summary>
    /// <param name="place">Full path of the folder or file.</param>
    /// <param name="times">How many operations are refused before the holder lets go.</param>
    /// <param name="which">Which operations; null: replacing, moving and deleting.</param>
    internal static HeldFiles Hold(string place, int times = int.MaxValue, Func<FileOperation, bool>? which = null) =>
        new(place, times, which ?? (operation => operation is FileOperation.Replace or FileOperation.Delete or FileOperation.Move));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (All)
        {
            All.Remove(this);
            if (All.Count == 0)
            {
                SharedFile.Fault = null;
            }
        }
    }

    private static Exception? Meet(FileOperation operation, string path)
    {
        lock (All)
        {
            foreach (HeldFiles held in All)
            {
                if (held.left > 0 && held.which(operation) && IsBelow(path, held.place))
                {
                    held.left--;
                    held.Refused++;
                    return operation == FileOperation.Replace
                        ? new UnauthorizedAccessException($"Access to the path '{path}' is denied.")
                        : new IOException($"The process cannot access the file '{path}' because it is being used by another process.",
                            unchecked((int)0x80070020));
                }
            }

            return null;
        }
    }

    private static bool IsBelow(string path, string place) =>
        path == place || path.StartsWith(place.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
