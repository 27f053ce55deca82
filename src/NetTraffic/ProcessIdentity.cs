using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace NetTraffic;

/// <summary>
/// Tells a process from another one that has its number later, by what no step of the wall clock moves. On Linux: the boot, the space of
/// process numbers (a container's is its own), and the start in ticks since the boot. On macOS and Windows: the start by the wall clock of
/// that moment, as the system keeps it; the runtime's own start time is reckoned back from now, and moves with the clock.
/// </summary>
public static partial class ProcessIdentity
{
    /// <summary>This process's identity; empty where the system does not tell.</summary>
    public static string Own { get; } = Find(Environment.ProcessId) ?? "";

    /// <summary>What process numbers mean something in: this boot of this machine, and on Linux this space of numbers.</summary>
    public static string Place { get; } = Own[..Math.Max(0, Own.LastIndexOf('/'))];

    /// <summary>
    /// Whether the process that has this number now is the one of an identity from this machine; null: that cannot be told.
    /// </summary>
    public static bool? IsRunning(int processId, string identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        // A number of another container means nothing here.
        if (Space(identity) is { } space && space != Space(Own) && Boot(identity) == Boot(Own))
        {
            return null;
        }

        if (!Exists(processId))
        {
            return false;
        }

        return Find(processId) is { } found ? found == identity : null;
    }

    /// <summary>Whether there is a process of this number now.</summary>
    public static bool Exists(int processId)
    {
        try
        {
            using Process process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return false;
        }
        catch (Exception error) when (error is Win32Exception or NotSupportedException)
        {
            return true; // there is such a process, and it is somebody else's
        }
    }

    private static string Boot(string identity) => identity.Split('/')[0];

    private static string? Space(string identity) => identity.Split('/') is [_, var space, _] ? space : null;

    /// <summary>The identity of the process that has this number now; null where there is none, or it may not be looked at.</summary>
    public static string? Find(int processId)
    {
        try
        {
            return OperatingSystem.IsLinux() ? OnLinux(processId)
                : OperatingSystem.IsMacOS() ? OnMac(processId)
                : OnWindows(processId);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or Win32Exception or ArgumentException
            or InvalidOperationException or NotSupportedException)
        {
            return null; // it has ended meanwhile, or may not be looked at
        }
    }

    private static string? OnLinux(int processId)
    {
        const int startTime = 19; // proc_pid_stat(5): field 22, where the state is field 3
        string space = Directory.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "";
        string stat = SharedFile.ReadText($"/proc/{processId}/stat");

        // The program's name stands in parentheses, and may hold spaces and parentheses.
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length <= startTime)
        {
            return null;
        }

        // One that has ended, and that its parent has not asked after, has its number still.
        string start = fields[0] is "Z" or "X" ? "ended" : fields[startTime];
        return $"{SharedFile.ReadText("/proc/sys/kernel/random/boot_id").Trim()}/{space}/{start}";
    }

    // struct proc_bsdinfo of <sys/proc_info.h>: 136 bytes, the start in seconds and microseconds in the last 16.
    private static unsafe string? OnMac(int processId)
    {
        const int flavour = 3, size = 136, seconds = 120, microseconds = 128;
        byte* info = stackalloc byte[size];
        return ProcessInfo(processId, flavour, 0, info, size) == size
            ? string.Create(CultureInfo.InvariantCulture, $"macos/{*(ulong*)(info + seconds)}.{*(ulong*)(info + microseconds):D6}")
            : null;
    }

    // The list of all processes has the start of those too that this user may not open (another user's, protected ones). Of struct
    // SYSTEM_PROCESS_INFORMATION, on 64 bits: the distance to the next at 0, CreateTime (a FILETIME) at 32, UniqueProcessId at 80.
    private static string? OnWindows(int processId)
    {
        const int processes = 5, tooShort = unchecked((int)0xC0000004), createTime = 32, uniqueProcessId = 80;
        byte[] list = new byte[1 << 20];
        int status;
        while ((status = QuerySystem(processes, list, list.Length, out int needed)) == tooShort && needed < 1 << 28)
        {
            list = new byte[needed + (64 << 10)];
        }

        for (ReadOnlySpan<byte> rest = status == 0 ? list : []; ;)
        {
            if (rest.Length < uniqueProcessId + sizeof(long))
            {
                return null;
            }

            if (BitConverter.ToInt64(rest[uniqueProcessId..]) == processId)
            {
                return string.Create(CultureInfo.InvariantCulture, $"windows/{BitConverter.ToInt64(rest[createTime..])}");
            }

            int next = BitConverter.ToInt32(rest);
            rest = next <= 0 || next > rest.Length ? [] : rest[next..];
        }
    }

    [LibraryImport("ntdll", EntryPoint = "NtQuerySystemInformation")]
    private static partial int QuerySystem(int kind, [Out] byte[] buffer, int length, out int needed);

    [LibraryImport("libproc", EntryPoint = "proc_pidinfo")]
    private static unsafe partial int ProcessInfo(int processId, int flavour, ulong argument, byte* buffer, int size);
}
