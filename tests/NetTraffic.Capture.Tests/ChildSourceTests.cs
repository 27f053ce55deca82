using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>
/// Capturing through a child process: dumpcap and tshark for real on the loopback interface, and programs that misbehave.
/// </summary>
public sealed class ChildSourceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    [Theory]
    [InlineData(CaptureEngine.Dumpcap)]
    [InlineData(CaptureEngine.TShark)]
    public async Task Every_datagram_over_loopback_is_captured_once_and_the_drop_counts_are_the_programs(CaptureEngine engine)
    {
        using Socket receiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)receiver.LocalEndPoint!).Port;
        using ChildSource source = OpenOrSkip(engine, $"udp dst port {port}");
        PacketKeeper keeper = new();
        using CancellationTokenSource stop = new();
        Task running = Task.Run(() => source.Run(keeper, stop.Token), TestContext.Current.CancellationToken);

        const int datagrams = 500;
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < datagrams; i++)
        {
            sender.SendTo(BitConverter.GetBytes(i), receiver.LocalEndPoint!);
        }

        for (int tries = 0; source.Counters.Packets < datagrams && tries < 100; tries++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, datagrams), keeper.Packets.Select(packet => BitConverter.ToInt32(packet.Data.AsSpan()[^4..])));
        Assert.Equal((datagrams, datagrams * (14L + 20 + 8 + 4), 0L, 0L),
            (source.Counters.Packets, source.Counters.Bytes, source.Counters.KernelDrops, source.Counters.InterfaceDrops));
        Assert.Equal(1, source.Interfaces[0].LinkType);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("-")]
    [InlineData("TCP@127.0.0.1:9")]
    [InlineData("rpcap://host/eth0")]
    public void What_these_programs_take_for_something_else_is_no_interface(string name)
    {
        using ChildSource source = new(new LiveSourceOptions { Interface = name, Program = "/bin/true" }, CaptureEngine.Dumpcap, Patience);
        Assert.Equal(CaptureProblem.UnknownInterface, Assert.Throws<CaptureException>(source.Open).Problem);
    }

    [Fact]
    public void A_sink_that_wants_no_more_ends_the_program_in_good_order()
    {
        using ChildSource source = Program("cat '{0}'; sleep 60 & wait $!");
        PacketKeeper keeper = new() { Limit = 7 };
        source.Run(keeper, CancellationToken.None);
        Assert.Equal((7, 7L), (keeper.Packets.Count, source.Counters.Packets));
    }

    [Fact]
    public void A_program_that_dies_is_an_error_that_says_what_it_said_and_what_came_before_is_kept()
    {
        using ChildSource source = Program("cat '{0}'; printf 'disk on fire\\033[31m\\n' >&2; exit 3");
        PacketKeeper keeper = new();
        CaptureException error = Assert.Throws<CaptureException>(() => source.Run(keeper, CancellationToken.None));
        Assert.Equal(CaptureProblem.ProgramFailed, error.Problem);
        Assert.Contains("code 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("disk on fire", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error.Message);
        Assert.Equal(SamplePackets(), keeper.Packets.Count);
    }

    [Fact]
    public void A_program_that_dies_within_a_packet_loses_that_packet_only()
    {
        byte[] sample = File.ReadAllBytes(Repository.SampleCapture);
        using ChildSource source = Program($"head -c {sample.Length - 3} '{{0}}'; kill -9 $$");
        PacketKeeper keeper = new();
        CaptureException error = Assert.Throws<CaptureException>(() => source.Run(keeper, CancellationToken.None));
        Assert.Contains("signal 9", error.Message, StringComparison.Ordinal);
        Assert.InRange(keeper.Packets.Count, SamplePackets() - 1, SamplePackets());
    }

    [Fact]
    public void A_program_that_hangs_when_asked_to_stop_is_killed_and_what_came_before_is_kept()
    {
        using ChildSource source = Program("trap '' INT TERM; cat '{0}'; while :; do sleep 0.2; done");
        PacketKeeper keeper = new();
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(500));
        CaptureException error = Assert.Throws<CaptureException>(() => source.Run(keeper, stop.Token));
        Assert.Equal(CaptureProblem.ProgramFailed, error.Problem);
        Assert.Contains("was killed", error.Message, StringComparison.Ordinal);
        Assert.Equal(SamplePackets(), keeper.Packets.Count);
    }

    [Theory]
    [InlineData("sleep 60", CaptureProblem.ProgramFailed, "did not begin")]
    [InlineData("exit 0", CaptureProblem.ProgramFailed, "it said nothing")]
    [InlineData("echo 'dumpcap: You do not have permission to capture on device' >&2; exit 1", CaptureProblem.NotPermitted,
        "may not capture")]
    [InlineData("echo 'There is no device named \"x\".' >&2; exit 1", CaptureProblem.UnknownInterface, "There is no interface")]
    [InlineData("echo \"That string isn't a valid capture filter (nonsense at 3).\" >&2; exit 1", CaptureProblem.BadFilter,
        "nonsense at 3")]
    public void A_program_that_refuses_is_told_by_what_it_says(string script, CaptureProblem problem, string part)
    {
        using ChildSource source = Program(script);
        CaptureException error = Assert.Throws<CaptureException>(source.Open);
        Assert.Equal(problem, error.Problem);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(error.NextMove));
    }

    [Fact]
    public void A_program_inherits_no_secrets()
    {
        string[] secrets = ["NETTRAFFIC_INFLUX_TOKEN", "NETTRAFFIC_INFLUX_PASSWORD_FILE", "INFLUX_TOKEN", "AWS_SECRET_ACCESS_KEY"];
        try
        {
            Array.ForEach(secrets, name => Environment.SetEnvironmentVariable(name, "hush-hush"));
            Environment.SetEnvironmentVariable("NT_PLAIN", "seen");
            using ChildSource source = Program("env | grep -E 'hush|NT_PLAIN' | tr '\\n' ' ' >&2; exit 1");
            string said = Assert.Throws<CaptureException>(source.Open).Message;
            Assert.Contains("NT_PLAIN=seen", said, StringComparison.Ordinal);
            Assert.DoesNotContain("hush-hush", said, StringComparison.Ordinal);
        }
        finally
        {
            Array.ForEach(secrets, name => Environment.SetEnvironmentVariable(name, null));
            Environment.SetEnvironmentVariable("NT_PLAIN", null);
        }
    }

    [Theory]
    [InlineData("setsid")]
    [InlineData("perl")]
    public void A_program_runs_in_a_group_of_its_own_so_that_a_Ctrl_C_at_the_prompt_is_not_for_it(string by)
    {
        Assert.SkipWhen(WiresharkPrograms.InPath(by) is null || WiresharkPrograms.InPath("ps") is null, $"{by} or ps is not installed.");
        string[] command = [.. CaptureChild.InOwnGroup(name => name == by ? WiresharkPrograms.InPath(name) : null),
            "/bin/sh", "-c", "echo $$ $(ps -o pgid= -p $$) \"$0\"", "an argument"];
        using Process started = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string said = started.StandardOutput.ReadToEnd().Trim();
        string id = said.Split(' ')[0];
        Assert.Equal($"{id} {id} an argument", said);
    }

    [Fact]
    public void A_missing_program_is_named_with_how_to_install_it()
    {
        using ChildSource source = new(new LiveSourceOptions { Interface = "lo", Program = "/nowhere/dumpcap" }, CaptureEngine.Dumpcap);
        CaptureException error = Assert.Throws<CaptureException>(source.Open);
        Assert.Equal(CaptureProblem.ProgramMissing, error.Problem);
        Assert.Contains("dumpcap", error.Message, StringComparison.Ordinal);
        Assert.Contains("nstall", error.NextMove, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_that_is_no_capture_is_an_error()
    {
        using ChildSource source = Program("echo this is no capture at all; sleep 60 & wait $!");
        CaptureException error = Assert.Throws<CaptureException>(() => source.Run(new PacketKeeper(), CancellationToken.None));
        Assert.Equal(CaptureProblem.ProgramFailed, error.Problem);
    }

    private static int SamplePackets()
    {
        PacketKeeper keeper = new();
        using CaptureFileSource source = CaptureFileSource.Open(Repository.SampleCapture, CancellationToken.None);
        source.Run(keeper, CancellationToken.None);
        return keeper.Packets.Count;
    }

    /// <summary>A shell script in dumpcap's place; {0} is the sample capture.</summary>
    private static ChildSource Program(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        ScratchFolder folder = new();
        string program = Path.Combine(folder.Path, "dumpcap");
        File.WriteAllText(program, "#!/bin/sh\n" + script.Replace("{0}", Repository.SampleCapture, StringComparison.Ordinal) + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return new ChildSource(new LiveSourceOptions { Interface = "lo", Filter = "f", Program = program }, CaptureEngine.Dumpcap,
            Patience);
    }

    private static ChildSource OpenOrSkip(CaptureEngine engine, string filter)
    {
        ChildSource source = new(new LiveSourceOptions { Interface = OperatingSystem.IsLinux() ? "lo" : "lo0", Filter = filter }, engine);
        try
        {
            source.Open();
        }
        catch (CaptureException error) when (error.Problem is CaptureProblem.ProgramMissing or CaptureProblem.NotPermitted)
        {
            source.Dispose();
            Assert.Skip(error.Message);
        }

        return source;
    }
}
