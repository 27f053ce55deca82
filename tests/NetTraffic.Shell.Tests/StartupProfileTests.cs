namespace NetTraffic.Shell.Tests;

/// <summary>Where the note of what a start compiles is kept.</summary>
public sealed class StartupProfileTests
{
    [Fact]
    public void TheCacheIsWhereTheUserWantsIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS(), "XDG_CACHE_HOME is for Linux.");
        Assert.Equal("/some/where/nettraffic", StartupProfile.Folder("/some/where"));
        Assert.EndsWith("/.cache/nettraffic", StartupProfile.Folder(null), StringComparison.Ordinal);
        Assert.EndsWith("/.cache/nettraffic", StartupProfile.Folder("not/absolute"), StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderThatCannotBeMadeStopsNothing()
    {
        DirectoryInfo cache = Directory.CreateTempSubdirectory("nettraffic-shell-");
        File.WriteAllText(Path.Combine(cache.FullName, "nettraffic"), "A file where the folder should be.");
        Answer answer = ShellProcess.Run(["-NonInteractive", "-Command", "'here'"], environment: ("XDG_CACHE_HOME", cache.FullName));
        Assert.Equal("here\n", answer.Output);
        Assert.Equal("", answer.Errors);
        Assert.Equal(0, answer.Code);
        cache.Delete(recursive: true);
    }

    [Fact]
    public void ANoteIsWrittenAnewWhenItIsOldAndNotAtEveryStart()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows writes it at every start: symbolic links are for administrators there.");
        Assert.SkipWhen(Environment.ProcessorCount < 2, "The runtime keeps such notes where there are two processors.");
        DirectoryInfo cache = Directory.CreateTempSubdirectory("nettraffic-shell-");
        string folder = Path.Combine(cache.FullName, "nettraffic");
        string note = Path.Combine(folder, "start-command");
        DateTime[] written = new DateTime[3];
        for (int i = 0; i < written.Length; i++)
        {
            Answer answer = ShellProcess.Run(["-NonInteractive", "-Command", "'here'"], environment: ("XDG_CACHE_HOME", cache.FullName));
            Assert.Equal("here\n", answer.Output);
            Assert.True(new FileInfo(note).Length > 0);
            Assert.Equal([note], Directory.GetFileSystemEntries(folder));
            written[i] = File.GetLastWriteTimeUtc(note);
            if (i == 1)
            {
                File.SetLastWriteTimeUtc(note, DateTime.UtcNow.AddDays(-1));
            }
        }

        Assert.Equal(written[0], written[1]);
        Assert.True(written[2] > written[1]);
        cache.Delete(recursive: true);
    }
}
