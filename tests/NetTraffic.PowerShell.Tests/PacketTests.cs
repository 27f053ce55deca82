using System.Diagnostics;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using NetTraffic.PowerShell.Tests.Hosting;

namespace NetTraffic.PowerShell.Tests;

public sealed class PacketTests : IDisposable
{
    private static readonly string Sample = Path.Combine(Repository.Root, "tests", "fixtures", "sample.pcapng");
    private readonly ModuleSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Packets_of_a_file_are_objects_with_everything_in_them()
    {
        List<NetPacket> packets = session.Run("Get-NetPacket $args[0]", session.Write("dns.pcap", TinyCapture.Dns(3))).All<NetPacket>();
        Assert.Equal(6, packets.Count);
        NetPacket second = packets[1];
        Assert.Equal((2L, TinyCapture.Start.AddSeconds(0.5), 122, 122), (second.Number, second.Time, second.Length, second.CapturedLength));
        Assert.Equal(("192.0.2.53", 53, "10.1.0.0", 40000, 17, "UDP"), (second.SourceAddress, second.SourcePort, second.DestinationAddress, second.DestinationPort, second.IpProtocol, second.Transport));
        Assert.Equal(DateTimeKind.Utc, second.Time.Kind);
        Assert.StartsWith("DNS query 0x0000", second.Info, StringComparison.Ordinal);
        Assert.Equal("PacketDotNet.UdpPacket", session.Run("(Get-NetPacket $args[0] -Application dns -First 1).Packet.PayloadPacket.PayloadPacket.GetType().FullName", Sample).Clean().Output[0].ToString());
    }

    [Theory]
    [InlineData("-Address 10.1.0.0/31", 4)]
    [InlineData("-Port 53", 6)]
    [InlineData("-Protocol udp -Application DNS", 6)]
    [InlineData("-Protocol TCP", 0)]
    [InlineData("-Since '2026-03-01T10:00:00.5Z' -Until '2026-03-01T10:00:02Z'", 3)]
    [InlineData("-Filter 'src port 53'", 3)]
    [InlineData("-First 2", 2)]
    public void Filters(string filter, int expected)
    {
        RequireLibpcap(filter);
        string path = session.Write("dns.pcap", TinyCapture.Dns(3));
        Assert.Equal(expected, session.Run($"Get-NetPacket $args[0] {filter}", path).Clean().Output.Count);
        Assert.Equal(expected, session.Run($"[IO.FileInfo]::new($args[0]) | Get-NetPacket {filter}", path).Clean().Output.Count);
    }

