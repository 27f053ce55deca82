using System.Runtime.ExceptionServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using System.Text;

namespace NetTraffic;

/// <summary>
/// Everything that is done with files which other programs may have open. On Windows a file that somebody has open is neither replaced nor
/// deleted, unless it was opened to share that: every reader here does, and every change is tried again for a while, as an indexer or a
/// virus scanner lets go after an instant. Excel and Wireshark do not let go: then <see cref="FileInUseException"/> says so. Nothing else
/// in the product calls File.Move, Replace, Delete, ReadAll* or OpenRead (eng/BannedSymbols.txt).
/// </summary>
#pragma warning disable RS0030 // This is the class that the banned functions are left to.
public static class SharedFile
{
    private const FileShare All = FileShare.ReadWrite | FileShare.Delete;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2), LongestWait = TimeSpan.FromMilliseconds(50);

    // What is denied may be another user's, where no waiting helps.
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(100);

    /// <summary>What a test lets fail: the exception that an operation on a path meets, or null. Never set in the product.</summary>
    internal static Func<FileOperation, string, Exception?>? Fault { get; set; }

    /// <summary>Opens a file to read, in a way that hinders nobody.</summary>
    /// <exception cref="FileInUseException">Another program keeps it to itself.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream OpenRead(string path, int bufferSize = 4096) =>
        Try(FileOperation.Read, path, Patience, () => new FileStream(path, FileMode.Open, FileAccess.Read, All, bufferSize));

    /// <summary>All bytes of a file; errors as of <see cref="OpenRead"/>.</summary>
    public static byte[] ReadBytes(string path)
    {
        using FileStream file = OpenRead(path, bufferSize: 0);
        using MemoryStream bytes = new((int)Math.Min(file.Length, 1 << 20));
        file.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>All of a file as UTF-8; errors as of <see cref="OpenRead"/>.</summary>
    public static string ReadText(string path)
    {
        using StreamReader text = new(OpenRead(path), Encoding.UTF8);
        return text.ReadToEnd();
    }

    /// <summary>The lines of a file as UTF-8, read as they are asked for; errors as of <see cref="OpenRead"/>.</summary>
    public static IEnumerable<string> ReadLines(string path)
    {
        using StreamReader text = new(OpenRead(path), Encoding.UTF8);
        while (text.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Makes a file, or goes on at the end of one.</summary>
    /// <param name="path">Its folder must be there.</param>
    /// <param name="mode">CreateNew, Create, OpenOrCreate or Append.</param>
    /// <param name="ownerOnly">Whether a file that is made is for its owner alone (and administrators, who may everything).</param>
    /// <param name="share">What others may do meanwhile.</param>
    /// <param name="bufferSize">Bytes; 0 for none.</param>
    /// <exception cref="FileInUseException">Another program keeps it to itself.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static FileStream Create(string path, FileMode mode, bool ownerOnly = false, FileShare share = FileShare.Read,
        int bufferSize = 0) =>
        Try(FileOperation.Write, path, Patience, () => Make(path, mode, ownerOnly, share, bufferSize));

    /// <summary>
    /// Writes a file that is there whole or not at all: under a name of its own beside the place, flushed, then in its place.
    /// </summary>
    /// <param name="path">Its folder is made where it is not there.</param>
    /// <param name="ownerOnly">Whether it is for its owner alone.</param>
    /// <param name="parts">What goes in, one after the other.</param>
    /// <exception cref="FileInUseException">Another program has the old one open for longer than one waits.</exception>
    /// <exception cref="IOException">It cannot be written; the old one is whole.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, bool ownerOnly, params ReadOnlyMemory<byte>[] parts)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream file = Create(temporary, FileMode.CreateNew, ownerOnly, FileShare.None))
            {
                Array.ForEach(parts, part => file.Write(part.Span));
                file.Flush(flushToDisk: true);
            }

            Replace(temporary, path);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Puts a file in its place, in that of another one where there is one.</summary>
    /// <exception cref="FileInUseException">Another program has the old one open for longer than one waits.</exception>
    /// <exception cref="IOException">It cannot be put there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be put there.</exception>
    public static void Replace(string from, string path) => Try(FileOperation.Replace, path, Patience, () =>
    {
        if (OperatingSystem.IsWindows())
        {
            ReplaceOnWindows(from, path);
        }
        else
        {
            File.Move(from, path, overwrite: true);
        }

        return true;
    });

    /// <summary>Gives a file another name that is not taken.</summary>
    /// <exception cref="FileInUseException">Another program has it open for longer than one waits.</exception>
    /// <exception cref="IOException">The name is taken, or the file cannot be moved.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be moved.</exception>
    public static void Move(string from, string path) => Try(FileOperation.Move, from, Patience, () =>
    {
        File.Move(from, path, overwrite: false);
        return true;
    });

    /// <summary>Deletes a file; nothing is done where it is not there.</summary>
    /// <exception cref="FileInUseException">Another program has it open for longer than one waits.</exception>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be deleted.</exception>
    public static void Delete(string path) => Try(FileOperation.Delete, path, Patience, () =>
    {
        File.Delete(path);
        return true;
    });

    /// <summary>
    /// Deletes a file; false where somebody has it open now, or it may not be deleted: whoever has many to delete goes on.
    /// </summary>
    public static bool TryDelete(string path)
    {
        try
        {
            return Try(FileOperation.Delete, path, TimeSpan.Zero, () =>
            {
                File.Delete(path);
                return true;
            });
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Takes everything out of a file and leaves its name; false where that cannot be now.</summary>
    public static bool TryEmpty(string path)
    {
        try
        {
            return Try(FileOperation.Delete, path, TimeSpan.Zero, () =>
            {
                using FileStream file = new(path, FileMode.Open, FileAccess.Write, All, bufferSize: 0);
                file.SetLength(0);
                return true;
            });
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Deletes a folder where nothing is in it; false where it stays.</summary>
    public static bool TryDeleteEmptyFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: false);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Opens a lock file that is held as long as it is open; null: somebody else holds it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static FileStream? TryLock(string path)
    {
        // Sharing on Windows; EAGAIN of flock(2), which is .NET's FileShare.None elsewhere, on Linux and on macOS.
        const int sharing = unchecked((int)0x80070020), linux = 11, mac = 35;
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error.HResult is sharing or linux or mac)
        {
            return null;
        }
    }

    // Windows moves over nothing that is open, and replaces what is open and shared, where something is there to be replaced. That can
    // change
    // in between: then the other way is tried.
    private static void ReplaceOnWindows(string from, string path)
    {
        const int fileExists = 0x50, alreadyExists = 0xB7, tries = 10;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                if (File.Exists(path))
                {
                    File.Replace(from, path, destinationBackupFileName: null, ignoreMetadataErrors: true);
                }
                else
                {
                    File.Move(from, path, overwrite: false);
                }

                return;
            }
            catch (FileNotFoundException) when (attempt < tries && File.Exists(from))
            {
                // Somebody deleted it.
            }
            catch (IOException error) when (attempt < tries && (error.HResult & 0xFFFF) is (fileExists or alreadyExists))
            {
                // Somebody put one there.
            }
        }
    }

    private static T Try<T>(FileOperation operation, string path, TimeSpan patience, Func<T> act)
    {
        long begin = Environment.TickCount64;
        for (TimeSpan wait = TimeSpan.FromMilliseconds(1); ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                return Fault?.Invoke(operation, path) is { } fault ? throw fault : act();
            }
            catch (Exception error) when (IsInUse(error))
            {
                bool mayBeRights = error is UnauthorizedAccessException && operation is FileOperation.Read or FileOperation.Write;
                if (Environment.TickCount64 - begin >= (mayBeRights ? ShortPatience : patience).TotalMilliseconds)
                {
                    ExceptionDispatchInfo.Throw(mayBeRights ? error : new FileInUseException(path, error));
                }
            }

            Thread.Sleep(wait);
        }
    }

    // Windows: sharing and lock violation, the two of ReplaceFile, and access denied, which is what a name gives on which somebody else's
    // deletion is pending, or over which something is moved. It is what a folder gives too to which one may not write.
    private static bool IsInUse(Exception error) => (OperatingSystem.IsWindows() || Fault is not null) && error switch
    {
        UnauthorizedAccessException => true,
        IOException => (error.HResult & 0xFFFF) is 0x20 or 0x21 or 0x497 or 0x498 or 0x499,
        _ => false,
    };

    private static FileStream Make(string path, FileMode mode, bool ownerOnly, FileShare share, int bufferSize)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = bufferSize };
        if (!ownerOnly)
        {
            return new FileStream(path, options);
        }

        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new FileStream(path, options);
        }

        if (options.Mode == FileMode.CreateNew || !File.Exists(path))
        {
            MakeForOwner(path);
            options.Mode = options.Mode == FileMode.CreateNew ? FileMode.Open : options.Mode;
        }

        return new FileStream(path, options);
    }

    /// <summary>
    /// An empty file with an access list that names the owner, the system and administrators, and takes none from the folder. It is opened
    /// again for use: a stream that is made with an access list does not know its name.
    /// </summary>
    [SupportedOSPlatform("windows")]
    private static void MakeForOwner(string path)
    {
        FileSecurity access = new();
        access.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        using WindowsIdentity user = WindowsIdentity.GetCurrent();
        foreach (IdentityReference who in (IdentityReference[])
            [user.User!, new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null),
                new SecurityIdentifier(WellKnownSidType.BuiltinAdministratorsSid, null)])
        {
            access.AddAccessRule(new FileSystemAccessRule(who, FileSystemRights.FullControl, AccessControlType.Allow));
        }

        new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write, All, bufferSize: 1, FileOptions.None, access).Dispose();
    }
}

/// <summary>What is done with a file.</summary>
internal enum FileOperation
{
    /// <summary>It is opened to read.</summary>
    Read,

    /// <summary>It is made or appended to.</summary>
    Write,

    /// <summary>Another one takes its place.</summary>
    Replace,

    /// <summary>It gets another name.</summary>
    Move,

    /// <summary>It is deleted.</summary>
    Delete,
}
