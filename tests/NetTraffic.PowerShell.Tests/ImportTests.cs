using System.Management.Automation;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

public sealed class ImportTests : IDisposable
{
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void One_result_a_file_with_exact_numbers()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns());
        ImportResult result = session.Run("Import-NetCapture $args[0] -Sensor tap1", path).One<ImportResult>();
        Assert.Equal((path, true, 6L, 3L, 0L), (result.Path, result.Complete, result.Packets, result.Flows, result.DecodeFailures));
        Assert.Equal(3 * (72 + 122), result.Bytes);
        Assert.Equal(TinyCapture.Start, result.StartTime);
        Assert.Equal(TinyCapture.Start.AddSeconds(2.5), result.EndTime);
        Assert.Equal(session.StorePath, result.StorePath);
        CaptureStatus listed = session.Run("Get-NetCapture").One<CaptureStatus>();
        Assert.Equal((result.CaptureId, "dns.pcap", CaptureState.Completed, "Import", "tap1"), (listed.CaptureId, listed.Name, listed.State, listed.Kind, listed.Sensor));
    }

    [Fact]
    public void Progress_goes_by_bytes_to_the_end()
    {
        byte[] capture = TinyCapture.Dns(500);
        session.Write("dns.pcap", capture);
        Result result = session.Run("Import-NetCapture $args[0]", Path.Combine(session.Folder, "dns.pcap")).Clean();
        Assert.NotEmpty(result.Progress);
        Assert.All(result.Progress, record => Assert.Equal("Importing dns.pcap", record.Activity));
        Assert.Contains(result.Progress, record => record.PercentComplete == 100 && record.StatusDescription.Contains("1,000 packets", StringComparison.Ordinal));
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
    }

    [Fact]
    public void Wildcards_literal_names_and_files_from_the_pipeline()
    {
        session.Write("a1.pcap", TinyCapture.Dns(1));
        session.Write("a2.pcap.gz", TinyCapture.Gzip(TinyCapture.Dns(2)));
        string odd = session.Write("a[1].pcap", TinyCapture.Dns(4));
        Directory.CreateDirectory(Path.Combine(session.Folder, "a-folder"));

        Assert.Equal([1L, 2L, 4L], session.Run("Import-NetCapture ($args[0] + '/a*')", session.Folder).All<ImportResult>().Select(one => one.Flows).Order());
        Assert.Equal(4, session.Run("Import-NetCapture -LiteralPath $args[0]", odd).One<ImportResult>().Flows);
        Assert.Equal(4, session.Run("[IO.FileInfo]$args[0] | Import-NetCapture", odd).One<ImportResult>().Flows);
        Assert.Equal([1L, 2L], session.Run("$args[0..1] | Import-NetCapture", Path.Combine(session.Folder, "a1.pcap"), Path.Combine(session.Folder, "a2.pcap.gz")).All<ImportResult>().Select(one => one.Flows));
    }

    [Fact]
    public void Damage_gives_what_is_before_it_and_a_warning_with_the_offset_and_the_batch_goes_on()
    {
        byte[] damaged = TinyCapture.Truncated();
        string first = session.Write("1.pcap", damaged), second = session.Write("2.pcap", TinyCapture.Dns(1));
        Result result = session.Run("Import-NetCapture $args[0], $args[1]", first, second);
        List<ImportResult> files = result.All<ImportResult>();
        Assert.Equal([3L, 2L], files.Select(file => file.Packets));
        Assert.Equal([false, true], files.Select(file => file.Complete));
        string warning = Assert.Single(result.Warnings);
        Assert.Contains(first, warning, StringComparison.Ordinal);
        Assert.Contains($"{files[0].DamageOffset}", warning, StringComparison.Ordinal);
        Assert.InRange(files[0].DamageOffset!.Value, 24, damaged.Length);
    }

    [Theory]
    [InlineData("empty", "NotACaptureFile", ErrorCategory.InvalidData)]
    [InlineData("text", "NotACaptureFile", ErrorCategory.InvalidData)]
    [InlineData("folder", "ReadOrWriteFailed", ErrorCategory.OpenError)]
    [InlineData("missing", "FileNotFound", ErrorCategory.ObjectNotFound)]
    public void What_is_no_capture_is_an_error_of_its_own_and_the_batch_goes_on(string what, string id, ErrorCategory category)
    {
        string bad = what switch
        {
            "empty" => session.Write("bad", []),
            "text" => session.Write("bad", "no capture at all\n"u8),
            "folder" => Directory.CreateDirectory(Path.Combine(session.Folder, "bad")).FullName,
            _ => Path.Combine(session.Folder, "bad"),
        };
        string good = session.Write("good.pcap", TinyCapture.Dns(1));
        Result result = session.Run("Import-NetCapture $args[0], $args[1]", bad, good);
        ErrorRecord error = result.Error(id, category);
        Assert.Contains(bad, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(good, ((ImportResult)Assert.Single(result.Output).BaseObject).Path);
    }

    [Fact]
    public void ErrorAction_Stop_ends_the_batch()
    {
        string bad = session.Write("bad", []), good = session.Write("good.pcap", TinyCapture.Dns(1));
        Result result = session.Run("Import-NetCapture $args[0], $args[1] -ErrorAction Stop", bad, good);
        Assert.Single(result.Errors);
        Assert.Empty(session.Run("Get-NetCapture").Clean().Output);
    }

    [Fact]
    public void A_store_that_cannot_be_written_is_one_terminating_error()
    {
        string file = session.Write("not-a-folder", "x"u8), capture = session.Write("good.pcap", TinyCapture.Dns(1));
        Result result = session.Run("Import-NetCapture $args[0] -StorePath $args[1]", capture, file);
        Assert.Contains("StorePath", result.Error("StoreFailed", ErrorCategory.ResourceUnavailable).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_imported_can_be_piped_on()
    {
        string one = session.Write("1.pcap", TinyCapture.Dns(1)), two = session.Write("2.pcap", TinyCapture.Dns(2));
        session.Run("Import-NetCapture $args[0]", one).Clean();
        Result flows = session.Run("$PSDefaultParameterValues = @{}; Import-NetCapture $args[0] -StorePath $store | Get-NetFlow", two);
        Assert.Equal(2, flows.All<Flow>().Count);
    }

    [Fact]
    public void A_file_that_is_in_the_store_already_is_warned_of()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns(2)), other = session.Write("other.pcap", TinyCapture.Dns(2));
        string folder = Directory.CreateDirectory(Path.Combine(session.Folder, "copies")).FullName;
        File.Copy(path, Path.Combine(folder, "dns.pcap"));
        Result first = session.Run("Import-NetCapture $args[0], $args[1]", path, other);
        Assert.Empty(first.Warnings);
        string id = first.All<ImportResult>()[0].CaptureId;
        foreach (string again in (string[])[path, Path.Combine(folder, "dns.pcap")])
        {
            Result second = session.Run("Import-NetCapture $args[0]", again).Clean();
            Assert.Contains("counts twice", Assert.Single(second.Warnings), StringComparison.Ordinal);
        }

        Result elsewhere = session.Run("Import-NetCapture $args[0] -StorePath $args[1]; Import-NetCapture $args[0] -StorePath $args[1]", path, Path.Combine(session.Folder, "second"));
        Assert.Contains(elsewhere.All<ImportResult>()[0].CaptureId, Assert.Single(elsewhere.Warnings), StringComparison.Ordinal);
        session.Run("Clear-NetTraffic -OlderThan 0s -Confirm:$false").Clean();
        Assert.Empty(session.Run("Import-NetCapture $args[0]", path).Clean().Warnings);
    }

    [Fact]
    public void A_warning_of_damage_is_made_of_sentences()
    {
        string warning = Assert.Single(session.Run("Import-NetCapture $args[0]", session.Write("cut.pcap", TinyCapture.Truncated())).Clean().Warnings);
        Assert.Matches(@"\. 3 packets before it were imported\.$", warning);
        Assert.Equal("It ends early (at byte 7).", Display.Damage("It ends early.", 7));
        Assert.Equal("It ends at byte 7.", Display.Damage("It ends at byte 7.", 7));
    }
}
