using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetTraffic.Capture.Native;

/// <summary>What Linux offers to say about pages of a file: sync_file_range(2) and posix_fadvise(2).</summary>
internal static partial class FileCache
{
    private const uint WaitBefore = 1, Write = 2, WaitAfter = 4;
    private const int WillNeed = 3, DontNeed = 4, NotSupported = 38, InvalidArgument = 22, CannotSeek = 29;

    /// <summary>Whether there is such a thing here. Not on 32 bits, where the calls take their offsets in other ways.</summary>
    public static bool IsAvailable => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Has bytes written to the disk; returns at once. False: this file system has no such thing.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    public static bool Start(SafeFileHandle file, long offset, long length) => Check(SyncFileRange(file, offset, length, Write));

    /// <summary>Waits until bytes are on the disk. The disk's own cache, and where the file system notes them, are fsync's business. False: as above.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    public static bool Finish(SafeFileHandle file, long offset, long length) => Check(SyncFileRange(file, offset, length, WaitBefore | Write | WaitAfter));

    /// <summary>Gives the pages of bytes back that are on the disk already; length 0 means up to the end. False: as above.</summary>
    public static bool Drop(SafeFileHandle file, long offset, long length) => Advise(file, offset, length, DontNeed) == 0;

    /// <summary>Has bytes read from the disk that will be asked for soon. False: as above.</summary>
    public static bool Fetch(SafeFileHandle file, long offset, long length) => Advise(file, offset, length, WillNeed) == 0;

    private static bool Check(int result)
    {
        if (result == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error is NotSupported or InvalidArgument or CannotSeek ? false : throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
