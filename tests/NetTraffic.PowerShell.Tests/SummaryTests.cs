using System.Management.Automation;
using System.Text.Json;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

/// <summary>Sums of piped flows and of files are those of the store.</summary>
public sealed class SummaryTests : IDisposable
{
    private static readonly string Sample = Path.Combine(Repository.Root, "tests", "fixtures", "sample.pcapng");
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("-Application dns")]
    [InlineData("-Address 10.0.1.0/24")]
    [InlineData("-Protocol TCP")]
    public void Piped_flows_and_files_sum_up_as_the_store_does(string filter)
    {
        session.Run("Import-NetCapture $args[0]", Sample).Clean();
        foreach (SummaryKey key in Enum.GetValues<SummaryKey>().Where(key => key != SummaryKey.None))
        {
            string stored = Text($"Get-TrafficSummary {filter} -By {key} -Top 1000");
            Assert.True(stored.Length > 2, $"{key}");
            Assert.Equal(stored, Text($"Get-NetFlow {filter} | Get-TrafficSummary -By {key} -Top 1000"));
            Assert.Equal(stored, Text($"Get-NetFlow {filter} -PerInterval | Get-TrafficSummary -By {key} -Top 1000"));
            if (key is not (SummaryKey.Capture or SummaryKey.Interface or SummaryKey.Sensor))
            {
                Assert.Equal(stored, Text($"Get-TrafficSummary -Path $args[0] {filter} -By {key} -Top 1000"));
            }
        }

        TrafficSummary total = session.Run($"Get-TrafficSummary {filter}").One<TrafficSummary>();
        foreach (string other in (string[])[$"Get-NetFlow {filter} | Get-TrafficSummary", $"Get-TrafficSummary -Path $args[0] {filter}", $"Get-NetFlow -Path $args[0] {filter} | Get-TrafficSummary"])
        {
            TrafficSummary same = session.Run(other, Sample).One<TrafficSummary>();
            Assert.Equal((total.StartTime, total.EndTime, total.Packets, total.Bytes, total.Flows), (same.StartTime, same.EndTime, same.Packets, same.Bytes, same.Flows));
            Assert.Equal((total.SourceAddresses, total.DestinationAddresses, total.Retransmissions), (same.SourceAddresses, same.DestinationAddresses, same.Retransmissions));
            Assert.Null(same.DroppedPackets);
        }
    }

    [Fact]
    public void What_Where_Object_left_is_what_is_summed_up()
    {
        session.Run("Import-NetCapture $args[0]", Sample).Clean();
        List<Flow> refused = session.Run("Get-NetFlow | Where-Object State -eq REJ").All<Flow>();
        Assert.NotEmpty(refused);
        TrafficSummaryItem item = session.Run("Get-NetFlow | Where-Object State -eq REJ | Get-TrafficSummary -By Protocol").One<TrafficSummaryItem>();
        Assert.Equal(("TCP", refused.Sum(flow => flow.Bytes), (long)refused.Count, 100.0), (item.Name, item.Bytes, item.Flows, item.Percent));
        Assert.Empty(session.Run("Get-NetFlow -Port 1 | Get-TrafficSummary").Clean().Output);
    }

    [Fact]
    public void Captures_and_files_are_still_piped()
    {
        session.Run("Import-NetCapture $args[0]", session.Write("other.pcap", TinyCapture.Dns(4))).Clean();
        TrafficSummary imported = session.Run("Import-NetCapture $args[0] | Get-TrafficSummary", Sample).One<TrafficSummary>();
        Assert.Equal(2043, imported.Packets);
        Assert.NotNull(imported.DroppedPackets);
        Assert.Equal(2043 + 8, session.Run("Get-NetCapture | Get-TrafficSummary").One<TrafficSummary>().Packets);
        Assert.Equal(2043, session.Run("[IO.FileInfo]$args[0] | Get-TrafficSummary", Sample).One<TrafficSummary>().Packets);
        Assert.Equal("dns", session.Run("Get-TrafficSummary Application -Path ($args[0] + '/*.pcap')", session.Folder).One<TrafficSummaryItem>().Name);
    }

    [Theory]
    [InlineData("Get-NetFlow | Get-NetFlow", "FlowsPiped")]
    [InlineData("Get-NetFlow | Get-NetFlow -Port 53", "FlowsPiped")]
    [InlineData("Get-NetFlow -Path $args[0] | Get-NetFlow", "FlowsPiped")]
    [InlineData("Get-NetFlow | Get-TrafficSummary -Port 53", "FiltersNeedStore")]
    [InlineData("Get-NetFlow | Get-TrafficSummary -Interval 1s", "IntervalNeedsStore")]
    [InlineData("Get-TrafficSummary -Path $args[0] -Interval 1s", "IntervalNeedsStore")]
    public void What_flows_cannot_tell_is_refused(string script, string id)
    {
        session.Run("Import-NetCapture $args[0]", Sample).Clean();
        Assert.NotEmpty(session.Run(script, Sample).Error(id, ErrorCategory.InvalidArgument).ErrorDetails.RecommendedAction);
    }

    [Theory]
    [InlineData("Get-TrafficSummary -By Protocol, Application", "takes one key, and got 2: Protocol, Application")]
    [InlineData("Get-TrafficSummary -By 'Protocol, Application'", "takes one key, and got 2: Protocol, Application")]
    [InlineData("Get-TrafficSummary -By Port", "'Port' is not a key. Did you mean DestinationPort?")]
    [InlineData("Get-TrafficSummary -By Protokol", "Did you mean Protocol?")]
    [InlineData("Get-TrafficSummary -By 3", "'3' is not a key")]
    [InlineData("Get-TrafficSummary -By S", "There are: Protocol, Application")]
    [InlineData("Get-NetCapture -State Runing", "Did you mean Running?")]
    [InlineData("Export-NetTraffic x -Format Csv, Json", "takes one format, and got 2")]
    [InlineData("Export-NetTraffic x -Format Xml", "'Xml' is not a format. There are: Csv, Json, Parquet, Pcap.")]
    public void Names_are_one_at_a_time_and_wrong_ones_get_the_nearest(string script, string message) =>
        Assert.Contains(message, Assert.Single(session.Run(script).Errors).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("protocol")]
    [InlineData("prot")]
    [InlineData("([string[]]'Protocol')")]
    [InlineData("([NetTraffic.SummaryKey]::Protocol)")]
    public void Names_are_taken_as_PowerShell_takes_them(string key)
    {
        session.Run("Import-NetCapture $args[0]", Sample).Clean();
        Assert.All(session.Run($"Get-TrafficSummary {key}").All<TrafficSummaryItem>(), item => Assert.Equal(SummaryKey.Protocol, item.By));
    }

    [Fact]
    public void States_can_be_several()
    {
        session.Run("Import-NetCapture $args[0]", Sample).Clean();
        Assert.Single(session.Run("Get-NetCapture -State Failed, Completed").All<CaptureStatus>());
        Assert.Single(session.Run("Get-NetCapture -State 'Failed, Completed'").All<CaptureStatus>());
        Assert.Empty(session.Run("Get-NetCapture -State Running, Failed").All<CaptureStatus>());
    }

    private string Text(string script) => JsonSerializer.Serialize(session.Run(script, Sample).All<TrafficSummaryItem>());
}
