namespace NetTraffic.Capture;

/// <summary>Tells a disk that is full, or a quota that is used up, from other errors of writing.</summary>
internal static class DiskFull
{
    // errno ENOSPC, and EDQUOT of Linux and of macOS.
    private const int DiskFullUnix = 28, QuotaUnix = 122, QuotaMac = 69;

    // ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL, as HRESULTs.
    private const int DiskFullWindows = unchecked((int)0x80070070), HandleDiskFullWindows = unchecked((int)0x80070027);

    /// <summary>Whether that is what went wrong.</summary>
    public static bool Is(Exception error) => OperatingSystem.IsWindows()
        ? error.HResult is DiskFullWindows or HandleDiskFullWindows
        : error.HResult is DiskFullUnix or QuotaUnix or QuotaMac;
}
