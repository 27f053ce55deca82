using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetTraffic.Capture.Native;

/// <summary>What Linux offers to say about pages of a file: posix_fadvise(2).</summary>
internal static partial class FileCache
{
    private const int WillNeed = 3;

    /// <summary>Whether there is such a thing here. Not on 32 bits, where the call takes its offset in another way.</summary>
    public static bool IsAvailable => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Has bytes read from the disk that will be asked for soon. False: this file system has no such thing.</summary>
    public static bool Fetch(SafeFileHandle file, long offset, long length) => Advise(file, offset, length, WillNeed) == 0;

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
