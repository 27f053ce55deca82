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
}
