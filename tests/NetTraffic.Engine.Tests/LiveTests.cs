using System.Net;
using System.Net.Sockets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>Real captures on the loopback interface.</summary>
public class LiveTests
{
    private static readonly string Loopback = OperatingSystem.IsMacOS() ? "lo0" : "lo";

    [Fact]
    public async Task Every_datagram_is_counted_once()
    {
        RequireCapture();
        using ScratchFolder folder = new();
        using Socket receiver = Receiver(out int port);
        using CaptureSession session = Start(folder,
            new CaptureRequest { Filter = $"udp port {port}", FlushInterval = TimeSpan.FromSeconds(1), Name = "counted" });
        int sender = Send(port, 500);
        await Until(() => session.GetStatus().Packets >= 500);
        Assert.Equal(CaptureState.Running, Listed(folder).State);
        session.Stop();
        CaptureStatus last = await session.Completion;
        Assert.Equal((CaptureState.Stopped, 500L, 0L, "counted"), (last.State, last.Packets, last.KernelDrops, last.Name));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Flow flow = store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None).Single();
        Assert.Equal((sender, port, 500L, 0L, Loopback),
            (flow.SourcePort, flow.DestinationPort, flow.SourcePackets, flow.DestinationPackets, flow.Interface));
        Assert.Equal((last.Packets, last.Bytes), (Listed(folder).Packets, flow.Bytes));
        Assert.Equal(500, store.GetCaptureIntervals(new TrafficFilter(), CancellationToken.None).Sum(interval => interval.Packets));
    }

    [Fact]
    public async Task A_packet_count_ends_the_capture_exactly_there()
    {
        RequireCapture();
        using ScratchFolder folder = new();
        using Socket receiver = Receiver(out int port);
        using CaptureSession session = Start(folder, new CaptureRequest { Filter = $"udp port {port}", PacketCount = 100 });
        Send(port, 250);
        CaptureStatus last = await session.Completion.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((CaptureState.Completed, 100L), (last.State, last.Packets));
    }

    [Fact]
    public async Task A_duration_ends_the_capture()
    {
        RequireCapture();
        using ScratchFolder folder = new();
        using CaptureSession session = Start(folder, new CaptureRequest { Filter = "udp port 9", Duration = TimeSpan.FromSeconds(1) });
        Assert.Equal(CaptureState.Completed, (await session.Completion.WaitAsync(TimeSpan.FromSeconds(20))).State);
    }

    [Fact]
    public async Task Two_captures_write_one_store_and_another_user_of_it_stops_one()
    {
        RequireCapture();
        using ScratchFolder folder = new();
        using Socket receiver = Receiver(out int port);
        using CaptureSession first = Start(folder, new CaptureRequest { Filter = $"udp port {port}" });
        using CaptureSession second = Start(folder, new CaptureRequest { Filter = $"udp port {port}" });
        Send(port, 200);
        await Until(() => first.GetStatus().Packets >= 200 && second.GetStatus().Packets >= 200);
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.True(store.RequestStop(first.GetStatus().CaptureId));
        Assert.Equal(CaptureState.Stopped, (await first.Completion.WaitAsync(TimeSpan.FromSeconds(20))).State);
        Assert.False(second.Completion.IsCompleted);
        second.Stop();
        await second.Completion;
        Assert.Equal(400, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
    }

    [Fact]
    public async Task While_the_store_cannot_be_written_the_capture_counts_on_warns_and_loses_nothing()
    {
        RequireCapture();
        using ScratchFolder folder = new();
        using Socket receiver = Receiver(out int port);
        using CaptureSession session =
            Start(folder, new CaptureRequest { Filter = $"udp port {port}", FlushInterval = TimeSpan.FromSeconds(1) });
        List<string> warnings = [];
        session.Warning += warnings.Add;
        string obstacle = Path.Combine(folder.Path, "flows");
        File.WriteAllText(obstacle, "a file where a folder should be");
        Send(port, 50);
        await Until(() => warnings.Exists(text => text.Contains("cannot be written", StringComparison.Ordinal)));
        File.Delete(obstacle);
        Send(port, 50);
        await Until(() => warnings.Exists(text => text.Contains("nothing was lost", StringComparison.Ordinal)));
        session.Stop();
        CaptureStatus last = await session.Completion;
        Assert.Equal((100L, 0L), (last.Packets, last.LostRows));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal(100, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
    }

    [Fact]
    public void What_cannot_begin_is_refused_before_anything_is_stored()
    {
        RequireCapture();
        using ScratchFolder folder = new();
        CaptureException unknown = Assert.Throws<CaptureException>(() =>
             TrafficEngine.StartCapture(new CaptureRequest { Interfaces = ["loo"], StorePath = folder.Path }));
        Assert.Equal(CaptureProblem.UnknownInterface, unknown.Problem);
        Assert.Contains(Loopback, unknown.Message, StringComparison.Ordinal);
        CaptureException filter = Assert.Throws<CaptureException>(() =>
             TrafficEngine.StartCapture(new CaptureRequest { Interfaces = [Loopback], Filter = "tcp prot 80", StorePath = folder.Path }));
        Assert.Equal(CaptureProblem.BadFilter, filter.Problem);
        Assert.Contains("syntax error", filter.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static void RequireCapture()
    {
        CaptureInterface? loopback;
        try
        {
            loopback = TrafficEngine.GetInterfaces().FirstOrDefault(found => found.IsLoopback);
        }
        catch (CaptureException error)
        {
            Assert.Skip($"{error.Message} {error.NextMove}");
            return;
        }

        Assert.SkipUnless(loopback is { CanCapture: true },
            $"Capturing on the loopback interface is not permitted here. {loopback?.CaptureProblem}");
    }

    private static CaptureSession Start(ScratchFolder folder, CaptureRequest request) =>
        TrafficEngine.StartCapture(request with { Interfaces = [Loopback], StorePath = folder.Path });

    private static CaptureStatus Listed(ScratchFolder folder)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        return store.GetCaptures().Single();
    }

    private static Socket Receiver(out int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return socket;
    }

    private static int Send(int port, int count)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Loopback, port);
        for (int i = 0; i < count; i++)
        {
            socket.Send(new byte[100]);
        }

        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 200, "It did not happen within 20 s.");
            await Task.Delay(100);
        }
    }
}
