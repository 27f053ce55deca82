using System.Management.Automation;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

public sealed class FlowTests : IDisposable
{
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Flows_come_newest_first_and_only_as_many_as_asked()
    {
        Import(TinyCapture.Dns(20));
        List<Flow> flows = session.Run("Get-NetFlow -First 5").All<Flow>();
        Assert.Equal(["10.1.0.19", "10.1.0.18", "10.1.0.17", "10.1.0.16", "10.1.0.15"], flows.Select(flow => flow.SourceAddress));
        Flow newest = flows[0];
        Assert.Equal(("192.0.2.53", 53, "UDP", "dns", 1L, 1L), (newest.DestinationAddress, newest.DestinationPort, newest.Transport, newest.Application, newest.SourcePackets, newest.DestinationPackets));
        Assert.Equal(TinyCapture.Start.AddSeconds(19), newest.StartTime);
        Assert.Equal(DateTimeKind.Utc, newest.StartTime.Kind);
    }

    [Theory]
    [InlineData("-Address 10.1.0.0/30", 4)]
    [InlineData("-Address 10.1.0.7, 10.1.0.9", 2)]
    [InlineData("-Port 53", 20)]
    [InlineData("-Port 54", 0)]
    [InlineData("-Protocol udp", 20)]
    [InlineData("-Protocol 17", 20)]
    [InlineData("-Protocol TCP", 0)]
    [InlineData("-Application DNS", 20)]
    [InlineData("-Since '2026-03-01T10:00:10Z'", 10)]
    [InlineData("-Until '2026-03-01T10:00:10Z'", 10)]
    [InlineData("-Last 5m", 0)]
    [InlineData("-Last ([timespan]'9000.00:00:00')", 20)]
    [InlineData("-Last ([timespan]::MaxValue)", 20)]
    [InlineData("-Protocol 017", 20)]
    [InlineData("-Protocol arp, lldp, LLC, link-147, 0x88B5, is-is, 253", 0)]
    public void Filters_mean_the_same_for_the_store_and_for_a_file(string filter, int expected)
    {
        string path = Import(TinyCapture.Dns(20));
        Assert.Equal(expected, session.Run($"Get-NetFlow {filter}").Clean().Output.Count);
        Assert.Equal(expected, session.Run($"Get-NetFlow -Path $args[0] {filter}", path).Clean().Output.Count);
        Assert.Equal((long)expected, session.Run($"Get-TrafficSummary {filter}").One<TrafficSummary>().Flows);
    }

    [Theory]
    [InlineData("TPC", "TCP")]
    [InlineData("ud", "UDP")]
    [InlineData("icmp6", "ICMPv6")]
    [InlineData("ar*", "ARP")]
    public void An_unknown_protocol_is_refused_with_the_nearest_names(string given, string near) =>
        Assert.Contains(near, session.Run("Get-NetFlow -Protocol $args[0]", given).Error("BadValue", ErrorCategory.InvalidArgument).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Every_name_that_a_flow_can_have_is_a_protocol()
    {
        string[] names = [.. Enumerable.Range(0, 65536)
            .SelectMany(number => new[] { ProtocolNames.Transport(0, 0, (ushort)number, 1), ProtocolNames.Transport(0, 0, 0, (ushort)number), ProtocolNames.Transport(4, (byte)number, 0, 1) })
            .Distinct().Where((name, at) => !(name.StartsWith("0x", StringComparison.Ordinal) || name.StartsWith("link-", StringComparison.Ordinal)) || at % 4001 == 0)];
        Assert.True(names.Length > 300);
        session.Run("Get-NetFlow -Protocol $args[0]", (object)names).Clean();
    }

    [Fact]
    public void A_store_that_fails_says_what_to_do()
    {
        string file = session.Write("file", "x"u8);
        ErrorRecord error = session.Run("Import-NetCapture $args[1] -StorePath ($args[0] + '/store')", file, session.Write("a.pcap", TinyCapture.Dns(1))).Errors[0];
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void A_file_is_read_without_storing_anything()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns(7));
        Assert.Equal(7, session.Run("Get-NetFlow $args[0]", path).All<Flow>().Count);
        Assert.False(Directory.Exists(session.StorePath));
    }

