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

    [Fact]
    public void Files_are_whole_and_closed_a_few_files_later()
    {
        byte[] bytes = new byte[1 << 20];
        new Random(4).NextBytes(bytes);
        using WriteBehind behind = new();
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

        Assert.True(files[0].SafeFileHandle.IsClosed);
        behind.Dispose();
        Assert.All(files, file => Assert.True(file.SafeFileHandle.IsClosed));
        for (int i = 0; i < Files; i++)
        {
            bytes[0] = (byte)i;
            ReadOnlySpan<byte> read = File.ReadAllBytes(Path.Combine(folder.FullName, $"{i}"));
            Assert.Equal(FileBytes, read.Length);
            for (int at = 0; at < FileBytes; at += bytes.Length)
            {
                Assert.True(read.Slice(at, bytes.Length).SequenceEqual(bytes));
            }
        }
    }

    [Fact]
    public void A_file_that_was_given_up_does_not_matter_to_the_next()
    {
        using WriteBehind behind = new();
        byte[] bytes = new byte[FileBytes];
        using (FileStream given = Open(0))
        {
            RandomAccess.Write(given.SafeFileHandle, bytes, 0);
            behind.Follow(given, FileBytes);
        }

        FileStream next = Open(1);
        RandomAccess.Write(next.SafeFileHandle, bytes.AsSpan(0, 1 << 20), 0);
        behind.Follow(next, 1 << 20);
        behind.End(next, 1 << 20);
        behind.Dispose();
        Assert.Equal(1 << 20, new FileInfo(Path.Combine(folder.FullName, "1")).Length);
    }

    [Fact]
    public void What_is_on_the_disk_gives_its_pages_back()
    {
        Assert.SkipUnless(FileCache.IsAvailable, "Only Linux has the calls for it.");
        Assert.SkipWhen(new DriveInfo(folder.FullName).DriveFormat is "tmpfs" or "ramfs" or "overlay", $"'{folder.FullName}' is on no disk; set TMPDIR to a folder that is.");
        Assert.SkipUnless(File.Exists("/usr/bin/fincore"), "fincore (util-linux) is not installed.");
        using FileStream file = Open(0);
        RandomAccess.Write(file.SafeFileHandle, new byte[FileBytes], 0);
        Assert.True(FileCache.Start(file.SafeFileHandle, 0, FileBytes));
        Assert.True(Resident(file.Name) > 0);
        file.Flush(flushToDisk: true);
        Assert.True(FileCache.Drop(file.SafeFileHandle, 0, 0));
        Assert.InRange(Resident(file.Name), 0, FileBytes / 10);
        Assert.True(FileCache.Fetch(file.SafeFileHandle, 0, FileBytes));
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
