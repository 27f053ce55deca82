using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetTraffic.Capture.Native;

/// <summary>Files past the page cache on Linux: O_DIRECT of open(2), and fallocate(2).</summary>
internal static partial class DirectFile
{
    /// <summary>Offsets, lengths and memory are multiples of this. Disks ask for 512 or 4096 bytes.</summary>
    public const int Alignment = 4096;

    private const int WriteOnly = 1, CloseOnExec = 0x80000, KeepSize = 1;

    // The flag differs by processor (fcntl.h).
    private static readonly int Direct = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x4000,
        Architecture.Arm64 => 0x10000,
        _ => 0,
    };

    /// <summary>Opens a file that is there for direct writes; null where the system or the file system has no such thing.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        if (!OperatingSystem.IsLinux() || Direct == 0)
        {
            return null;
        }

        SafeFileHandle file = new(Open(path, WriteOnly | CloseOnExec | Direct), ownsHandle: true);
        if (!file.IsInvalid)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>
    /// Has room set aside for bytes that will be written; the file is as long as before. False: this file system has no such thing.
    /// </summary>
    /// <exception cref="IOException">There is no room.</exception>
    public static bool TryReserve(SafeFileHandle file, long offset, long length)
    {
        const int notSupported = 95, noSuchCall = 38, interrupted = 4;
        int error = interrupted;
        while (error == interrupted)
        {
            if (Allocate(file, KeepSize, offset, length) == 0)
            {
                return true;
            }

            error = Marshal.GetLastPInvokeError();
        }

        return error is notSupported or noSuchCall ? false : throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);
}