    [Fact]
    public void Reading_ends_when_enough_is_written_and_the_file_is_let_go()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns(5000));
        Assert.Single(session.Run("Get-NetFlow $args[0] -First 1", path).All<Flow>());
        Assert.False(IsOpen(path));
    }

    [Fact]
    public void Stopping_the_pipeline_lets_the_file_go()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns(5000));
        session.RunAndStop("Get-NetFlow $args[0] | ForEach-Object { $_; [Threading.Thread]::Sleep(20) }", output => output.Count > 2, path);
        Assert.False(IsOpen(path));
    }

    [Fact]
    public void An_error_further_down_lets_the_file_go()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns(5000));
        Assert.Single(session.Run("Get-NetFlow $args[0] | ForEach-Object { throw 'enough' }", path).Errors);
        Assert.False(IsOpen(path));
    }

    [Fact]
    public void A_damaged_file_gives_its_flows_and_a_warning_and_a_bad_one_an_error()
    {
        string damaged = session.Write("damaged.pcap", TinyCapture.Truncated()), bad = session.Write("text.pcap", "nothing"u8);
        Result result = session.Run("Get-NetFlow $args[0]", damaged);
        Assert.Equal(2, result.All<Flow>().Count);
        Assert.Contains("at byte", Assert.Single(result.Warnings), StringComparison.Ordinal);
        session.Run("Get-NetFlow $args[0]", bad).Error("NotACaptureFile", ErrorCategory.InvalidData);
    }

    [Fact]
    public void Intervals_are_rows_with_a_view_of_their_own()
    {
        Import(TinyCapture.Dns(2));
        Result rows = session.Run("Get-NetFlow -PerInterval");
        Assert.Equal(2, rows.All<Flow>().Count);
        Assert.All(rows.Output, row => Assert.Equal("NetTraffic.Flow#Interval", row.TypeNames[0]));
    }

    [Fact]
    public void Piped_captures_make_one_query_and_an_empty_pipeline_none()
    {
        Import(TinyCapture.Dns(2));
        Import(TinyCapture.Dns(3));
        Assert.Equal(5, session.Run("Get-NetCapture | Get-NetFlow").All<Flow>().Count);
        Assert.Equal(3, session.Run("Get-NetCapture | ForEach-Object { if ($_.Packets -eq 6) { $_ } } | Get-NetFlow").All<Flow>().Count);
        Assert.Empty(session.Run("Get-NetCapture nothing* | Get-NetFlow").Clean().Output);
        Assert.Equal(5, session.Run("Get-NetCapture | Get-TrafficSummary").One<TrafficSummary>().Flows);
    }

    [Theory]
    [InlineData("Get-NetFlow")]
    [InlineData("Get-TrafficSummary")]
    public void An_unknown_capture_is_an_error_and_the_rest_is_answered(string command)
    {
        Import(TinyCapture.Dns(2));
        string id = session.Run("Get-NetCapture").One<CaptureStatus>().CaptureId;
        Result one = session.Run($"{command} -CaptureId nosuch");
        Assert.NotEmpty(one.Error("CaptureNotFound", ErrorCategory.ObjectNotFound).ErrorDetails.RecommendedAction);
        Assert.Empty(one.Output);
        Result two = session.Run($"{command} -CaptureId nosuch, $($args[0])", id);
        Assert.Single(two.Errors);
        Assert.NotEmpty(two.Output);
    }

    [Theory]
    [InlineData("Get-NetFlow")]
    [InlineData("Get-TrafficSummary")]
    [InlineData("Get-NetCapture")]
    [InlineData("Clear-NetTraffic 1d")]
    public void A_store_that_is_not_there_is_warned_of(string command) =>
        Assert.Contains("no-such-store", Assert.Single(session.Run($"{command} -StorePath ($args[0] + '/no-such-store')", session.Folder).Clean().Warnings), StringComparison.Ordinal);

    [Theory]
    [InlineData("-Port http", "give -Application http")]
    [InlineData("-Port 8000-8010", "-Port (8000..8010)")]
    [InlineData("-Port 53, nonsense", "'nonsense' is not a port number")]
    [InlineData("-Port 65536", "65535")]
    public void What_is_no_port_says_what_to_do(string filter, string message)
    {
        foreach (string command in (string[])["Get-NetFlow", "Get-TrafficSummary", "Export-NetTraffic x.csv"])
        {
            Assert.Contains(message, Assert.Single(session.Run($"{command} {filter}").Errors).ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("-Port (50..60)", 2)]
    [InlineData("-Port '53, 99'", 2)]
    [InlineData("-Port 53, '99'", 2)]
    [InlineData("-Port ([long]53)", 2)]
    public void Ports_are_taken_as_PowerShell_has_them(string filter, int flows)
    {
        Import(TinyCapture.Dns(2));
        Assert.Equal(flows, session.Run($"Get-NetFlow {filter}").All<Flow>().Count);
    }

    [Theory]
    [InlineData("Get-NetFlow -Address 10.0.0.0.1", "BadValue")]
    [InlineData("Get-NetFlow -Address 10.0.0.0/99", "BadValue")]
    [InlineData("Get-NetFlow -Address 010.0.0.1", "BadValue")]
    [InlineData("Get-NetFlow -Protocol nonsense", "BadValue")]
    [InlineData("Get-NetFlow -Protocol 256", "BadValue")]
    [InlineData("Get-NetFlow -Protocol -1", "BadValue")]
    [InlineData("Get-NetFlow -Protocol 0x1", "BadValue")]
    [InlineData("Get-TrafficSummary -Protocol T*", "BadValue")]
    [InlineData("Get-NetFlow -Last ([timespan]::MinValue)", "BadArgument")]
    [InlineData("Clear-NetTraffic ([timespan]::MaxValue) -WhatIf", "BadArgument")]
    [InlineData("Clear-NetTraffic ([timespan]'-1') -WhatIf", "BadArgument")]
    [InlineData("Get-NetFlow -Last 1h -Since '2026-01-01'", "ConflictingTimes")]
    [InlineData("Get-NetFlow -Since '2026-01-02' -Until '2026-01-01'", "EmptyTimeRange")]
    [InlineData("Get-TrafficSummary -By Protocol -Interval ([timespan]0)", "BadInterval")]
    public void Bad_values_are_refused(string script, string id) => session.Run(script).Error(id, ErrorCategory.InvalidArgument);

    [Theory]
    [InlineData("90s")]
    [InlineData("5m")]
    [InlineData("2h")]
    [InlineData("7d")]
    [InlineData("1h30m")]
    [InlineData("00:05:00")]
    [InlineData("([timespan]::FromHours(3))")]
    public void Lengths_of_time_are_taken_as_people_write_them(string last) => session.Run($"Get-NetFlow -Last {last}").Clean();

    [Theory]
    [InlineData("90")]
    [InlineData("soon")]
    [InlineData("-5m")]
    public void A_length_of_time_without_a_unit_is_refused(string last)
    {
        ErrorRecord error = Assert.Single(session.Run($"Get-NetFlow -Last {last}").Errors);
        Assert.Contains("is not a length of time", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Summaries_by_key_and_over_time()
    {
        Import(TinyCapture.Dns(20));
        TrafficSummary total = session.Run("Get-TrafficSummary").One<TrafficSummary>();
        Assert.Equal((40L, 20L * (72 + 122), 20L, 20L, 1L), (total.Packets, total.Bytes, total.Flows, total.SourceAddresses, total.DestinationAddresses));
        List<TrafficSummaryItem> talkers = session.Run("Get-TrafficSummary -By Address -Top 3").All<TrafficSummaryItem>();
        Assert.Equal(3, talkers.Count);
        Assert.Equal(("192.0.2.53", total.Bytes, 100.0), (talkers[0].Name, talkers[0].Bytes, talkers[0].Percent));
        Result series = session.Run("Get-TrafficSummary -Interval 5s");
        Assert.Equal(total.Bytes, series.All<TrafficSummaryItem>().Sum(point => point.Bytes));
        Assert.All(series.Output, point => Assert.Equal("NetTraffic.TrafficSummaryItem#Interval", point.TypeNames[0]));
        foreach (SummaryKey key in Enum.GetValues<SummaryKey>().Where(key => key != SummaryKey.None))
        {
            Assert.NotEmpty(session.Run($"Get-TrafficSummary -By {key}").All<TrafficSummaryItem>());
        }
    }

    private string Import(byte[] capture)
    {
        string path = session.Write($"{Guid.NewGuid():N}.pcap", capture);
        session.Run("Import-NetCapture $args[0]", path).Clean();
        return path;
    }

    private static bool IsOpen(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files can be listed on Linux only.");
        return Directory.EnumerateFiles("/proc/self/fd").Any(fd => new FileInfo(fd).LinkTarget == path)
            || File.ReadLines("/proc/self/maps").Any(line => line.EndsWith(path, StringComparison.Ordinal));
    }
}
