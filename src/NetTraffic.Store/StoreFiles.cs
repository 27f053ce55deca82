namespace NetTraffic.Store;

/// <summary>Files that are there whole or not at all.</summary>
internal static class StoreFiles
{
    /// <summary>Writes to a temporary name in the store, and renames.</summary>
    /// <param name="store">Folder of the store.</param>
    /// <param name="path">Final path; its folder is made where it is not there.</param>
    /// <param name="content">What goes in.</param>
    /// <param name="durable">Whether the bytes must be on the disk before the name is.</param>
    /// <param name="secret">Whether only this user may read it.</param>
    public static void Write(string store, string path, ReadOnlySpan<byte> content, bool durable, bool secret = false)
    {
        string folder = StorePaths.Temporary(store);
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
            if (secret && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (FileStream file = new(temporary, options))
            {
                file.Write(content);
                file.Flush(durable);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Removes what crashed processes left among the temporary files.</summary>
    public static void RemoveLeftovers(string store)
    {
        string folder = StorePaths.Temporary(store);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (string path in Directory.GetFiles(folder))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > TimeSpan.FromHours(1))
            {
                TryDelete(path);
            }
        }
    }

    /// <summary>Deletes a file; false where somebody holds it or it may not be deleted.</summary>
    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
