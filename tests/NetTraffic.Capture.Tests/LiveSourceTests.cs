using System.Net;
using System.Net.Sockets;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Live capture, on the loopback interface only.</summary>
public sealed class LiveSourceTests
{
    private static readonly string Loopback = OperatingSystem.IsLinux() ? "lo" : "lo0";

    [Fact]
    public void Every_datagram_sent_over_loopback_is_captured_once()
    {
        using Socket receiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)receiver.LocalEndPoint!).Port;
        using LiveSource source = OpenOrSkip(new LiveSourceOptions { Interface = Loopback, Filter = $"udp dst port {port}" });

        const int datagrams = 5000;
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < datagrams; i++)
        {
            sender.SendTo(BitConverter.GetBytes(i), receiver.LocalEndPoint!);
        }

        PacketKeeper keeper = new() { Limit = datagrams };
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
        source.Run(keeper, limit.Token);

        Assert.Equal(datagrams, keeper.Packets.Count);
        Assert.Equal(Enumerable.Range(0, datagrams), keeper.Packets.Select(packet => BitConverter.ToInt32(packet.Data.AsSpan()[^4..])));
        PacketSourceCounters counted = source.Counters;
        Assert.Equal((datagrams, datagrams * (14L + 20 + 8 + 4), 0L), (counted.Packets, counted.Bytes, counted.KernelDrops));
        DateTime now = DateTime.UtcNow;
        Assert.All(keeper.Packets, packet =>
            Assert.InRange(DateTime.UnixEpoch.AddTicks(packet.TimestampNs / 100), now.AddMinutes(-1), now.AddMinutes(1)));
    }

    [Fact]
    public void What_the_kernel_drops_while_the_reader_is_held_up_is_counted()
    {
        using Socket receiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)receiver.LocalEndPoint!).Port;
        using LiveSource source = OpenOrSkip(new LiveSourceOptions
        {
            Interface = Loopback,
            Filter = $"udp dst port {port}",
            BufferSize = 1 << 20,
        });

        // Nobody reads while these are sent: a buffer of 1 MiB holds a tenth of them.
        const int datagrams = 10_000;
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] kilobyte = new byte[1000];
        for (int i = 0; i < datagrams; i++)
        {
            sender.SendTo(kilobyte, receiver.LocalEndPoint!);
        }

        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(500));
        source.Run(new PacketKeeper(), stop.Token);
        PacketSourceCounters counted = source.Counters;

        // On loopback the kernel counts the outgoing copy of a packet too, which libpcap leaves out of what it hands over.
        Assert.InRange(counted.Packets, 1, datagrams / 2);
        Assert.InRange(counted.KernelDrops, datagrams - counted.Packets, 2 * (datagrams - counted.Packets));
        Assert.Equal(0, counted.InterfaceDrops);
    }

    [Fact]
    public async Task Cancelling_ends_a_capture_on_a_quiet_wire()
    {
        const string nothing = "udp dst port 9 and src host 127.99.99.99";
        using LiveSource source = OpenOrSkip(new LiveSourceOptions { Interface = Loopback, Filter = nothing });
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));
        Task running = Task.Run(() => source.Run(new PacketKeeper(), stop.Token), TestContext.Current.CancellationToken);
        await running.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.True(stop.IsCancellationRequested);
    }

    [Fact]
    public void A_filter_that_does_not_compile_is_refused_with_libpcaps_words()
    {
        OpenOrSkip(new LiveSourceOptions { Interface = Loopback }).Dispose();
        using LiveSource source = new(new LiveSourceOptions { Interface = Loopback, Filter = "tcp prot 80" });
        CaptureException error = Assert.Throws<CaptureException>(source.Open);
        Assert.Equal(CaptureProblem.BadFilter, error.Problem);
        Assert.Contains("'tcp prot 80'", error.Message, StringComparison.Ordinal);
        Assert.Contains("syntax error", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.NextMove);
    }

    [Fact]
    public void An_unknown_interface_is_refused_with_the_nearest_names()
    {
        OpenOrSkip(new LiveSourceOptions { Interface = Loopback }).Dispose();
        using LiveSource source = new(new LiveSourceOptions { Interface = Loopback + "x" });
        CaptureException error = Assert.Throws<CaptureException>(source.Open);
        Assert.Equal(CaptureProblem.UnknownInterface, error.Problem);
        Assert.Contains($"Did you mean {Loopback}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_catalog_lists_loopback_as_up_and_with_its_address()
    {
        RequireLibrary();
        CaptureInterface loopback = Assert.Single(InterfaceCatalog.GetInterfaces(), found => found.Name == Loopback);
        Assert.True(loopback.IsLoopback);
        Assert.True(loopback.IsUp);
        Assert.Contains("127.0.0.1", loopback.Addresses);
    }

    private static void RequireLibrary()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux()
            || OperatingSystem.IsMacOS(), "Loopback is captured under this name on Linux and macOS.");
        try
        {
            InterfaceCatalog.GetNames();
        }
        catch (CaptureException error) when (error.Problem == CaptureProblem.LibraryMissing)
        {
            Assert.Skip(error.Message);
        }
    }

    private static LiveSource OpenOrSkip(LiveSourceOptions options)
    {
        RequireLibrary();
        LiveSource source = new(options);
        try
        {
            source.Open();
            return source;
        }
        catch (CaptureException error) when (error.Problem == CaptureProblem.NotPermitted)
        {
            source.Dispose();
            Assert.Skip($"Capturing is not permitted here: {error.Message}");
            throw;
        }
    }
}
