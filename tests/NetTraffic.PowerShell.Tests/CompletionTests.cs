using System.Management.Automation;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

public sealed class CompletionTests : IDisposable
{
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Values_seen_are_offered_most_traffic_first()
    {
        Import("dns.pcap", TinyCapture.Dns(3));
        Assert.Equal("192.0.2.53", Texts("Get-NetFlow -StorePath $store -Address ")[0]);
        Assert.Equal(["10.1.0.0", "10.1.0.1", "10.1.0.2"], Texts("Get-NetFlow -StorePath $store -Address 10.").Order());
        Assert.Equal("UDP", Texts("Get-NetFlow -StorePath $store -Protocol ")[0]);
        Assert.Equal("UDP", Texts("Get-TrafficSummary -StorePath $store -Protocol u")[0]);
        Assert.Equal("dns", Texts("Export-NetTraffic x.csv -StorePath $store -Application ")[0]);
        Assert.Contains("https", Texts("Get-NetFlow -StorePath $store -Application htt"));
        Assert.Contains("tap-1", Texts("Import-NetCapture x -StorePath $store -Sensor "));
    }

    [Fact]
    public void Captures_are_offered_by_id_and_by_name_and_to_stop_only_running_ones()
    {
        string id = Import("dns one.pcap", TinyCapture.Dns(1));
        Assert.Equal([id], Texts("Get-NetFlow -StorePath $store -CaptureId "));
        Assert.Equal(["'dns one.pcap'"], Texts("Get-NetCapture -StorePath $store -Name dn"));
        Assert.Contains("dns one.pcap, Completed", Texts("Get-NetFlow -StorePath $store -CaptureId ", result => result.ToolTip)[0], StringComparison.Ordinal);
        Assert.DoesNotContain(id, Texts("Stop-NetCapture -StorePath $store -CaptureId "));
    }

    [Fact]
    public void Enumerations_lengths_of_time_and_interfaces()
    {
        Assert.Contains("DestinationPort", Texts("Get-TrafficSummary -By Dest"));
        Assert.Contains("Parquet", Texts("Export-NetTraffic x -Format P"));
        Assert.Contains("5m", Texts("Get-NetFlow -Last "));
        Assert.Contains("forever", Texts("Set-NetTrafficOption -Retention f"));
        if (session.Run("Get-NetCaptureInterface").Errors.Count == 0)
        {
            Assert.Contains(Texts("Start-NetCapture "), name => name is "lo" or "lo0");
        }
    }

    [Theory]
    [InlineData("it's")]
    [InlineData("$(throw 'gotcha')")]
    [InlineData("a;b|c&d")]
    [InlineData("-Force")]
    [InlineData("\u2018curly\u2019 \u201cquotes\u201d")]
    [InlineData("new\nline")]
    [InlineData("\u001b]0;title\u0007")]
    [InlineData("tick`$x \"\u0007\"")]
    [InlineData("\u202Ereversed")]
    public void Hostile_names_are_quoted_so_that_they_come_back_as_they_were(string name)
    {
        session.Run("$null = Import-NetCapture $args[0] -Name $args[1]", session.Write("x.pcap", TinyCapture.Dns(1)), name).Clean();
        CompletionResult result = Assert.Single(session.Complete("Get-NetCapture -StorePath $store -Name "));
        Assert.DoesNotContain(result.CompletionText + result.ListItemText + result.ToolTip, letter => char.IsControl(letter) || letter == '\u202E');
        Assert.Equal(name, session.Run("& { param($value) $value } " + result.CompletionText).Clean().Output[0].ToString());
    }

    [Theory]
    [InlineData("Get-NetFlow -StorePath /proc/version -Address ")]
    [InlineData("Get-NetFlow -StorePath Env:/nothing -CaptureId ")]
    [InlineData("Get-NetCapture -StorePath '' -Name [")]
    [InlineData("Get-NetFlow -Address [[[")]
    [InlineData("Start-NetCapture -Interface '")]
    public void A_completer_never_fails(string line) => session.Complete(line);

    private string[] Texts(string line, Func<CompletionResult, string>? text = null) =>
        [.. session.Complete(line).Select(text ?? (result => result.CompletionText))];

    private string Import(string name, byte[] capture) =>
        session.Run("Import-NetCapture $args[0] -Sensor tap-1", session.Write(name, capture)).One<ImportResult>().CaptureId;
}
