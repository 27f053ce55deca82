namespace NetTraffic;

/// <summary>Files that are there whole or not at all.</summary>
public static class StoreFiles
{
    /// <summary>Where a store's files are written before they get their names.</summary>
    public static string TemporaryFolder(string store) => Path.Combine(store, "tmp");

    /// <summary>Writes to a temporary name in the store, and renames.</summary>
    /// <param name="store">Folder of the store.</param>
    /// <param name="path">Final path; its folder is made where it is not there.</param>
    /// <param name="content">What goes in.</param>
    /// <param name="durable">Whether the bytes must be on the disk before the name is.</param>
    /// <param name="secret">Whether only this user may read it.</param>
    public static void Write(string store, string path, ReadOnlySpan<byte> content, bool durable, bool secret = false) =>
        Begin(store, path, content, secret).Publish(durable);

    /// <summary>
    /// Writes to a temporary name in the store; the name it is meant to have comes with <see cref="PendingFile.Publish"/>.
    /// </summary>
    public static PendingFile Begin(string store, string path, ReadOnlySpan<byte> content, bool secret = false)
    {
        string folder = TemporaryFolder(store);
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        FileStream? file = null;
        try
        {
            file = SharedFile.Create(temporary, FileMode.CreateNew, secret, FileShare.None);
            file.Write(content);
            return new PendingFile(file, path);
        }
        catch
        {
            file?.Dispose();
            SharedFile.TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Removes what crashed processes left among the temporary files.</summary>
    public static void RemoveLeftovers(string store)
    {
        string folder = TemporaryFolder(store);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (string path in Directory.GetFiles(folder))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > TimeSpan.FromHours(1))
            {
                SharedFile.TryDelete(path);
            }
        }
    }
}

/// <summary>A file that is written, under a temporary name.</summary>
/// <param name="file">The open file.</param>
/// <param name="path">The path it is meant to have.</param>
public sealed class PendingFile(FileStream file, string path)
{
    /// <summary>Gives it its name; on an error it is gone. From any thread.</summary>
    /// <param name="durable">Whether the bytes must be on the disk before the name is.</param>
    /// <exception cref="IOException">The disk did not take it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be there.</exception>
    public void Publish(bool durable)
    {
        try
        {
            using (file)
            {
                file.Flush(durable);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            SharedFile.Replace(file.Name, path);
        }
        catch
        {
            SharedFile.TryDelete(file.Name);
            throw;
        }
    }
}
