using System.Diagnostics;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>Files that are there whole or not at all.</summary>
public sealed class OutputFileTests
{
    [Fact]
    public void What_a_killed_process_left_is_removed_by_the_next_and_what_is_being_written_stays()
    {
        using ScratchFolder folder = new();
        using Process gone = // this program, which shows its help and ends
            Process.Start(new ProcessStartInfo(Environment.ProcessPath!, "-?") { UseShellExecute = false, RedirectStandardOutput = true })!;
        gone.StandardOutput.ReadToEnd();
        gone.WaitForExit();
        using OutputFile writing = new(Path.Combine(folder.Path, "one.csv"), overwrite: false);
        using Stream open = writing.Open(compress: false);
        string own = Path.GetFileName(writing.TemporaryPath);
        string[] parts = own.Split('-');
        string killed = Path.Combine(folder.Path, string.Join('-', parts[0], parts[1], gone.Id, parts[3], parts[4]));
        string reused = Path.Combine(folder.Path, string.Join('-', parts[0], parts[1], parts[2], "00000000", parts[4]));
        string elsewhere = Path.Combine(folder.Path, string.Join('-', parts[0], "00000000", parts[2], parts[3], parts[4]));
        string old = Path.Combine(folder.Path, $".nettraffic-{Guid.NewGuid():N}.tmp");
        string[] others = [killed, reused, elsewhere, old, Path.Combine(folder.Path, "other.tmp")];
        Array.ForEach(others, path => File.WriteAllText(path, "half"));
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));

        using (OutputFile next = new(Path.Combine(folder.Path, "two.csv"), overwrite: false))
        {
            next.Open(compress: false).WriteByte(1);
            next.Commit();
        }

        Assert.Equal(
            new[] { own, Path.GetFileName(elsewhere), "other.tmp", "two.csv" }.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_that_a_spreadsheet_holds_is_named_and_stays()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("sheet.csv", "old"u8.ToArray());
        using (HeldFiles.Hold(path))
        using (OutputFile output = new(path, overwrite: true))
        {
            output.Open(compress: false).Write("new"u8);
            FileInUseException error = Assert.Throws<FileInUseException>(output.Commit);
            Assert.Equal(path, error.FilePath);
        }

        Assert.Equal([path], Directory.GetFiles(folder.Path));
        Assert.Equal("old", File.ReadAllText(path));
    }

    [Fact]
    public void Names_that_nobody_can_read_are_refused_before_anything_begins()
    {
        using ScratchFolder folder = new();
        Assert.Throws<FilterValueException>(() => TrafficEngine.StartCapture(
            new CaptureRequest { Interfaces = ["one"], Name = "a\u202eb", StorePath = folder.Path },
            options => new ScriptedSource(options)));
        Assert.Throws<FilterValueException>(() => TrafficEngine.Import(
            new ImportRequest { Path = "x.pcap", Sensor = "a\u001bb", StorePath = folder.Path }, null, CancellationToken.None));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