    [Fact]
    public void Flows_of_a_file_give_their_packets_and_an_empty_pipeline_none()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns(3));
        Assert.Equal(2, session.Run("Get-NetFlow -Path $args[0] -First 1 | Get-NetPacket -Path $args[0]", path).Clean().Output.Count);
        Assert.Empty(session.Run("Get-NetFlow -Path $args[0] -Port 1 | Get-NetPacket -Path $args[0]", path).Clean().Output);
        string community = session.Run("Get-NetFlow -Path $args[0] -First 1", path).One<Flow>().CommunityId!;
        Assert.Equal(2, session.Run("Get-NetPacket $args[0] -CommunityId $args[1]", path, community).Clean().Output.Count);
        Assert.Single(session.Run("Get-NetFlow -Path $args[0] -CommunityId $args[1]", path, community).Clean().Output);
        session.Run("Get-NetFlow -Path $args[0] -First 1 | Get-NetPacket", path).Error("FlowsOfFile", ErrorCategory.InvalidArgument);
    }

    [Theory]
    [InlineData("[pscustomobject]@{ CaptureId = (Get-NetCapture).CaptureId; SourceAddress = $null }")]
    [InlineData("Get-NetPacket -First 1")]
    [InlineData("[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-NetFlow -First 1)))")]
    public void What_is_no_capture_does_not_ask_for_its_whole_capture(string objects)
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets", session.Write("dns.pcap", TinyCapture.Dns(3))).Clean();
        foreach (string command in new[] { "Get-NetPacket", "Get-NetFlow", "Get-TrafficSummary" })
        {
            Result refused = session.Run($"{objects} | {command}");
            refused.Error("NotCaptures", ErrorCategory.InvalidArgument);
            Assert.Empty(refused.Output);
        }

        Assert.Equal(6, session.Run("[pscustomobject]@{ CaptureId = (Get-NetCapture).CaptureId } | Get-NetPacket").Clean().Output.Count);
        Assert.Contains("-Address", session.Run("Get-NetFlow -SourceAddress 10.1.0.0").Error("BadArgument", ErrorCategory.InvalidArgument).ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void TShark_is_not_given_standard_input_and_says_what_works() =>
        Assert.Contains("named pipe", session.Run("Get-NetPacket -Path - -DisplayFilter dns").Error("TSharkNeedsFile", ErrorCategory.InvalidArgument).ErrorDetails.RecommendedAction, StringComparison.Ordinal);

    [Fact]
    public void A_capture_is_found_by_its_id_where_a_name_is_asked_for()
    {
        session.Run("Import-NetCapture $args[0]", session.Write("dns.pcap", TinyCapture.Dns(3))).Clean();
        Assert.Single(session.Run("Get-NetCapture (Get-NetCapture).CaptureId").Clean().Output);
    }

    [Fact]
    public void A_store_finds_a_flow_by_its_ids_and_says_where_no_packets_are_kept()
    {
        session.Run("Import-NetCapture $args[0]", session.Write("dns.pcap", TinyCapture.Dns(3))).Clean();
        Flow flow = session.Run("Get-NetFlow -First 1").One<Flow>();
        Assert.Equal(flow.FlowId, session.Run("Get-NetFlow -FlowId $args[0]", flow.FlowId).One<Flow>().FlowId);
        Assert.Equal(flow.FlowId, session.Run("Get-NetFlow -CommunityId $args[0]", flow.CommunityId).One<Flow>().FlowId);
        Assert.Empty(session.Run("Get-NetFlow -FlowId 1").Clean().Output);
        foreach (string ask in new[] { "Get-NetPacket", "Get-NetCapture | Get-NetPacket", "Get-NetFlow -First 1 | Get-NetPacket" })
        {
            Result result = session.Run(ask).Clean();
            Assert.Empty(result.Output);
            Assert.Contains("-PacketRing", Assert.Single(result.Warnings), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_flow_id_that_is_not_there_is_said_and_so_are_flows_of_which_a_part_is_kept_no_more()
    {
        session.Run("Import-NetCapture $args[0] -KeepPackets -PacketRing 1MB", session.Write("dns.pcap", TinyCapture.Dns(20_000))).Clean();
        Result unknown = session.Run("Get-NetPacket -FlowId 1").Clean();
        Assert.Empty(unknown.Output);
        Assert.Contains("No flow", Assert.Single(unknown.Warnings), StringComparison.Ordinal);
        Result part = session.Run("Get-NetFlow | Get-NetPacket").Clean();
        Assert.InRange(part.Output.Count, 1000, 20_000);
        Assert.StartsWith($"Of the 40,000 packets that these flows had, {part.Output.Count:N0} were found in the rings.", Assert.Single(part.Warnings), StringComparison.Ordinal);
        Assert.Single(session.Run("Get-NetPacket -FlowId 1 -StorePath $args[0]", Path.Combine(session.Folder, "nostore")).Clean().Warnings);
        foreach (string all in new[] { "Get-NetFlow | Get-NetPacket -First 3", "Get-NetFlow | Get-NetPacket -Port 53", "Get-NetFlow -First 2 | Get-NetPacket", "$f = Get-NetFlow -First 2; $f + $f | Get-NetPacket" })
        {
            Assert.Empty(session.Run(all).Clean().Warnings);
        }
    }

    [Theory]
    [InlineData("Get-NetPacket $file -Filter 'tcp prot 80'", "BadFilter", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetPacket $file -CommunityId abc", "BadValue", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetFlow -CommunityId '1:tooShort='", "BadValue", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetPacket -Interface lo -Last 5m", "TimesNeedHistory", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetPacket -Interface nosuchinterface -First 1", "UnknownInterface", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-NetPacket $file -Dissector TShark -Port 53", "FiltersOfTwoKinds", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetPacket $file -Dissector NetTraffic -Field frame.number", "NeedsTShark", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetPacket -Dissector TShark", "TSharkNeedsFile", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetPacket -Interface lo -Field frame.number", "TSharkNeedsFile", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetFlow -Path $file | Get-NetPacket -Path $file -DisplayFilter dns", "TSharkNeedsFile", ErrorCategory.InvalidArgument)]
    [InlineData("Get-NetPacket ($file + 'x')", "FileNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-NetPacket -CaptureId none", "CaptureNotFound", ErrorCategory.ObjectNotFound)]
    public void What_is_wrong_is_said(string script, string id, ErrorCategory category)
    {
        RequireLibpcap(script);
        string file = session.Write("dns.pcap", TinyCapture.Dns(3));
        ErrorRecord error = session.Run($"$file = $args[0]; {script}", file).Error(id, category);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void A_damaged_file_gives_what_came_before_it_and_a_warning()
    {
        Result result = session.Run("Get-NetPacket $args[0]", session.Write("cut.pcap", TinyCapture.Truncated())).Clean();
        Assert.Equal(3, result.Output.Count);
        Assert.Contains("Everything before it was read", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_ends_where_nobody_wants_more()
    {
        string path = session.Write("dns.pcap", TinyCapture.Dns(5000));
        session.RunAndStop("Get-NetPacket $args[0] | ForEach-Object { $_; [Threading.Thread]::Sleep(20) }", output => output.Count > 2, path);
        Assert.Single(session.Run("Get-NetPacket $args[0] | ForEach-Object { throw 'enough' }", path).Errors);
        File.Delete(path);
    }

    [Fact]
    public void A_long_reading_shows_how_far_it_is()
    {
        // One object is taken slowly, so that the bar comes after its second.
        Result result = session.Run("Get-NetPacket $args[0] | & { process { if (++$script:n -eq 100) { [Threading.Thread]::Sleep(1100) } } }", session.Write("dns.pcap", TinyCapture.Dns(10_000))).Clean();
        Assert.Contains(result.Progress, bar => bar.PercentComplete is > 0 and <= 100 && bar.Activity == "Reading dns.pcap");
        Assert.Equal(ProgressRecordType.Completed, result.Progress[^1].RecordType);
    }

    [Fact]
    public void The_table_fits_80_columns_and_names_are_made_safe()
    {
        using ModuleSession narrow = new(width: 80);
        string evil = "evil\u001b[2J\u0007";
        narrow.Run("Get-NetPacket $args[1] -Protocol ARP -First 1 | Out-Default; Get-NetPacket $args[0] | Out-Default; Get-NetPacket $args[1] -First 40 | Out-Default",
            narrow.Write("evil.pcapng", TinyCapture.OnInterface(evil)), Sample).Clean();
        Assert.DoesNotContain("\u001b[2J", narrow.Screen, StringComparison.Ordinal);
        Assert.Contains("Info", narrow.Screen, StringComparison.Ordinal);
        Assert.Contains("02:00:5e:00:01:01 02:00:5e:00:01:0a ARP ", narrow.Screen, StringComparison.Ordinal);
        Assert.Contains("10.9.9.9:1234", narrow.Screen, StringComparison.Ordinal);
        Assert.Equal(5, narrow.Run("Get-NetPacket $args[0] -First 500 | Where-Object Source -eq 10.0.2.53 | Where-Object Proto -eq TCP", Sample).Clean().Output.Count);
    }

    [Fact]
    public void Completion_offers_names()
    {
        Assert.Contains("TShark", session.Complete("Get-NetPacket x -Dissector ").Select(offer => offer.CompletionText));
        Assert.Contains("ICMPv6", session.Complete("Get-NetPacket -Protocol icmpv").Select(offer => offer.CompletionText));
        Assert.Contains("5m", session.Complete("Get-NetPacket -Last 5").Select(offer => offer.CompletionText));
    }

    [Fact]
    public void Completion_offers_what_TShark_knows()
    {
        RequireTShark();
        Assert.Contains("tls.handshake.extensions_server_name", session.Complete("Get-NetPacket x -Field ip.src, tls.handshake.extensions_server").Select(offer => offer.CompletionText));
        Assert.Contains("http", session.Complete("Get-NetPacket x -Field htt").Select(offer => offer.CompletionText));
        Assert.NotEmpty(session.Complete("Get-NetPacket x -Field "));
        Assert.Empty(session.Complete("Get-NetPacket x -Field nosuchfield"));
    }

    [Fact]
    public async Task Live_packets_come_as_they_pass_and_stop_with_the_pipeline()
    {
        Assert.SkipWhen(session.Run("(Get-NetCaptureInterface lo).CanCapture").Output is not [{ BaseObject: true }], "Capturing on 'lo' is not permitted here.");
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        IPEndPoint target = new(IPAddress.Loopback, 40126);
        using CancellationTokenSource done = new();
        CancellationToken stop = done.Token;
        Task sending = Task.Run(() =>
        {
            while (!stop.WaitHandle.WaitOne(20))
            {
                sender.SendTo(new byte[10], target);
            }
        });
        List<NetPacket> packets = session.Run("Get-NetPacket -Interface lo -Filter 'udp port 40126' -First 3").All<NetPacket>();
        Assert.Equal([1L, 2L, 3L], packets.Select(packet => packet.Number));
        Assert.All(packets, packet => Assert.Equal(("127.0.0.1", 40126, "lo", "Len=10"), (packet.DestinationAddress, packet.DestinationPort, packet.Interface, packet.Info)));
        Assert.Single(session.Run("Get-NetPacket -Interface lo -Port 40126 | ForEach-Object { throw 'enough' }").Errors);
        session.RunAndStop("Get-NetPacket -Interface lo -Filter 'udp port 40126'", output => output.Count > 1);
        await done.CancelAsync();
        await sending;

        // Nothing passes any more, and it stops all the same.
        using CancellationTokenSource quiet = new(500);
        session.RunAndStop("Get-NetPacket -Interface lo -Filter 'udp port 40127'", _ => quiet.IsCancellationRequested);
    }

    [Fact]
    public void TShark_gives_the_fields_that_it_gives_by_itself()
    {
        RequireTShark();
        string[] fields = ["frame.number", "frame.time_epoch", "ip.src", "tcp.port", "udp.length", "dns.qry.name", "tls.handshake.extensions_server_name", "http.request.uri"];
        ProcessStartInfo start = new("tshark", ["-n", "-r", Sample, "-T", "fields", "-E", "separator=|", "-E", "aggregator=;", .. fields.SelectMany(field => new[] { "-e", field })]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process tshark = Process.Start(start)!;
        tshark.ErrorDataReceived += (_, _) => { };
        tshark.BeginErrorReadLine();
        string[] expected = tshark.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        List<PSObject> objects = [.. session.Run("Get-NetPacket $args[0] -Dissector TShark -Field $args[1]", Sample, fields).Clean().Output];
        Assert.Equal(expected, objects.Select(packet => string.Join('|', fields.Select(field => packet.Properties[field].Value switch { null => "", object[] several => string.Join(';', several), var one => one.ToString() }))));
        Assert.IsType<long>(objects[0].Properties["frame.number"].Value);
        Assert.Equal(fields, objects[0].Properties.Select(property => property.Name));
        List<PSObject> hellos = [.. session.Run("Get-NetPacket $args[0] -DisplayFilter 'tls.handshake.type == 1' -Field frame.number -First 2", Sample).Clean().Output];
        Assert.Equal(2, hellos.Count);
        PSObject whole = Assert.Single(session.Run("Get-NetPacket $args[0] -Dissector TShark -DisplayFilter dns -First 1", Sample).Clean().Output);
        Assert.Equal(53L, ((PSObject)whole.Properties["udp"].Value).Properties["udp.dstport"].Value);
        session.Run("Get-NetPacket $args[0] -DisplayFilter 'frame.number <= 5' | Out-Default", Sample).Clean();
        Assert.Contains("10.0.1.10         10.0.2.53             75 dns", session.Screen, StringComparison.Ordinal);
        Assert.Contains("10.0.1.1          10.0.1.10             42 arp", session.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void TShark_refusals_are_errors_with_the_next_move()
    {
        RequireTShark();
        session.Run("Get-NetPacket $args[0] -Field nosuch.field", Sample).Error("BadField", ErrorCategory.InvalidArgument);
        session.Run("Get-NetPacket $args[0] -DisplayFilter 'foo ==='", Sample).Error("BadDisplayFilter", ErrorCategory.InvalidArgument);
        session.Run("Get-NetPacket $args[0] -DisplayFilter \"tcp`0evil\"", Sample).Error("BadDisplayFilter", ErrorCategory.InvalidArgument);
        session.Run("Get-NetPacket $args[0] -Dissector TShark", session.Write("text.pcap", "this is no capture"u8)).Error("NotACaptureFile", ErrorCategory.InvalidData);
        Result cut = session.Run("Get-NetPacket $args[0] -Field frame.number", session.Write("cut.pcap", TinyCapture.Truncated())).Clean();
        Assert.Equal(3, cut.Output.Count);
        Assert.Contains("cut short", Assert.Single(cut.Warnings), StringComparison.Ordinal);
        string path = Environment.GetEnvironmentVariable("PATH")!;
        try
        {
            Environment.SetEnvironmentVariable("PATH", session.Folder);
            session.Run("Get-NetPacket $args[0] -Dissector TShark", Sample).Error("ProgramMissing", ErrorCategory.NotInstalled);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact]
    public async Task TShark_is_ended_where_nobody_wants_more()
    {
        RequireTShark();

        // A pipe that never ends: TShark waits for more, and only its end lets the writer go.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Named pipes and /proc are Linux's.");
        string fifo = Path.Combine(session.Folder, "endless");
        using (Process mkfifo = Process.Start("mkfifo", [fifo]))
        {
            mkfifo.WaitForExit();
        }

        Task<FileStream> opening = Task.Run(() => new FileStream(fifo, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), TestContext.Current.CancellationToken);
        Task feeding = opening.ContinueWith(opened =>
        {
            using FileStream pipe = opened.Result;
            byte[] capture = TinyCapture.Dns(20_000);
            try
            {
                pipe.Write(capture);
                while (true)
                {
                    pipe.Write(capture.AsSpan(24));
                }
            }
            catch (IOException)
            {
                // The reader is gone.
            }
        }, TestContext.Current.CancellationToken, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
        Assert.Equal(3, session.Run("Get-NetPacket -LiteralPath $args[0] -Field frame.number -First 3", fifo).Clean().Output.Count);
        await feeding.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private void RequireLibpcap(string script)
    {
        bool needed = script.Contains("-Filter ", StringComparison.Ordinal) || script.Contains("-Interface ", StringComparison.Ordinal);
        Assert.SkipWhen(needed && session.Run("Get-NetCaptureInterface").Errors.Any(error => error.FullyQualifiedErrorId.StartsWith("LibraryMissing", StringComparison.Ordinal)), "libpcap is not installed.");
    }

    private static void RequireTShark()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        Assert.SkipUnless(folders.Any(folder => File.Exists(Path.Combine(folder, "tshark"))), "TShark is not installed (apt-get install tshark).");
    }
}
