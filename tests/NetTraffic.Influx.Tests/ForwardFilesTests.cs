using System.Text;
using NetTraffic.Testing;

namespace NetTraffic.Influx.Tests;

/// <summary>What a forwarder keeps on disk, where another program has its files open for an instant, or for long.</summary>
public sealed class ForwardFilesTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_cursor_that_is_being_read_is_replaced_and_batches_go()
    {
        ForwardFiles files = new(folder.Path, "0123456789abcdef");
        Assert.Empty(files.Open());
        string batch = files.Write("target", ["flows/one"], Encoding.UTF8.GetBytes("a b=1\n"), []);
        using (HeldFiles held = HeldFiles.Hold(folder.Path, times: 3))
        {
            files.Write("target", ["flows/two"], Encoding.UTF8.GetBytes("a b=2\n"), ["state"]);
            Assert.Equal(3, held.Refused);
        }

        ForwardFiles again = new(folder.Path, "0123456789abcdef");
        List<string> waiting = again.Open();
        Assert.Equal((2, batch), (waiting.Count, waiting[0]));
        Assert.Equal(["flows/one", "flows/two"], again.Passed.Order(StringComparer.Ordinal));
        Assert.Equal("a b=2\n", Encoding.UTF8.GetString(ForwardFiles.Lines(waiting[1]).Span));
    }

    [Fact]
    public void A_cursor_that_stays_open_elsewhere_takes_nothing_in_and_loses_nothing()
    {
        ForwardFiles files = new(folder.Path, "0123456789abcdef");
        files.Open();
        files.Write("target", ["flows/one"], Encoding.UTF8.GetBytes("a b=1\n"), []);
        using (HeldFiles.Hold(Path.Combine(folder.Path, "0123456789abcdef.cursor")))
        {
            Assert.Throws<FileInUseException>(() => files.Write("target", ["flows/two"], Encoding.UTF8.GetBytes("a b=2\n"), []));
        }

        ForwardFiles again = new(folder.Path, "0123456789abcdef");
        Assert.Single(again.Open());
        Assert.Equal(["flows/one"], again.Passed);
    }

    [Fact]
    public void Refused_lines_are_for_their_owner_and_all_there_where_the_full_file_is_held_for_an_instant()
    {
        string path = Path.Combine(folder.Path, "key.rejected");
        DeadLetterFile letters = new(path, limit: 100);
        letters.Append([new RejectedLine("first", Encoding.UTF8.GetBytes(new string('x', 200)))]);
        using (HeldFiles held = HeldFiles.Hold(folder.Path, times: 2))
        {
            letters.Append([new RejectedLine("second", Encoding.UTF8.GetBytes("y"))]);
            Assert.Equal(2, held.Refused);
        }

        Assert.Contains("first", File.ReadAllText(path + ".1"), StringComparison.Ordinal);
        Assert.Contains("second", File.ReadAllText(path), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }
}
