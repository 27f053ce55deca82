using System.Security.AccessControl;
using System.Security.Principal;
using System.Text;
using NetTraffic.Testing;

namespace NetTraffic.Tests;

/// <summary>
/// Files that other programs have open: what is refused for an instant passes, what stays refused says so and loses nothing.
/// </summary>
public sealed class SharedFileTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    private string Target => Path.Combine(folder.Path, "file");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_replacement_that_is_refused_for_an_instant_is_made()
    {
        Write("old");
        using HeldFiles held = HeldFiles.Hold(Target, times: 5);
        Write("new");
        Assert.Equal(("new", 5), (SharedFile.ReadText(Target), held.Refused));
        Assert.Equal([Target], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_file_that_stays_open_elsewhere_is_named_and_stays_whole()
    {
        Write("old");
        using (HeldFiles.Hold(Target))
        {
            FileInUseException error = Assert.Throws<FileInUseException>(() => Write("new"));
            Assert.Equal(Target, error.FilePath);
            Assert.Contains(Target, error.Message, StringComparison.Ordinal);
            Assert.Equal(TrafficErrors.FileInUse, TrafficErrors.Of(error));
            Assert.Throws<FileInUseException>(() => SharedFile.Delete(Target));
            Assert.False(SharedFile.TryDelete(Target));
        }

        Assert.Equal("old", SharedFile.ReadText(Target));
        Assert.Equal([Target], Directory.GetFiles(folder.Path));
        Assert.True(SharedFile.TryDelete(Target));
        Assert.True(SharedFile.TryDelete(Target));
    }

    [Fact]
    public void A_reader_of_ours_hinders_neither_replacing_nor_deleting()
    {
        Write("old");
        using FileStream reader = SharedFile.OpenRead(Target);
        Write("new");
        SharedFile.Delete(Target);
        Assert.False(File.Exists(Target));
        using StreamReader text = new(reader);
        Assert.Equal("old", text.ReadToEnd());
    }

    [Fact]
    public void A_move_takes_no_other_files_place()
    {
        Write("old");
        string other = Path.Combine(folder.Path, "other");
        SharedFile.Write(other, ownerOnly: false, Encoding.UTF8.GetBytes("other"));
        Assert.ThrowsAny<IOException>(() => SharedFile.Move(other, Target));
        Assert.Equal(("old", "other"), (SharedFile.ReadText(Target), SharedFile.ReadText(other)));
        SharedFile.Move(other, Path.Combine(folder.Path, "third"));
        Assert.False(File.Exists(other));
    }

    [Fact]
    public void A_file_for_its_owner_is_readable_by_nobody_else_from_its_first_byte()
    {
        SharedFile.Write(Target, ownerOnly: true, Encoding.UTF8.GetBytes("hush"));
        IsForItsOwner(Target);
        string appended = Path.Combine(folder.Path, "appended");
        for (int i = 0; i < 2; i++)
        {
            using FileStream file = SharedFile.Create(appended, FileMode.Append, ownerOnly: true);
            IsForItsOwner(appended);
            file.Write("line\n"u8);
        }

        Assert.Equal(["line", "line"], SharedFile.ReadLines(appended));
    }

    [Fact]
    public void Of_many_that_write_a_file_at_once_all_do_and_one_is_the_last()
    {
        for (int round = 0; round < 30; round++)
        {
            Parallel.For(0, 4, i => Write($"{i}"));
            Assert.InRange(int.Parse(SharedFile.ReadText(Target), System.Globalization.CultureInfo.InvariantCulture), 0, 3);
            SharedFile.Delete(Target);
        }
    }

    [Fact]
    public void Only_one_holds_a_lock()
    {
        using (FileStream? first = SharedFile.TryLock(Target))
        {
            Assert.NotNull(first);
            Assert.Null(SharedFile.TryLock(Target));
        }

        using FileStream? second = SharedFile.TryLock(Target);
        Assert.NotNull(second);
    }

    private static void IsForItsOwner(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            return;
        }

        // The owner, the system and administrators, who may everything.
        FileSecurity access = new FileInfo(path).GetAccessControl();
        using WindowsIdentity user = WindowsIdentity.GetCurrent();
        string[] allowed = [user.User!.Value, "S-1-5-18", "S-1-5-32-544"];
        foreach (FileSystemAccessRule rule in access.GetAccessRules(true, true, typeof(SecurityIdentifier)))
        {
            Assert.Contains(rule.IdentityReference.Value, allowed);
        }
    }

    private void Write(string text) => SharedFile.Write(Target, ownerOnly: false, Encoding.UTF8.GetBytes(text));
}
