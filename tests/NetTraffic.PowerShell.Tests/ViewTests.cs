using System.Xml.Linq;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

public sealed class ViewTests : IDisposable
{
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Every_output_type_has_a_view()
    {
        string[] viewed = [.. XDocument.Load(Path.Combine(Repository.Root, "module", "NetTraffic.Format.ps1xml")).Descendants("TypeName").Select(type => type.Value)];
        foreach (string type in session.Run("(Get-Command -Module NetTraffic).OutputType.Name").Clean().Output.Select(name => name.ToString()).Where(name => name.StartsWith("NetTraffic.", StringComparison.Ordinal)))
        {
            Assert.Contains(type, viewed);
        }
    }

    [Fact]
    public void Tables_are_readable_and_objects_keep_their_numbers()
    {
        session.Run("Import-NetCapture $args[0] | Out-Default; Get-NetFlow | Out-Default; Get-TrafficSummary | Out-Default; Get-TrafficSummary -By Protocol | Out-Default; Get-NetCapture | Out-Default; Get-NetTrafficOption | Out-Default",
            session.Write("dns.pcap", TinyCapture.Dns(20))).Clean();
        string screen = session.Screen;
        Assert.Contains("192.0.2.53:53", screen, StringComparison.Ordinal);
        Assert.Contains("3.88 kB", screen, StringComparison.Ordinal);
        Assert.Contains("100.0 %", screen, StringComparison.Ordinal);
        Assert.Contains("By: Protocol", screen, StringComparison.Ordinal);
        Assert.Contains("forever", screen, StringComparison.Ordinal);
        Assert.Equal(3880L, session.Run("(Get-TrafficSummary).Bytes").Clean().Output[0].BaseObject);
    }

