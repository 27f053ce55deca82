using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>What a capture session makes of what happens on its interfaces. They are scripted: no right to capture is needed.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly ScratchFolder folder = new();
    private readonly ConcurrentDictionary<string, ScriptedSource> sources = [];
    private readonly ConcurrentQueue<string> warnings = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Packets_of_several_interfaces_are_stored_each_with_its_own()
    {
        CaptureRequest request = new() { Interfaces = ["one", "two"], Filter = "udp", Promiscuous = true, SnapLength = 96, Name = "both" };
        using CaptureSession session = Start(request);
        LiveSourceOptions asked = new() { Interface = "two", Filter = "udp", Promiscuous = true, SnapLength = 96 };
        Assert.Equal(asked, sources["two"].Options);
        Datagrams("one", 1001, 3);
        Datagrams("two", 1002, 5);
        await Until(() => session.GetStatus().Packets == 8);
        session.Stop();
        CaptureStatus last = await End(session);
        Assert.Equal((CaptureState.Stopped, 8L, 2L, "both"), (last.State, last.Packets, last.Flows, last.Name));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal(
            [("one", 1001, 3L), ("two", 1002, 5L)],
            store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None)
                .Select(flow => (flow.Interface, (int)flow.SourcePort!, flow.SourcePackets)).Order());
        Assert.All(sources.Values, source => Assert.True(source.IsDisposed));
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task What_kernel_and_interface_dropped_is_counted_and_stored()
    {
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one", "two"] });
        Datagrams("one", 1001, 1);
        sources["one"].Drop(3, 1);
        sources["two"].Drop(4, 0);
        await Until(() => session.GetStatus() is { KernelDrops: 7, InterfaceDrops: 1 });
        sources["two"].Drop(10, 20);
        session.Stop();
        CaptureStatus last = await End(session);
        Assert.Equal((17L, 21L), (last.KernelDrops, last.InterfaceDrops));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        IReadOnlyList<CaptureInterval> intervals = [.. store.GetCaptureIntervals(new TrafficFilter(), CancellationToken.None)];
        Assert.Equal((17L, 21L), (intervals.Sum(interval => interval.KernelDrops), intervals.Sum(interval => interval.InterfaceDrops)));
    }

    [Fact]
    public async Task Each_fall_of_an_interface_and_each_return_is_said_once_in_words_that_are_true_of_the_interface()
    {
        const string down = "No packets from 'one': the interface is down. The capture goes on when it is up again.";
        const string up = "The interface 'one' is up again, and the capture on it goes on.";
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one", "two"] });
        for (int fall = 1; fall <= 3; fall++)
        {
            sources["one"].Fall(down);
            await Until(() => warnings.Count == (2 * fall) - 1 && session.GetStatus().Message == down);
            sources["one"].Return();
            await Until(() => warnings.Count == 2 * fall && session.GetStatus().Message is null);
        }

        Datagrams("one", 1001, 2);
        session.Stop();
        CaptureStatus last = await End(session);
        Assert.Equal([down, up, down, up, down, up], warnings);
        Assert.Equal((CaptureState.Stopped, 2L, null), (last.State, last.Packets, last.Message));
    }

    [Fact]
    public async Task Of_interfaces_that_are_down_each_is_said()
    {
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one", "two"] });
        sources["one"].Fall("one is down");
        sources["two"].Fall("two is down");
        await Until(() => warnings.Count == 2);
        sources["one"].Return();
        await Until(() => warnings.Count == 3);
        session.Stop();
        await End(session);
        Assert.Equal(["one is down", "two is down"], warnings.Take(2).Order());
        Assert.Equal("The interface 'one' is up again, and the capture on it goes on.", warnings.Last());
    }

    [Fact]
    public async Task One_of_two_interfaces_that_is_removed_is_opened_again_when_it_is_back()
    {
        const string removed = "The interface 'one' was removed. The capture on it goes on when it is back.";
        using ManualResetEventSlim back = new();
        int made = 0;
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one", "two"] }, options => new ScriptedSource(options)
        {
            Refusal = options.Interface == "one" && Interlocked.Increment(ref made) > 1 && !back.IsSet
                ? new CaptureException(CaptureProblem.UnknownInterface, "There is no interface 'one'.") : null,
        });
        Assert.Equal(InterfaceState.Up, session.GetStatus().InterfaceStates["one"]);
        Datagrams("one", 1001, 2);
        sources["one"].Drop(3, 4);
        sources["one"].Fail(new CaptureException(CaptureProblem.UnknownInterface, "The interface 'one' was removed."));
        await Until(() => session.GetStatus().Message == removed);
        Assert.Equal((InterfaceState.Removed, InterfaceState.Up), States(session.GetStatus()));
        Datagrams("two", 1002, 3);
        await Until(() => session.GetStatus().Packets == 5);
        back.Set();
        await Until(() => session.GetStatus() is { Message: null } now && now.InterfaceStates["one"] == InterfaceState.Up);
        Datagrams("one", 1003, 4);
        sources["one"].Drop(10, 10);
        session.Stop();
        CaptureStatus last = await End(session);
        Assert.Equal((CaptureState.Stopped, 9L, null, 13L, 14L),
            (last.State, last.Packets, last.Message, last.KernelDrops, last.InterfaceDrops));
        Assert.Equal([removed, "The interface 'one' is up again, and the capture on it goes on."], warnings);
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal(
            [("one", 1001, 2L), ("one", 1003, 4L), ("two", 1002, 3L)],
            store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None)
                .Select(flow => (flow.Interface, (int)flow.SourcePort!, flow.SourcePackets)).Order());
    }

    [Fact]
    public async Task A_capture_of_which_no_interface_is_left_ends_failed()
    {
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one", "two"] }, options => new ScriptedSource(options)
        {
            Refusal = sources.ContainsKey("two")
                ? new CaptureException(CaptureProblem.UnknownInterface, "There is no such interface.") : null,
        });
        Datagrams("two", 1001, 2);
        sources["one"].Fail(new CaptureException(CaptureProblem.UnknownInterface, "removed"));
        await Until(() => !warnings.IsEmpty);
        Assert.False(session.Completion.IsCompleted);
        sources["two"].Fail(new CaptureException(CaptureProblem.UnknownInterface, "removed"));
        CaptureStatus last = await End(session);
        Assert.Equal(
            (CaptureState.Failed, 2L, "The interface 'one' was removed. The interface 'two' was removed."),
            (last.State, last.Packets, last.Message));
        Assert.Equal((InterfaceState.Removed, InterfaceState.Removed), States(last));
    }

    [Fact]
    public async Task Another_error_ends_an_interface_while_the_others_go_on()
    {
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one", "two"] });
        Datagrams("one", 1001, 2);
        sources["one"].Fail(new CaptureException(CaptureProblem.Other, "It broke."));
        await Until(() => !warnings.IsEmpty && session.GetStatus().Message == "It broke.");
        Assert.Equal((InterfaceState.Failed, InterfaceState.Up), States(session.GetStatus()));
        Datagrams("two", 1002, 3);
        await Until(() => session.GetStatus().Packets == 5);
        session.Stop();
        CaptureStatus last = await End(session);
        Assert.Equal((CaptureState.Stopped, 5L, "It broke."), (last.State, last.Packets, last.Message));
        Assert.Equal(["It broke."], warnings);
    }

    [Fact]
    public async Task Whoever_follows_a_capture_knows_of_its_end_before_it_is_finished()
    {
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one"] });
        CaptureStatus? told = null;
        session.Follow(last =>
        {
            Thread.Sleep(200);
            Volatile.Write(ref told, last);
        });
        session.Stop();
        await session.Finish.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(CaptureState.Stopped, Volatile.Read(ref told)?.State);
        CaptureStatus? late = null;
        session.Follow(last => late = last);
        Assert.Equal(CaptureState.Stopped, late?.State);
    }

    [Fact]
    public async Task A_capture_whose_every_interface_disappears_fails_with_what_came_before_stored()
    {
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one"] });
        Datagrams("one", 1001, 2);
        sources["one"].Fail(new CaptureException(CaptureProblem.UnknownInterface, "The interface 'one' disappeared."));
        CaptureStatus last = await End(session);
        Assert.Equal((CaptureState.Failed, 2L, "The interface 'one' disappeared."), (last.State, last.Packets, last.Message));
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal(2, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
    }

    [Fact]
    public async Task A_packet_count_holds_over_all_interfaces()
    {
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one", "two"], PacketCount = 10 });
        Datagrams("one", 1001, 7);
        Datagrams("two", 1002, 7);
        CaptureStatus last = await End(session);
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        Assert.Equal((CaptureState.Completed, 10L), (last.State, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets));
    }

    /// <summary>Windows ends a process about five seconds after its console was closed.</summary>
    [Fact]
    public async Task The_end_is_written_before_a_server_that_does_not_answer_is_waited_for()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        TrafficEngine.OpenSettings(folder.Path).SetOption(new Dictionary<string, object?>
        {
            ["InfluxUrl"] = $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}",
            ["InfluxDatabase"] = "traffic",
        });
        using CaptureSession session = Start(new CaptureRequest { Interfaces = ["one"] });
        Datagrams("one", 1001, 3);
        await Until(() => session.GetStatus().Packets == 3);
        using TcpClient asked = await silent.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(20));
        session.Stop();
        using ITrafficStore store = TrafficEngine.OpenStore(folder.Path);
        await Until(() => store.GetCaptures().Single() is { State: CaptureState.Stopped, Packets: 3 });
        Assert.False(session.Finish.IsCompleted);
        Assert.Equal(3, store.GetSummary(new TrafficFilter(), CancellationToken.None).Packets);
        silent.Stop();
        asked.Close();
        await End(session);
    }

    [Fact]
    public void Where_one_interface_refuses_the_others_are_closed_and_nothing_is_stored()
    {
        CaptureException refused = Assert.Throws<CaptureException>(() => TrafficEngine.StartCapture(
            new CaptureRequest { Interfaces = ["one", "two"], StorePath = folder.Path },
            options => sources[options.Interface] = new ScriptedSource(options)
            {
                Refusal = options.Interface == "two" ? new CaptureException(CaptureProblem.NotPermitted, "You may not.") : null,
            }));
        Assert.Equal("You may not.", refused.Message);
        Assert.True(sources["one"] is { IsOpen: true, IsDisposed: true });
        Assert.True(sources["two"] is { IsOpen: false, IsDisposed: true });
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static Task<CaptureStatus> End(CaptureSession session) => session.Completion.WaitAsync(TimeSpan.FromSeconds(20));

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 400, "It did not happen within 20 s.");
            await Task.Delay(50);
        }
    }

    private static (InterfaceState One, InterfaceState Two) States(CaptureStatus status) =>
        (status.InterfaceStates["one"], status.InterfaceStates["two"]);

    private CaptureSession Start(CaptureRequest request, Func<LiveSourceOptions, ScriptedSource>? make = null)
    {
        CaptureSession session = TrafficEngine.StartCapture(
            request with { StorePath = folder.Path },
            options =>
            {
                ScriptedSource source = make?.Invoke(options) ?? new ScriptedSource(options);
                if (source.Refusal is null)
                {
                    sources[options.Interface] = source;
                }

                return source;
            });
        session.Warning += warnings.Enqueue;
        return session;
    }

    private void Datagrams(string name, int port, int count)
    {
        for (int i = 0; i < count; i++)
        {
            sources[name].Send(Frames.Ethernet(0x0800, Frames.IPv4("192.0.2.1", "192.0.2.2", 17, Frames.Udp(port, 53, 1, 2, 3))));
        }
    }
}
