using System.Diagnostics;
using System.IO.Compression;
using System.Management.Automation;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

/// <summary>Export-NetTraffic -Format Pcap, and the packets that Import-NetCapture keeps for it.</summary>
public sealed class PacketExportTests : IDisposable
{
    private static readonly string Sample = Path.Combine(Repository.Root, "tests", "fixtures", "sample.pcapng");
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    private string Target(string name) => Path.Combine(session.Folder, name);

    private void NothingIsLeft()
    {
        Assert.Empty(Directory.GetFiles(session.Folder, "*none*"));
        Assert.Empty(Directory.GetFiles(session.Folder, "*.tmp"));
    }

    [Theory]
    [InlineData("Export-NetTraffic $args[0] -Filter 'udp port 53'", "dns.pcapng", "udp.port == 53 && !vxlan && !gre && !icmp && !icmpv6")]
    [InlineData("Export-NetTraffic $args[0] -Port 80 -Legacy", "web.pcap", "tcp.port == 80")]
    [InlineData("Export-NetTraffic $args[0] -Protocol ARP", "arp.pcapng", "arp && !ip && !ipv6")]
    public void What_is_exported_is_what_TShark_finds_by_the_same_filter(string script, string name, string displayFilter)
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets", Sample).Clean();
        PSObject written = Assert.Single(session.Run(script, Target(name)).Clean().Output);
        string[] expected = [.. Stamps(Sample, displayFilter)];
        Assert.NotEmpty(expected);
        Assert.Equal(expected, Stamps(Target(name), "frame"));
        Assert.Equal((long)expected.Length, written.Properties["Rows"].Value);
    }

    [Fact]
    public void Every_way_to_export_everything_gives_the_same_packets()
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets", Sample).Clean();
        string[] ways = ["Export-NetTraffic $args[0]", "Export-NetTraffic $args[0] -Legacy", "Get-NetCapture | Export-NetTraffic $args[0]", "Get-NetPacket | Export-NetTraffic $args[0]", "Get-NetFlow | Export-NetTraffic $args[0]"];
        string[] expected = Packets(Sample);
        Assert.True(expected.Length > 1000);
        for (int i = 0; i < ways.Length; i++)
        {
            string target = Target($"all{i}.pcapng");
            session.Run(ways[i], target).Clean();
            Assert.Equal(expected, Packets(target));
        }
    }

    [Theory]
    [InlineData("none.pcapng", "")]
    [InlineData("none.pcap", "-Legacy")]
    public void A_file_without_packets_is_a_capture_file_and_is_said(string name, string legacy)
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets", Sample).Clean();
        Result exported = session.Run($"Export-NetTraffic $args[0] {legacy} -Last 1s", Target(name));
        Assert.Empty(exported.Errors);
        Assert.Contains("Not one packet", Assert.Single(exported.Warnings), StringComparison.Ordinal);
        Assert.Empty(session.Run("Get-NetPacket $args[0]", Target(name)).Clean().Output);
        Assert.SkipUnless(File.Exists("/usr/bin/tcpdump"), "tcpdump is not installed.");
        using Process tcpdump = Process.Start(new ProcessStartInfo("tcpdump", ["-nr", Target(name)]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        string said = tcpdump.StandardError.ReadToEnd();
        tcpdump.WaitForExit();
        Assert.True(tcpdump.ExitCode == 0, said);
    }

    [Theory]
    [InlineData("Export-NetTraffic $args[0]", "all.pcapng.gz")]
    [InlineData("Get-NetPacket | Export-NetTraffic $args[0] -Legacy", "all.PCAP.GZ")]
    public void A_name_that_ends_in_gz_is_compressed(string script, string name)
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets", Sample).Clean();
        session.Run(script, Target(name)).Clean();
        using (GZipStream unpacked = new(File.OpenRead(Target(name)), CompressionMode.Decompress))
        {
            Assert.NotEqual(-1, unpacked.ReadByte());
        }

        Assert.Equal(Packets(Sample), Packets(Target(name)));
    }

    [Fact]
    public void Nothing_compressed_is_a_gzip_file_too()
    {
        session.Run("@() | Export-NetTraffic $args[0]", Target("none.csv.gz")).Clean();
        Assert.NotEqual(0, new FileInfo(Target("none.csv.gz")).Length);
        using GZipStream unpacked = new(File.OpenRead(Target("none.csv.gz")), CompressionMode.Decompress);
        Assert.Equal(-1, unpacked.ReadByte());
    }

    [Fact]
    public void Wrong_objects_are_refused_once_however_many_come()
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets", Sample).Clean();
        session.Run("1..50 | Export-NetTraffic $args[0]", Target("none.pcapng")).Error("NotPackets", ErrorCategory.InvalidArgument);
        NothingIsLeft();
    }

    [Fact]
    public void Flows_of_the_pipeline_give_their_packets()
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets", Sample).Clean();
        PSObject written = Assert.Single(session.Run("Get-NetFlow -Application http -First 3 | Export-NetTraffic $args[0]", Target("http.pcapng")).Clean().Output);
        Assert.Equal(session.Run("Get-NetFlow -Application http -First 3").Clean().Output.Sum(flow => ((Flow)flow.BaseObject).Packets), written.Properties["Rows"].Value);
    }

    [Fact]
    public void Copies_of_captures_give_their_packets_and_copies_of_flows_do_not_give_everything()
    {
        const string copy = "$copy = { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($args[0])) }; ";
        session.Run("Import-NetCapture $args[0] -KeepPackets", Sample).Clean();
        session.Run(copy + "& $copy (Get-NetCapture) | Export-NetTraffic $args[0]", Target("all.pcapng")).Clean();
        Assert.Equal(session.Run("Get-NetPacket").Clean().Output.Count, Packets(Target("all.pcapng")).Length);
        foreach (string what in new[] { "(Get-NetFlow -First 1)", "(Get-NetPacket -First 1)" })
        {
            session.Run(copy + $"& $copy {what} | Export-NetTraffic $args[0]", Target("none.pcapng")).Error("NotPackets", ErrorCategory.InvalidArgument);
            NothingIsLeft();
        }
    }

    [Fact]
    public void Kinds_that_would_write_packets_twice_are_refused_together()
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets", Sample).Clean();
        session.Run("@(Get-NetFlow -First 1) + @(Get-NetCapture) | Export-NetTraffic $args[0]", Target("none.pcapng")).Error("MixedPackets", ErrorCategory.InvalidArgument);
        NothingIsLeft();
    }

    [Theory]
    [InlineData("Export-NetTraffic $args[0]", "NoPacketsKept", ErrorCategory.ObjectNotFound)]
    [InlineData("Export-NetTraffic $args[0] -FlowId 1", "NoSuchFlow", ErrorCategory.ObjectNotFound)]
    [InlineData("Export-NetTraffic $args[0] -PerInterval", "BadArgument", ErrorCategory.InvalidArgument)]
    [InlineData("Export-NetTraffic $args[0] -Dataset Captures", "BadArgument", ErrorCategory.InvalidArgument)]
    [InlineData("Export-NetTraffic $args[0] -Format Csv -Dataset Captures -FlowId 1", "BadArgument", ErrorCategory.InvalidArgument)]
    [InlineData("Export-NetTraffic $args[0] -Format Csv -Legacy", "BadArgument", ErrorCategory.InvalidArgument)]
    [InlineData("Export-NetTraffic $args[0] -Format Json -Filter tcp", "BadArgument", ErrorCategory.InvalidArgument)]
    [InlineData("'text' | Export-NetTraffic $args[0]", "NotPackets", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetFlow -Path $args[1] -First 1 | Export-NetTraffic $args[0]", "FlowsOfFile", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetPacket -Path $args[1] | Export-NetTraffic $args[0] -Filter tcp", "BadArgument", ErrorCategory.InvalidArgument)]
    public void What_cannot_be_exported_is_refused_and_leaves_no_file(string script, string id, ErrorCategory category)
    {
        session.Run("Import-NetCapture $args[0]", Sample).Clean();
        session.Run(script, Target("none.pcapng"), Sample).Error(id, category);
        NothingIsLeft();
    }

    [Fact]
    public void A_bad_filter_has_libpcaps_words_and_leaves_no_file()
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets", Sample).Clean();
        ErrorRecord error = session.Run("Export-NetTraffic $args[0] -Filter 'tcp prot 80'", Target("none.pcapng")).Error("BadFilter", ErrorCategory.InvalidArgument);
        Assert.Contains("syntax error", error.ToString(), StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void A_summary_of_one_flow_is_the_flow()
    {
        session.Run("Import-NetCapture $args[0]", Sample).Clean();
        Flow flow = session.Run("Get-NetFlow -Application http -First 1").One<Flow>();
        foreach (string way in new[] { "-CommunityId $args[0].CommunityId", "-FlowId $args[0].FlowId", "-Path $args[1] -CommunityId $args[0].CommunityId" })
        {
            TrafficSummary total = session.Run("Get-TrafficSummary " + way, flow, Sample).One<TrafficSummary>();
            Assert.Equal((flow.Packets, flow.Bytes, 1L), (total.Packets, total.Bytes, total.Flows));
        }
    }

    [Theory]
    [InlineData("Start-NetCapture lo -PacketRingSnapLength 100")]
    [InlineData("Import-NetCapture nothing.pcap -PacketRingSnapLength 100")]
    public void A_snap_length_without_a_ring_is_refused(string script) => session.Run(script).Error("BadArgument", ErrorCategory.InvalidArgument);

    [Fact]
    public void A_snap_length_below_the_headers_is_warned_of()
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets -PacketRingSnapLength 40 -WarningVariable warned -WarningAction SilentlyContinue | Out-Null; $warned.Count", Sample).Clean();
    }

    [Fact]
    public void Programs_output_in_the_pipeline_is_refused_with_the_way_that_works()
    {
        ErrorRecord error = session.Run("'text' | Import-NetCapture -Path -").Error("PipelineIsText", ErrorCategory.InvalidArgument);
        Assert.Contains("named pipe", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Packets_as_Csv_have_their_bytes_in_hexadecimal_and_no_tree()
    {
        session.Run("Get-NetPacket -Path $args[0] -First 2 | Export-NetTraffic $args[1]", Sample, Target("packets.csv")).Clean();
        string[] lines = File.ReadAllLines(Target("packets.csv"));
        Assert.EndsWith(",Info,Data", lines[0], StringComparison.Ordinal);
        Assert.Matches(",[0-9A-F]{84}$", lines[1]);
    }

    private string[] Packets(string path) =>
        [.. session.Run("Get-NetPacket -Path $args[0]", path).Clean().Output.Select(packet => (NetPacket)packet.BaseObject).Select(packet => $"{packet.TimestampNs} {packet.Length} {Convert.ToHexString(packet.Data)}").Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Stamps(string path, string displayFilter)
    {
        ProcessStartInfo start = new("tshark", ["-n", "-r", path, "-Y", displayFilter, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        try
        {
            using Process tshark = Process.Start(start)!;
            return [.. tshark.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("TShark is not installed (apt-get install tshark).");
            throw;
        }
    }
}