    [Fact]
    public void No_control_character_of_a_name_reaches_the_terminal()
    {
        string evil = "evil\u001b[2J\u0007\u009b31m";
        string path = session.Write("evil.pcapng", TinyCapture.OnInterface(evil));
        session.Run("Import-NetCapture $args[0] -Name $args[1] -Sensor $args[1] | Out-Default; Get-NetCapture | Out-Default; Get-NetFlow | Out-Default; Get-TrafficSummary -By Interface | Out-Default; Get-TrafficSummary -By Interface -Interval 1m | Out-Default", path, evil).Clean();
        Assert.Contains("evil\\u001b", session.Screen, StringComparison.Ordinal);

        // PowerShell colours its headers itself; nothing else may be there.
        Assert.DoesNotContain("\u001b[2J", session.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', session.Screen);
        Assert.DoesNotContain('\u009b', session.Screen);
        Assert.DoesNotContain("\u001b[2J", session.Run("Get-NetCapture -Name ($args[0] + 'x')", evil).Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.00 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1.00 MB")]
    [InlineData(12_345_678, "12.3 MB")]
    [InlineData(long.MaxValue, "9.22 EB")]
    public void Sizes(long bytes, string text) => Assert.Equal(text, Display.Bytes(bytes));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[31m", "\\u001b[31m")]
    [InlineData("a\u202eb\u2028c", "a\\u202eb\\u2028c")]
    [InlineData("\ud83d\ude00", "\ud83d\ude00")]
    [InlineData(null, "")]
    public void Text_is_made_safe(string? text, string shown) => Assert.Equal(shown, Display.Text(text));

    [Fact]
    public void A_lone_surrogate_is_shown_as_a_number() => Assert.Equal("\\ud83d!", Display.Text(new string(['\ud83d', '!'])));

    [Theory]
    [InlineData("2001:db8::1", 443, 20, "[2001:db8::1]:443")]
    [InlineData("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 65535, 20, "[2001:d…:ffff]:65535")]
    [InlineData("255.255.255.255", 65535, 20, "255.255…55.255:65535")]
    [InlineData("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", null, 20, "2001:db8:a…eeee:ffff")]
    public void Endpoints_are_shortened_in_the_middle_and_keep_their_port(string address, int? port, int most, string shown) =>
        Assert.Equal(shown, Display.ShortEndpoint(address, port, null, most));

    [Fact]
    public void Names_are_shortened_to_what_there_is_room_for()
    {
        Assert.Equal("2001:db8:1::10 <-> 10.0.0.1", Display.ShortName("2001:db8:1::10 <-> 10.0.0.1", 31));
        string both = Display.ShortName("2001:db8:aaaa:bbbb::10 <-> 2001:db8:aaaa:cccc::80", 31);
        Assert.Equal(31, both.Length);
        Assert.StartsWith("2001:d", both, StringComparison.Ordinal);
        Assert.EndsWith("::80", both, StringComparison.Ordinal);
        Assert.EndsWith(" <-> 10.0.0.1", Display.ShortName("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff <-> 10.0.0.1", 31), StringComparison.Ordinal);
        Assert.Equal("ab…yz", Display.Short("abcdefghijklmnopqrstuvwxyz", 5));
        Assert.Equal("999,999", Display.ShortCount(999_999));
        Assert.Equal("1.53 M", Display.ShortCount(1_530_000));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Tables_fit_the_terminal_and_cut_names_only(int width)
    {
        using ModuleSession narrow = new(width: width);
        string folder = Directory.CreateDirectory(Path.Combine(narrow.Folder, "in")).FullName;
        string path = Path.Combine(folder, "a-rather-long-name-of-a-capture-file-as-tools-and-people-make-them-2026-11-24.pcapng");
        File.Copy(Path.Combine(Repository.Root, "tests", "fixtures", "sample.pcapng"), path);
        ImportResult imported = narrow.Run("$i = Import-NetCapture $args[0]; $i; $i | Out-Default", path).One<ImportResult>();
        narrow.Run("""
            Get-NetCapture | Out-Default
            Get-NetFlow | Out-Default
            Get-NetFlow -PerInterval | Out-Default
            Get-TrafficSummary -By Conversation | Out-Default
            Get-TrafficSummary -By Interface | Out-Default
            Get-TrafficSummary -By Address -Interval 1h | Out-Default
            [NetTraffic.Flow]@{ StartTime = '2026-03-01T10:00:00Z'; EndTime = '2026-03-02T10:00:00Z'; Transport = 'ICMPv6'; SourceAddress = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1111'; SourcePort = 50000
                DestinationAddress = '2001:db8:aaaa:bbbb:cccc:dddd:eeee:2222'; DestinationPort = 50001; State = 'RSTOS0'; SourceBytes = 123456789; SourcePackets = 999999; Application = 'a-long-name' } | Out-Default
            [NetTraffic.CaptureInterface]@{ Name = '\Device\NPF_{01234567-89AB-CDEF-0123-456789ABCDEF}'; Description = 'Some Vendor Gigabit Network Adapter #2'; Addresses = '192.0.2.1', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1111' } | Out-Default
            """).Clean();
        string[] lines = narrow.Screen.ReplaceLineEndings("\n").Split('\n');
        Assert.All(lines, line => Assert.True(Plain(line).Length <= width, line));

        // A heading that does not fit goes on below itself: there would be headings without the rule right below them.
        string[] heads = [.. lines.Select(Plain).Where((_, at) => at + 1 < lines.Length && Plain(lines[at + 1]).StartsWith("--", StringComparison.Ordinal))];
        Assert.Equal(9, heads.Length);
        string[] known = ["CaptureId", "State", "Packets", "Bytes", "Dropped", "Flows", "Name", "Failures", "Elapsed", "File", "Started", "Time", "Proto", "Source", "Destination", "App", "Duration", "Share", "Sent", "Received", "Up", "Capture", "Default", "Description", "Addresses"];
        Assert.All(heads, head => Assert.All(head.Split(' ', StringSplitOptions.RemoveEmptyEntries), heading => Assert.Contains(heading, known)));
        Assert.Equal(2, lines.Count(line => line.Contains(imported.CaptureId, StringComparison.Ordinal) && line.Contains("2,043", StringComparison.Ordinal) && line.Contains("809 kB", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.Contains("RSTOS0", StringComparison.Ordinal) && line.Contains("123 MB", StringComparison.Ordinal) && line.Contains(":50000 ", StringComparison.Ordinal) && line.Contains("2222]:50001", StringComparison.Ordinal));
        Assert.Equal(width == 120, lines.Any(line => line.Contains("999,999", StringComparison.Ordinal) && line.Contains("1d 00:00:00", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Get-NetFlow", "Started", "StartTime")]
    [InlineData("Get-NetFlow", "Proto", "Transport")]
    [InlineData("Get-NetFlow", "App", "Application")]
    [InlineData("Get-NetFlow", "Source", "SourceAddress")]
    [InlineData("Get-NetFlow", "Destination", "DestinationAddress")]
    [InlineData("Get-TrafficSummary -By Protocol", "Share", "Percent")]
    [InlineData("Get-TrafficSummary -By Protocol", "Sent", "SentBytes")]
    [InlineData("Get-TrafficSummary -By Protocol", "Received", "ReceivedBytes")]
    [InlineData("Get-NetCaptureInterface", "Up", "IsUp")]
    [InlineData("Get-NetCapture", "Id", "CaptureId")]
    public void Headings_are_names_of_properties(string command, string heading, string property)
    {
        session.Run("Import-NetCapture $args[0]", session.Write("dns.pcap", TinyCapture.Dns(2))).Clean();
        Assert.All(session.Run(command).Clean().Output, one =>
        {
            Assert.NotNull(one.Properties[heading].Value);
            Assert.Equal(one.Properties[property].Value, one.Properties[heading].Value);
        });
    }

    [Fact]
    public void A_file_has_its_name_and_a_capture_what_it_dropped()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns(2));
        Assert.Equal(["dns.pcap", "0"], session.Run("$i = Import-NetCapture $args[0]; $i.File; $i.Failures", path).Clean().Output.Select(value => value.ToString()));
        Assert.Equal(0L, session.Run("(Get-NetCapture).Dropped").Clean().Output[0].BaseObject);
    }

    private static string Plain(string line) => System.Text.RegularExpressions.Regex.Replace(line, "\u001b\\[[0-9;]*m", "");
}
