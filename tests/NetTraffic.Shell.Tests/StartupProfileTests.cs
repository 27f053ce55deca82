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
}
