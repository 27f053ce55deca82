using System.Management.Automation;
using NetTraffic.Shell.Hosting;
using NetTraffic.Shell.Interactive;

namespace NetTraffic.Shell.Tests;

/// <summary>The parts of the Shell that need no process.</summary>
public sealed class RoomTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\tb\r\nc", "a\tb\nc")]
    [InlineData("\x1b[31m", "\\x1B[31m")]
    [InlineData("\r", "\\x0D")]
    [InlineData("\u009b", "\\x9B")]
    [InlineData("\u202e", "\\u202E")]
    [InlineData("😀", "😀")]
    [InlineData(null, "")]
    public void Escape(string? text, string safe) => Assert.Equal(safe, TerminalText.Escape(text));

    // Not a theory's case: an attribute cannot hold half a character.
    [Fact]
    public void EscapeOfHalfACharacter() => Assert.Equal("\\uD800x", TerminalText.Escape(new string([(char)0xD800, 'x'])));

    [Fact]
    public void HeadersHaveColourAndValuesHaveNot()
    {
        ShellColors colors = new(enabled: true);
        string mark = PSStyle.Instance.Formatting.TableHeader;
        Assert.Equal("\x1b[32;1mName\x1b[0m \\x1B[31mred", colors.Paint(mark + "Name\x1b[0m \x1b[31mred\x1b[0m"));
        Assert.Equal("Name value", new ShellColors(enabled: false).Paint(PSStyle.Instance.Formatting.TableHeader + "Name\x1b[0m value"));
    }

    [Theory]
    [InlineData("if ($true) {", true)]
    [InlineData("1 +", true)]
    [InlineData("'open", true)]
    [InlineData("1 + 1", false)]
    [InlineData("1 + )", false)]
    public void StatementsThatNeedMoreLines(string text, bool incomplete) => Assert.Equal(incomplete, PromptLoop.IsIncomplete(text));

    [Fact]
    public void EditingALine()
    {
        LineBuffer buffer = new();
        buffer.Insert("Get-NetFlow -Last 5m");
        buffer.KillWordBefore();
        buffer.Insert("1h");
        buffer.Home();
        buffer.WordRight();
        buffer.Insert("😀");
        buffer.Backspace();
        Assert.Equal("Get-NetFlow -Last 1h", buffer.Text);
        Assert.Equal(11, buffer.Cursor);
        buffer.KillToEnd();
        Assert.Equal("Get-NetFlow", buffer.Text);
        buffer.Yank();
        Assert.Equal("Get-NetFlow -Last 1h", buffer.Text);
        buffer.Home();
        buffer.Backspace();
        buffer.Delete();
        Assert.Equal("et-NetFlow -Last 1h", buffer.Text);
    }

    [Fact]
    public void HistoryKeepsTheDraft()
    {
        LineHistory history = new();
        history.Add("first");
        history.Add("second");
        history.Add("second");
        Assert.Equal("second", history.Older("draft"));
        Assert.Equal("first", history.Older("second"));
        Assert.Null(history.Older("first"));
        Assert.Equal("second", history.Newer());
        Assert.Equal("draft", history.Newer());
        Assert.Null(history.Newer());
        Assert.Equal(0, history.Find("FIR", history.Count));
    }

    [Fact]
    public void ProgressIsOneLineThatFits()
    {
        ProgressRecord record = new(1, "Import\x1b[2J", "a\nb") { PercentComplete = 50, SecondsRemaining = 65 };
        string line = ProgressLine.Render(record, 200);
        Assert.Equal("Import\\x1B[2J [############............] 50%  a b, 00:01:05 left", line);
        Assert.Equal(20, ProgressLine.Render(record, 20).Length);
    }

    [Fact]
    public void ModuleIsFoundAboveTheProgram()
    {
        string folder = Directory.CreateTempSubdirectory("nettraffic-").FullName;
        try
        {
            string deep = Directory.CreateDirectory(Path.Combine(folder, "artifacts", "shell")).FullName;
            Assert.Null(ModuleLocator.Find(null, deep, out string problem));
            Assert.Contains(ModuleLocator.Variable, problem, StringComparison.Ordinal);
            string manifest = Path.Combine(folder, "NetTraffic.psd1");
            File.WriteAllText(manifest, "@{}");
            Assert.Equal(manifest, ModuleLocator.Find("", deep, out _));
            Assert.Equal(manifest, ModuleLocator.Find(folder, "/", out _));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
