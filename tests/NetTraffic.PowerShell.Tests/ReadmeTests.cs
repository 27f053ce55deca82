using System.Text.RegularExpressions;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

/// <summary>Every example of the README runs. Where a line goes on into a command that only PowerShell itself has, its part before that runs here, and all of it in tests/module.</summary>
public class ReadmeTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public void Every_prompt_gives_the_objects_it_shows()
    {
        using ModuleSession session = Session();
        string[] commands = [.. Lines.Where(line => line.StartsWith("PS> ", StringComparison.Ordinal)).Select(line => line[4..])];
        Assert.NotEmpty(commands);
        Assert.All(commands, command => Assert.NotEmpty(session.Run(OwnPart(session, command)).Clean().Output));
    }

    [Fact]
    public void Every_shown_row_is_what_the_sample_gives()
    {
        using ModuleSession session = Session();
        session.Run("Import-NetCapture ./tests/fixtures/sample.pcapng").Clean();
        string[] shown = [.. Lines.SkipWhile(line => !line.StartsWith("PS> Get-TrafficSummary", StringComparison.Ordinal)).SkipWhile(line => !line.StartsWith("----", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line != "```")];
        List<TrafficSummaryItem> items = session.Run("Get-TrafficSummary -By Application -Top 5").All<TrafficSummaryItem>();
        Assert.Equal(items.Select(item => (item.Name, item.Packets.ToString("N0"))), shown.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(cells => (cells[0], cells[1])));
    }

    [Fact]
    public void Every_script_line_runs()
    {
        using ModuleSession session = Session();
        session.Run("Import-NetCapture ./tests/fixtures/sample.pcapng").Clean();
        bool permitted = session.Run("Get-NetCaptureInterface").Output.Any(found => found.BaseObject is CaptureInterface { IsLoopback: true, CanCapture: true });
        foreach (string block in Regex.Matches(string.Join('\n', Lines), "```powershell\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value))
        {
            if (block.Contains("Start-NetCapture", StringComparison.Ordinal) && !permitted)
            {
                Assert.Skip("Capturing on the loopback interface is not permitted here.");
            }

            foreach (string line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("./build.", StringComparison.Ordinal) && !line.StartsWith("Import-Module", StringComparison.Ordinal)))
            {
                // Which interfaces this machine has is not the README's to know.
                session.Run(OwnPart(session, line.Replace("eth0, lo", "lo", StringComparison.Ordinal))).Clean();
            }
        }
    }

    private static ModuleSession Session()
    {
        ModuleSession session = new();
        string fixtures = Path.Combine(session.Folder, "tests", "fixtures");
        Directory.CreateDirectory(fixtures);
        File.Copy(Path.Combine(Repository.Root, "tests", "fixtures", "sample.pcapng"), Path.Combine(fixtures, "sample.pcapng"));
        session.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($args[0])", session.Folder).Clean();
        return session;
    }

    private static string OwnPart(ModuleSession session, string line)
    {
        string[] parts = line.Split(" | ");
        int known = parts.TakeWhile(part => Regex.Match(part, @"[A-Z]\w+-\w+") is not { Success: true } name || session.Run("Get-Command $args[0] -ErrorAction Ignore", name.Value).Output.Count > 0).Count();
        return string.Join(" | ", parts[..Math.Max(1, known)]);
    }
}
