using System.Diagnostics;
using System.Management.Automation;
using System.Text.Json;
using NetTraffic.PowerShell.Tests.Hosting;
using NetTraffic.Testing;

namespace NetTraffic.PowerShell.Tests;

public sealed class ExportTests : IDisposable
{
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    private string Target(string name) => Path.Combine(session.Folder, name);

    [Fact]
    public void Flows_as_Csv()
    {
        Import(3);
        FileInfo file = session.Run("Export-NetTraffic $args[0]", Target("flows.csv")).One<FileInfo>();
        string[] lines = File.ReadAllLines(file.FullName);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("StartTime,EndTime,Duration,Time,SourceAddress,SourcePort,DestinationAddress,DestinationPort,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("2026-03-01T10:00:02.000000Z,2026-03-01T10:00:02.500000Z,0.5,2026-03-01T10:00:02.000000Z,10.1.0.2,40000,192.0.2.53,53,4,17,UDP,dns,", lines[1], StringComparison.Ordinal);
        OnlyTheseFiles("flows.csv");
    }

    [Theory]
    [InlineData("Export-NetTraffic $args[0]", "rows.csv", 3L)]
    [InlineData("Export-NetTraffic $args[0]", "rows.parquet", 3L)]
    [InlineData("Get-NetFlow -First 2 | Export-NetTraffic $args[0]", "rows.json", 2L)]
    public void What_was_written_says_how_much(string script, string name, long rows)
    {
        Import(3);
        PSObject file = Assert.Single(session.Run(script, Target(name)).Clean().Output);
        Assert.Equal((rows, name[5..]), ((long)file.Properties["Rows"].Value, file.Properties["Format"].Value.ToString()!.ToLowerInvariant()));
        Assert.Equal(new FileInfo(Target(name)).Length, file.Properties["Size"].Value);
        session.Run("$args[0] | Out-Default", file).Clean();
        Assert.Matches(@"Rows\W.*Size\W.*Format\W.*Path", session.Screen);
    }

    [Fact]
    public void An_unknown_capture_makes_no_file()
    {
        Import(1);
        session.Run("Export-NetTraffic $args[0] -CaptureId nosuch", Target("none.csv")).Error("CaptureNotFound", ErrorCategory.ObjectNotFound);
        Assert.False(File.Exists(Target("none.csv")));
    }

    [Fact]
    public void A_store_without_matches_gives_the_header_alone()
    {
        Import(1);
        session.Run("Export-NetTraffic $args[0] -Port 1", Target("none.csv")).Clean();
        Assert.Single(File.ReadAllLines(Target("none.csv")));
    }

    [Fact]
    public void Filters_and_datasets()
    {
        Import(8);
        session.Run("Export-NetTraffic $args[0] -Address 10.1.0.0/30", Target("few.jsonl")).Clean();
        Assert.Equal(4, File.ReadAllLines(Target("few.jsonl")).Length);
        session.Run("Export-NetTraffic $args[0] -Dataset Captures", Target("captures.csv")).Clean();
        string[] rows = File.ReadAllLines(Target("captures.csv"));
        Assert.StartsWith("CaptureId,Sensor,Interface,Time,", rows[0], StringComparison.Ordinal);
        Assert.True(rows.Length > 1);
    }

    [Fact]
    public void Json_is_one_object_a_line_or_an_array()
    {
        Import(3);
        session.Run("Get-NetFlow | Export-NetTraffic $args[0]", Target("flows.json")).Clean();
        string[] lines = File.ReadAllLines(Target("flows.json"));
        Assert.Equal(3, lines.Length);
        using JsonDocument flow = JsonDocument.Parse(lines[0]);
        Assert.Equal("2026-03-01T10:00:02.000000Z", flow.RootElement.GetProperty("StartTime").GetString());
        Assert.Equal(0.5, flow.RootElement.GetProperty("Duration").GetDouble());
        Assert.Equal(JsonValueKind.Null, flow.RootElement.GetProperty("SourceTcpFlags").ValueKind);
        session.Run("Export-NetTraffic $args[0] -AsArray", Target("array.json")).Clean();
        using JsonDocument array = JsonDocument.Parse(File.ReadAllText(Target("array.json")));
        Assert.Equal(3, array.RootElement.GetArrayLength());
        session.Run("Export-NetTraffic $args[0] -AsArray -Port 1", Target("none.json")).Clean();
        Assert.Equal("[]\n", File.ReadAllText(Target("none.json")));
    }

    [Fact]
    public void The_pipeline_and_the_dataset_give_the_same_rows()
    {
        Import(5);
        session.Run("Get-NetFlow | Export-NetTraffic $args[0]; Export-NetTraffic $args[1]", Target("a.csv"), Target("b.csv")).Clean();
        Assert.Equal(File.ReadAllText(Target("a.csv")), File.ReadAllText(Target("b.csv")));
    }

    [Fact]
    public void Parquet_of_a_dataset_but_not_of_objects()
    {
        Import(3);
        FileInfo file = session.Run("Export-NetTraffic $args[0]", Target("flows.parquet")).One<FileInfo>();
        byte[] content = File.ReadAllBytes(file.FullName);
        Assert.Equal("PAR1"u8, content.AsSpan(0, 4));
        Assert.Equal("PAR1"u8, content.AsSpan(content.Length - 4));
        ErrorRecord error = session.Run("Get-NetFlow | Export-NetTraffic $args[0]", Target("objects.parquet")).Error("ParquetNeedsDataset", ErrorCategory.NotImplemented);
        Assert.Contains("-Dataset", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        OnlyTheseFiles("flows.parquet");
    }

    [Theory]
    [InlineData("Get-NetFlow -Address 192.0.2.254 | Export-NetTraffic $args[0]", "e.csv", "")]
    [InlineData("@() | Export-NetTraffic $args[0]", "e.csv", "")]
    [InlineData("@() | Export-NetTraffic $args[0]", "e.json", "")]
    [InlineData("@() | Export-NetTraffic $args[0] -AsArray", "e.json", "[]\n")]
    public void An_empty_pipeline_exports_nothing_not_the_store(string script, string name, string written)
    {
        Import(3);
        session.Run(script, Target(name)).Clean();
        Assert.Equal(written, File.ReadAllText(Target(name)));
    }

    [Theory]
    [InlineData("-Address 10.0.0.1")]
    [InlineData("-Port 53")]
    [InlineData("-Protocol UDP")]
    [InlineData("-Application dns")]
    public void Filters_of_flows_are_refused_for_captures(string filter)
    {
        Import(1);
        ErrorRecord error = session.Run($"Export-NetTraffic $args[0] -Dataset captures {filter}", Target("c.csv")).Error("BadArgument", ErrorCategory.InvalidArgument);
        Assert.StartsWith(filter.Split(' ')[0], error.ToString(), StringComparison.Ordinal);
        Assert.Contains("-CaptureId", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        OnlyTheseFiles();
        session.Run("Export-NetTraffic $args[0] -Dataset captures -Since '2026-01-01'", Target("c.csv")).Clean();
    }

    [Fact]
    public void Any_objects_can_be_written()
    {
        session.Run("[pscustomobject]@{ A = 1; B = 'x'; C = @(1, 2); D = [pscustomobject]@{ E = $true } }, [pscustomobject]@{ B = 'y'; Z = 9 } | Export-NetTraffic $args[0]", Target("any.json")).Clean();
        Assert.Equal("""{"A":1,"B":"x","C":[1,2],"D":{"E":true}}""", File.ReadAllLines(Target("any.json"))[0]);
        Result csv = session.Run("[pscustomobject]@{ A = -1; B = 'x' }, [pscustomobject]@{ B = 'y'; Z = 9 } | Export-NetTraffic $args[0]", Target("any.csv"));
        Assert.Equal("A,B\n-1,x\n,y\n", File.ReadAllText(Target("any.csv")));
        Assert.Contains("Z", Assert.Single(csv.Warnings), StringComparison.Ordinal);
        session.Run("'one', 'two' | Export-NetTraffic $args[0]", Target("text.csv")).Clean();
        Assert.Equal("Value\none\ntwo\n", File.ReadAllText(Target("text.csv")));
    }

    [Theory]
    [InlineData("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-cmd", "\"'-cmd\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData(" =1", "' =1")]
    [InlineData("\u00A0@x", "'\u00A0@x")]
    [InlineData("＝1", "'＝1")]
    [InlineData("＋1", "'＋1")]
    [InlineData("－1", "'－1")]
    [InlineData("  ＠x", "'  ＠x")]
    [InlineData("\t=1", "\\u0009=1")]
    [InlineData("\r=1", "\\u000d=1")]
    [InlineData("\u001b[31mred", "\\u001b[31mred")]
    [InlineData("\u009b31m", "\\u009b31m")]
    [InlineData("a\u202Eb", "a\\u202eb")]
    public void Hostile_text_is_harmless_in_Csv_and_in_Json(string hostile, string written)
    {
        session.Run("[pscustomobject]@{ Name = $args[0] } | Export-NetTraffic $args[1]; [pscustomobject]@{ Name = $args[0] } | Export-NetTraffic $args[2]", hostile, Target("h.csv"), Target("h.json")).Clean();
        Assert.Equal($"Name\n{written}\n", File.ReadAllText(Target("h.csv")));
        string json = File.ReadAllText(Target("h.json"));
        Assert.DoesNotContain(json.TrimEnd('\n'), letter => char.IsControl(letter) || letter == '\u202E');
        using JsonDocument read = JsonDocument.Parse(json);
        Assert.Equal(hostile, read.RootElement.GetProperty("Name").GetString());
    }

    [Fact]
    public void An_interface_name_from_a_capture_file_is_harmless()
    {
        string path = session.Write("evil.pcapng", TinyCapture.OnInterface("=cmd|' /C calc'!A0\u001b[2J"));
        session.Run("Import-NetCapture $args[0]; Export-NetTraffic $args[1]", path, Target("evil.csv")).Clean();
        string csv = File.ReadAllText(Target("evil.csv"));
        Assert.DoesNotContain('\u001b', csv);
        Assert.DoesNotContain(",=cmd", csv, StringComparison.Ordinal);
        Assert.Contains("'=cmd", csv, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_overwritten_without_Force()
    {
        Import(1);
        File.WriteAllText(Target("kept.csv"), "precious");
        ErrorRecord error = session.Run("Export-NetTraffic $args[0]", Target("kept.csv")).Error("ExportFileExists", ErrorCategory.ResourceExists);
        Assert.Contains("-Force", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(Target("kept.csv")));
        session.Run("Export-NetTraffic $args[0] -Force", Target("kept.csv")).Clean();
        Assert.StartsWith("StartTime", File.ReadAllText(Target("kept.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_appears_meanwhile_is_kept_too()
    {
        Result raced = session.Run("& { param($path) 1, 2 | ForEach-Object { if ($_ -eq 2) { [IO.File]::WriteAllText($path, 'precious') }; $_ } | Export-NetTraffic $path } $args[0]", Target("race2.csv"));
        Assert.Single(raced.Errors);
        Assert.Equal("precious", File.ReadAllText(Target("race2.csv")));
        Assert.DoesNotContain(Directory.GetFiles(session.Folder), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(".csv")]
    [InlineData(".parquet")]
    public void A_name_may_be_as_long_as_the_file_system_lets_it(string extension)
    {
        Import(1);
        string name = new string('n', 255 - extension.Length) + extension;
        session.Run("Export-NetTraffic $args[0]", Target(name)).Clean();
        OnlyTheseFiles(name);
    }

    [Theory]
    [InlineData("x.csv")]
    [InlineData("x.parquet")]
    public void An_error_names_the_file_that_was_asked_for(string name)
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "/proc is Linux's.");
        Import(1);
        ErrorRecord error = Assert.Single(session.Run("Export-NetTraffic $args[0]", "/proc/" + name).Errors);
        Assert.Contains($"/proc/{name}", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Links_are_followed_and_stay_links()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links are for administrators on Windows.");
        Import(1);
        File.WriteAllText(Target("old.csv"), "old");
        File.CreateSymbolicLink(Target("l.csv"), Target("old.csv"));
        File.CreateSymbolicLink(Target("new.csv"), Target("later.csv"));
        File.CreateSymbolicLink(Target("null.csv"), "/dev/null");
        session.Run("Export-NetTraffic $args[0] -Force; Export-NetTraffic $args[1] -Force", Target("l.csv"), Target("new.csv")).Clean();
        session.Run("Export-NetTraffic $args[0] -Force", Target("null.csv")).Error("ExportPathIsDevice", ErrorCategory.InvalidArgument);
        Assert.Equal(Target("old.csv"), new FileInfo(Target("l.csv")).LinkTarget);
        Assert.Equal(File.ReadAllText(Target("old.csv")), File.ReadAllText(Target("later.csv")));
        Assert.StartsWith("StartTime", File.ReadAllText(Target("old.csv")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("parquet")]
    [InlineData("pcapng")]
    public void A_full_disk_is_said_of_the_file_and_keeps_nothing(string extension)
    {
        using TinyDisk disk = TinyDisk.MakeOrSkip(1 << 20);
        string ballast = Path.Combine(disk.Path, "ballast");
        string sample = Path.Combine(Repository.Root, "tests", "fixtures", "sample.pcapng");
        session.Run("Import-NetCapture $args[0] -KeepPackets", sample).Clean();
        string place = Path.Combine(disk.Path, "x." + extension);
        File.WriteAllBytes(ballast, new byte[(1 << 20) - 8192]);
        ErrorRecord error = Assert.Single(session.Run("Export-NetTraffic $args[0]", place).Errors);
        Assert.Contains(place, error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("store", error.ErrorDetails.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal([ballast], Directory.GetFiles(disk.Path));
    }

    [Fact]
    public void A_named_pipe_is_not_replaced_by_a_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes among its files.");
        Import(1);
        string pipe = Target("pipe.csv");
        using (Process made = Process.Start("mkfifo", [pipe]))
        {
            made.WaitForExit();
        }

        session.Run("Export-NetTraffic $args[0] -Force", pipe).Error("ExportPathIsDevice", ErrorCategory.InvalidArgument);
        using Process test = Process.Start("test", ["-p", pipe]);
        test.WaitForExit();
        Assert.Equal(0, test.ExitCode);
    }

    [Fact]
    public void WhatIf_makes_nothing()
    {
        Import(1);
        Assert.Empty(session.Run("Export-NetTraffic $args[0] -WhatIf; Get-NetFlow | Export-NetTraffic $args[0] -WhatIf", Target("no.csv")).Clean().Output);
        OnlyTheseFiles();
    }

    [Fact]
    public void An_error_or_a_stop_half_way_leaves_nothing()
    {
        Assert.Single(session.Run("1..100 | ForEach-Object { if ($_ -eq 50) { throw 'enough' }; $_ } | Export-NetTraffic $args[0]", Target("error.csv")).Errors);
        OnlyTheseFiles();
        session.RunAndStop(
            "1..100000 | ForEach-Object { $_; [Threading.Thread]::Sleep(5) } | Export-NetTraffic $args[0]",
            _ => Directory.GetFiles(session.Folder).Length > 0, Target("stop.csv"));
        OnlyTheseFiles();
    }

    [Theory]
    [InlineData("Export-NetTraffic ($folder + '/x.txt')", "UnknownExportFormat", ErrorCategory.InvalidArgument)]
    [InlineData("Export-NetTraffic ($folder + '/x.csv') -AsArray", "AsArrayIsForJson", ErrorCategory.InvalidArgument)]
    [InlineData("Export-NetTraffic $folder -Format Csv", "ExportPathIsFolder", ErrorCategory.InvalidArgument)]
    [InlineData("Export-NetTraffic ($folder + '/nowhere/x.csv')", "FolderNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Export-NetTraffic Env:/x.csv", "NotAFilePath", ErrorCategory.InvalidArgument)]
    [InlineData("Export-NetTraffic /dev/null -Format Csv -Force", "ExportPathIsDevice", ErrorCategory.InvalidArgument)]
    public void Bad_places_are_refused_with_the_next_move(string script, string id, ErrorCategory category)
    {
        ErrorRecord error = session.Run("$folder = $args[0]; " + script, session.Folder).Error(id, category);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        OnlyTheseFiles();
    }

    private void Import(int flows)
    {
        string path = Path.Combine(session.Folder, "in.pcap");
        File.WriteAllBytes(path, TinyCapture.Dns(flows));
        session.Run("Import-NetCapture $args[0]", path).Clean();
        File.Delete(path);
    }

    private void OnlyTheseFiles(params string[] names) => Assert.Equal(names.Order(StringComparer.Ordinal), Directory.GetFiles(session.Folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
}
