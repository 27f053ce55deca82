using System.Net;
using System.Net.Sockets;
using NetTraffic.Capture;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>Raw packets from a capture or file into the store's rings, and out again.</summary>
public sealed class RingTests
{
    /// <summary>The sample, and every sixth of the shared ones: of several formats, link types and kinds of damage.</summary>
    public static TheoryData<string> Captures =>
        [.. new[] { "" }.Concat(Repository.SharedCaptureNames().Order(StringComparer.Ordinal).Where((_, i) => i % 6 == 0))];

    [Theory]
    [MemberData(nameof(Captures))]
    public void Import_export_and_import_again_give_the_same_packets_byte_for_byte(string name)
    {
        string path = name.Length == 0 ? Repository.SampleCapture : Repository.SharedCapture(name);
        List<TestPacket> original = Read(path);
        using ScratchFolder folder = new();
        ImportResult first;
        try
        {
            first = Import(folder, path);
        }
        catch (CaptureFormatException notOne)
        {
            Assert.Equal(0, notOne.Offset);
            return;
        }

        Assert.Equal((original.Count, 0), (first.PacketRingPackets, first.PacketRingLostPackets));
        string exported = Path.Combine(folder.Path, "one.pcapng");
        Export(folder, exported, new PacketQuery { Filter = new TrafficFilter { CaptureId = [first.CaptureId] } });
        Assert.Equal(original.Select(Text), Read(exported).Select(Text));

        ImportResult second = Import(folder, exported);
        string again = Path.Combine(folder.Path, "two.pcapng");
        Export(folder, again, new PacketQuery { Filter = new TrafficFilter { CaptureId = [second.CaptureId] } });
        Assert.Equal(original.Select(Text), Read(again).Select(Text));
        Assert.Equal((first.Packets, first.Bytes, first.Flows), (second.Packets, second.Bytes, second.Flows));
    }

    [Fact]
    public void Every_flow_finds_exactly_its_packets_and_no_packet_is_of_two()
    {
        using ScratchFolder folder = new();
        ImportResult result = Import(folder, Repository.SampleCapture);
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        long sum = 0;
        foreach (Flow flow in store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None))
        {
            long packets = 0, bytes = 0;
            TrafficEngine.ReadPackets(
                store,
                new PacketQuery { Flows = new FlowSelection([flow]) },
                (in RawPacket packet, in DecodedPacket _, in PacketOrigin _) =>
                {
                    packets++;
                    bytes += packet.WireLength;
                    return true;
                },
                CancellationToken.None);
            Assert.Equal((flow.Packets, flow.Bytes), (packets, bytes));
            sum += packets;
        }

