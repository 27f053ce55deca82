using System.Diagnostics;

namespace NetTraffic.Testing;

/// <summary>A file system of a few megabytes in memory, to be filled up.</summary>
internal sealed class TinyDisk : IDisposable
{
    private readonly ScratchFolder folder = new();

    public string Path => folder.Path;

    public static TinyDisk MakeOrSkip(int bytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux()
            && Environment.IsPrivilegedProcess, "A disk to fill up is mounted for this test, which only root on Linux may.");
        TinyDisk disk = new();
        if (Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "tmpfs", disk.Path) != 0)
        {
            disk.folder.Dispose();
            Assert.Skip("This system does not let root mount a tmpfs.");
        }

        return disk;
    }

    public void Dispose()
    {
        Assert.Equal(0, Run("umount", Path));
        folder.Dispose();
    }

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
