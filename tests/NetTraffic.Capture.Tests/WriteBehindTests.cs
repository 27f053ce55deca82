using System.Diagnostics;
using System.Globalization;
using NetTraffic.Capture.Native;

namespace NetTraffic.Capture.Tests;

/// <summary>Files that leave the page cache while they are written.</summary>
public sealed class WriteBehindTests : IDisposable
{
    private const int FileBytes = 20 << 20, Files = 7;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nettraffic-behind-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(64 << 20)]
    [InlineData(1 << 30)]
    public void Files_are_whole_and_closed_at_the_end(long kept)
    {
        RequireCalls();
        byte[] bytes = new byte[1 << 20];
        new Random(4).NextBytes(bytes);
        using WriteBehind behind = new(kept);
        FileStream[] files = new FileStream[Files];
        for (int i = 0; i < Files; i++)
        {
            files[i] = Open(i);
            for (int length = 0; length < FileBytes; length += bytes.Length)
            {
                behind.Follow(files[i], length);
                bytes[0] = (byte)i;
                RandomAccess.Write(files[i].SafeFileHandle, bytes, length);
            }

            behind.End(files[i], FileBytes);
        }

        // What stays in memory is not waited for, and nothing else keeps a file open.
        int inMemory = (int)Math.Min(Files, (kept + FileBytes - 1) / FileBytes);
        Wait(() => files.Count(file => !file.SafeFileHandle.IsClosed) <= inMemory);
        Assert.Equal(kept < FileBytes * (Files - 1), files[0].SafeFileHandle.IsClosed);
        behind.Dispose();
        Assert.All(files, file => Assert.True(file.SafeFileHandle.IsClosed));
        for (int i = 0; i < Files; i++)
        {
            bytes[0] = (byte)i;
            ReadOnlySpan<byte> read = File.ReadAllBytes(files[i].Name);
            Assert.Equal(FileBytes, read.Length);
            for (int at = 0; at < FileBytes; at += bytes.Length)
            {
                Assert.True(read.Slice(at, bytes.Length).SequenceEqual(bytes));
            }
        }
    }

    [Fact]
    public void Files_that_are_let_go_of_are_closed_if_they_were_complete_and_the_next_are_not_harmed()
    {
        RequireCalls();
        using WriteBehind behind = new(1 << 30);
        byte[] bytes = new byte[FileBytes];
        FileStream[] files = [Open(0), Open(1), Open(2)];
        foreach (FileStream file in files)
        {
            RandomAccess.Write(file.SafeFileHandle, bytes, 0);
            behind.Follow(file, FileBytes);
            if (file != files[1])
            {
                behind.End(file, FileBytes);
            }
        }

        behind.Forget(files[0].Name);
        behind.Forget(files[1].Name);
        Assert.Equal([true, false, false], files.Select(file => file.SafeFileHandle.IsClosed));
        files[1].Dispose();
        behind.Dispose();
        Assert.True(files[2].SafeFileHandle.IsClosed);
        Assert.Equal(FileBytes, new FileInfo(files[2].Name).Length);
    }

    [Fact]
    public void What_has_arrived_on_the_disk_gives_its_pages_back()
    {
        RequireCalls();
        Assert.SkipWhen(new DriveInfo(folder.FullName).DriveFormat is "tmpfs" or "ramfs" or "overlay", $"'{folder.FullName}' is on no disk; set TMPDIR to a folder that is.");
        Assert.SkipUnless(File.Exists("/usr/bin/fincore"), "fincore (util-linux) is not installed.");
        using WriteBehind behind = new(0);
        using FileStream file = Open(0);
        RandomAccess.Write(file.SafeFileHandle, new byte[FileBytes], 0);
        Assert.InRange(Resident(file.Name), FileBytes * 9 / 10, long.MaxValue);
        behind.Follow(file, FileBytes);

        // The last part is not full yet, and stays.
        Wait(() => Resident(file.Name) <= FileBytes - (16 << 20));
        behind.End(file, FileBytes);
        Wait(() => Resident(file.Name) < FileBytes / 10);
        Assert.True(file.SafeFileHandle.IsClosed);
    }

    private static void RequireCalls() => Assert.SkipUnless(FileCache.IsAvailable, "Only Linux has the calls for it.");

    private static void Wait(Func<bool> done)
    {
        for (Stopwatch clock = Stopwatch.StartNew(); !done() && clock.Elapsed.TotalSeconds < 20; Thread.Sleep(10))
        {
        }

        Assert.True(done(), "The disk did not get there within 20 s.");
    }

    private FileStream Open(int number) => new(Path.Combine(folder.FullName, $"{number}"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static long Resident(string path)
    {
        using Process fincore = Process.Start(new ProcessStartInfo("/usr/bin/fincore", ["--bytes", "--noheadings", "--output", "RES", path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string answer = fincore.StandardOutput.ReadToEnd();
        fincore.WaitForExit();
        return long.Parse(answer, CultureInfo.InvariantCulture);
    }
}