        Assert.Equal(result.Packets, sum);
    }

    [Fact]
    public void Comments_name_the_application_once_a_flow_and_the_server_that_is_asked_for()
    {
        TShark.Require();
        using ScratchFolder folder = new();
        Import(folder, Repository.SampleCapture);
        string exported = Path.Combine(folder.Path, "one.pcapng");
        Export(folder, exported, new PacketQuery());
        List<string[]> commented = [.. TShark.Fields(exported, "frame.comment", "frame.comment", "udp.stream", "tcp.stream", "http.host",
            "tls.handshake.extensions_server_name")];
        Assert.Contains(commented, row => row[0] == "application: dns");
        string[] servers = [.. commented.Select(row => row[0]).Where(text => text.Contains("server name: ", StringComparison.Ordinal))];
        Assert.NotEmpty(servers);
        Assert.All(commented.Where(row => row[0].Contains("server name: ", StringComparison.Ordinal)), row =>
            Assert.EndsWith("server name: " + (row[3].Length > 0 ? row[3] : row[4]), row[0], StringComparison.Ordinal));
        string[] dns = [.. commented.Where(row => row[0] == "application: dns" && row[1].Length > 0
            && !row[1].Contains(',', StringComparison.Ordinal)).Select(row => row[1])];
        Assert.Equal(dns.Distinct().Count(), dns.Length);
    }

    [Fact]
    public void A_bound_keeps_the_newest_packets_of_a_file()
    {
        using ScratchFolder folder = new();
        string path = folder.Write("large.pcap",
            PcapBytes.Write(Enumerable.Range(0, 3000)
                .Select(i => new TestPacket(1_700_000_000_000_000_000 + (i * 1000L), 1414, 1, 0,
                    Frames.Ethernet(0x88B5, [.. BitConverter.GetBytes(i), .. new byte[1396]]))), 1));
        ImportResult result = Import(folder, path, new PacketRingOptions { MaxBytes = 1 << 20 });
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        CaptureStatus status = store.GetCaptures().Single();
        Assert.Equal((3000L, 1L << 20), (result.PacketRingPackets, status.PacketRingSize));
        Assert.InRange(PacketRingFolder.Size(store.GetPacketFolder(result.CaptureId)), 500_000, 1 << 20);
        Assert.Equal(PacketRingFolder.Size(store.GetPacketFolder(result.CaptureId)), status.PacketRingBytes);
        List<TestPacket> kept = [];
        TrafficEngine.ReadPackets(store, new PacketQuery(), Keep(kept), CancellationToken.None);
        Assert.Equal(Read(path).TakeLast(kept.Count).Select(Text), kept.Select(Text));
    }

    [Fact]
    public void Clearing_removes_old_packets_with_the_old_flows()
    {
        using ScratchFolder folder = new();
        ImportResult result = Import(folder, Repository.SampleCapture);
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        string ring = store.GetPacketFolder(result.CaptureId);
        DateTime after = result.EndTime!.Value.AddHours(2);
        Assert.Equal(0,
            TrafficEngine.Clear(store, result.StartTime!.Value.AddDays(-1), keepRecentlyWritten: false, whatIf: false,
                CancellationToken.None).PacketFiles);

        // The upkeep of a running capture spares what was imported just now, however old its packets are.
        Assert.Equal(0,
            TrafficEngine.Clear(store, DateTime.UtcNow.AddMinutes(-1), keepRecentlyWritten: true, whatIf: false,
                CancellationToken.None).PacketFiles);
        Assert.Equal(1, TrafficEngine.Clear(store, after, keepRecentlyWritten: false, whatIf: true, CancellationToken.None).PacketFiles);
        Assert.NotEmpty(Directory.GetFiles(ring));
        Assert.Equal(1, TrafficEngine.Clear(store, after, keepRecentlyWritten: false, whatIf: false, CancellationToken.None).PacketFiles);
        Assert.False(Directory.Exists(ring) && Directory.GetFiles(ring).Length > 0);
    }

    [Fact]
    public void An_import_whose_packets_the_disk_has_no_room_for_says_so()
    {
        using TinyDisk disk = TinyDisk.MakeOrSkip(6 << 20);
        using ScratchFolder folder = new();
        byte[] frame = Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", 17, Frames.Udp(1, 2, new byte[1000])));
        string path = folder.Write("big.pcap",
            PcapBytes.Write(Enumerable.Range(0, 8000).Select(i => new TestPacket(i * 1_000_000L, frame.Length, 1, 0, frame)), 1));
        ImportResult result = TrafficEngine.Import(
            new ImportRequest { Path = path, StorePath = disk.Path, PacketRing = new PacketRingOptions { MaxBytes = 16 << 20 } }, null,
                CancellationToken.None);
        Assert.Equal(8000, result.Packets);
        Assert.Contains("keeps less than it may", result.PacketRingMessage, StringComparison.Ordinal);
        using ITrafficStore store = TrafficEngine.OpenStore(disk.Path);
        Assert.Equal(result.PacketRingMessage, Assert.Single(store.GetCaptures()).Message);
        Assert.InRange(Packets.OfRings(store, new PacketQuery(), out _).Count, 1, 7999);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Traffic_with_times_in_the_future_is_as_old_as_what_was_written_of_it(bool keepRecentlyWritten)
    {
        using ScratchFolder folder = new();
        byte[] frame = Frames.Ethernet(0x0800, Frames.IPv4("10.0.0.1", "10.0.0.2", 17, Frames.Udp(1, 2)));
        long year2200 = (new DateTime(2200, 1, 1, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks * 100;
        ImportResult result =
            Import(folder, folder.Write("future.pcap", PcapBytes.Write([new TestPacket(year2200, frame.Length, 1, 0, frame)], 1)));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal(0, Clear(DateTime.UtcNow.AddMinutes(-5)));
        Assert.Equal(1, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
        foreach (string file in Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-10));
        }

        // Upkeep goes by the end of an import too, which was just now.
        Assert.Equal(keepRecentlyWritten ? 0 : 1, Clear(DateTime.UtcNow.AddMinutes(-5)));
        Assert.Equal(0, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
        Assert.Equal(keepRecentlyWritten, Directory.Exists(store.GetPacketFolder(result.CaptureId)));

        int Clear(DateTime before) =>
            TrafficEngine.Clear(store, before, keepRecentlyWritten, whatIf: false, CancellationToken.None).PacketFiles;
    }

    [Fact]
    public void Clearing_spares_new_packets_of_a_capture_that_is_not_listed()
    {
        using ScratchFolder folder = new();
        ImportResult result = Import(folder, Repository.SampleCapture);
        foreach (string status in Directory.GetFiles(folder.Path, result.CaptureId + ".json", SearchOption.AllDirectories))
        {
            File.Delete(status);
        }

        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Empty(store.GetCaptures());
        Assert.Equal(0,
            TrafficEngine.Clear(store, result.StartTime!.Value, keepRecentlyWritten: false, whatIf: false,
                CancellationToken.None).PacketFiles);
        Assert.Equal(1,
            TrafficEngine.Clear(store, result.EndTime!.Value.AddHours(2), keepRecentlyWritten: false, whatIf: false,
                CancellationToken.None).PacketFiles);
    }

    [Fact]
    public void A_snap_length_shorter_than_headers_keeps_every_packet_and_its_length()
    {
        using ScratchFolder folder = new();
        Import(folder, Repository.SampleCapture, new PacketRingOptions { SnapLength = 10 });
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        List<TestPacket> kept = [];
        TrafficEngine.ReadPackets(store, new PacketQuery(), Keep(kept), CancellationToken.None);
        Assert.Equal(Read(Repository.SampleCapture).Select(packet => (packet.TimestampNs, packet.WireLength)),
            kept.Select(packet => (packet.TimestampNs, packet.WireLength)));
        Assert.All(kept, packet => Assert.InRange(packet.Data.Length, 1, 10));
    }

    [Fact]
    public async Task A_live_capture_keeps_its_packets_and_what_was_lost()
    {
        using ScratchFolder folder = new();
        using Socket receiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)receiver.LocalEndPoint!).Port;
        CaptureSession session;
        try
        {
            session = TrafficEngine.StartCapture(new CaptureRequest
            {
                Interfaces = [OperatingSystem.IsLinux() ? "lo" : "lo0"],
                Filter = $"udp port {port}",
                StorePath = folder.Path,
                PacketRing = new PacketRingOptions { MaxBytes = 8 << 20 }
            });
        }
        catch (CaptureException error) when (error.Problem is CaptureProblem.NotPermitted or CaptureProblem.LibraryMissing)
        {
            Assert.Skip(error.Message);
            return;
        }

        using (session)
        {
            using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            for (int i = 0; i < 300; i++)
            {
                sender.SendTo(BitConverter.GetBytes(i), receiver.LocalEndPoint!);
            }

            for (int tries = 0; session.GetStatus().Packets < 300 && tries < 200; tries++)
            {
                await Task.Delay(25, TestContext.Current.CancellationToken);
            }

            // The packets are on the disk while the capture runs.
            using ITrafficStore beside = TrafficEngine.OpenStore(folder.Path);
            List<TestPacket> early = [];
            for (int tries = 0; early.Count < 300 && tries < 100; tries++)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
                early.Clear();
                TrafficEngine.ReadPackets(beside, new PacketQuery(), Keep(early), CancellationToken.None);
            }

            Assert.Equal(Enumerable.Range(0, 300), early.Select(packet => BitConverter.ToInt32(packet.Data.AsSpan()[^4..])));
            session.Stop();
            CaptureStatus last = await session.Completion;
            Assert.Equal((300L, 300L, 0L, (long?)(8 << 20)),
                (last.Packets, last.PacketRingPackets, last.PacketRingLostPackets, last.PacketRingSize));
            PacketReadResult read = TrafficEngine.ReadPackets(beside, new PacketQuery(), Keep([]), CancellationToken.None);
            (string capture, InterfaceStatistics told) = Assert.Single(read.Statistics);
            Assert.Equal((last.CaptureId, 300L, last.KernelDrops), (capture, told.Received, told.KernelDrops));
        }
    }

    private static string Text(TestPacket packet) => (packet with { Interface = 0 }).ToString();

    private static ImportResult Import(ScratchFolder folder, string path, PacketRingOptions? ring = null) =>
        TrafficEngine.Import(new ImportRequest { Path = path, StorePath = folder.Path, PacketRing = ring ?? new PacketRingOptions() }, null,
            CancellationToken.None);

    private static void Export(ScratchFolder folder, string path, PacketQuery query)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        using FileStream file = new(path, FileMode.CreateNew);
        using PacketExport export = new(file, legacy: false);
        PacketReadResult read = TrafficEngine.ReadPackets(
            store,
            query,
            (in RawPacket packet, in DecodedPacket decoded, in PacketOrigin origin) =>
            {
                export.Add(packet, decoded, origin);
                return true;
            },
            CancellationToken.None);
        Assert.Empty(read.Problems);
        export.Complete(read.Statistics);
    }

    private static PacketVisitor Keep(List<TestPacket> kept) => (in RawPacket packet, in DecodedPacket _, in PacketOrigin _) =>
    {
        kept.Add(new TestPacket(packet.TimestampNs, packet.WireLength, packet.LinkType, 0, packet.Data.ToArray()));
        return true;
    };

    private static List<TestPacket> Read(string path)
    {
        PacketKeeper keeper = new();
        try
        {
            using CaptureFileSource source = CaptureFileSource.Open(path, CancellationToken.None);
            source.Run(keeper, CancellationToken.None);
        }
        catch (CaptureFormatException)
        {
            // Damaged captures are among the shared ones; what came before counts.
        }

        return keeper.Packets;
    }
}
