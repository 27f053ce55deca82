using System.Diagnostics;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Packets that another program sends through a named pipe.</summary>
public sealed class PipeTests
{
    [Fact]
    public async Task Packets_are_handed_on_as_they_arrive_and_time_passes_between_them()
    {
        using ScratchFolder folder = new();
        string pipe = MakePipe(folder);
        byte[] sample = File.ReadAllBytes(Repository.SampleCapture);
        Keeper keeper = new();
        Task reading = Read(pipe, keeper, CancellationToken.None);
        await using (FileStream sender = new(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            await sender.WriteAsync(sample.AsMemory(0, sample.Length / 2), TestContext.Current.CancellationToken);
            await Until(() => keeper.Packets > 100 && keeper.Ticks > 2);
            Assert.False(reading.IsCompleted);
            await sender.WriteAsync(sample.AsMemory(sample.Length / 2), TestContext.Current.CancellationToken);
        }

        await reading.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        PacketKeeper whole = new();
        using CaptureFileSource file = CaptureFileSource.Open(Repository.SampleCapture, CancellationToken.None);
        file.Run(whole, CancellationToken.None);
        Assert.Equal(whole.Packets.Count, keeper.Packets);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(5000)]
    public async Task Whoever_waits_can_stop_before_the_first_byte_and_within_a_packet(int sent)
    {
        using ScratchFolder folder = new();
        string pipe = MakePipe(folder);
        using CancellationTokenSource stop = new();
        Keeper keeper = new();
        Task reading = Read(pipe, keeper, stop.Token);

        // Opened for both, so that it does not wait for a reader.
        await using FileStream sender = new(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        await sender.WriteAsync(File.ReadAllBytes(Repository.SampleCapture).AsMemory(0, sent), TestContext.Current.CancellationToken);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.False(reading.IsCompleted);
        await stop.CancelAsync();
        if (sent < 4)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(5),
                TestContext.Current.CancellationToken));
        }
        else
        {
            await reading.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_stream_that_ends_within_a_packet_is_damage_that_names_the_offset()
    {
        using ScratchFolder folder = new();
        string pipe = MakePipe(folder);
        Keeper keeper = new();
        Task reading = Read(pipe, keeper, CancellationToken.None);
        await using (FileStream sender = new(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            await sender.WriteAsync(File.ReadAllBytes(Repository.SampleCapture).AsMemory(0, 5001), TestContext.Current.CancellationToken);
        }

        CaptureFormatException damage = await Assert.ThrowsAsync<CaptureFormatException>(() => reading.WaitAsync(TimeSpan.FromSeconds(10),
            TestContext.Current.CancellationToken));
        Assert.True(damage.Truncated);
        Assert.InRange(damage.Offset, 1, 5001);
        Assert.NotEqual(0, keeper.Packets);
    }

    private static Task Read(string path, Keeper keeper, CancellationToken stop) => Task.Factory.StartNew(
        () =>
        {
            using CaptureFileSource source = CaptureFileSource.Open(path, stop);
            Assert.True(source.IsArriving);
            source.Run(keeper, stop);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static async Task Until(Func<bool> condition)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), "it did not happen within 10 s");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static string MakePipe(ScratchFolder folder)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs named pipes in the file system");
        string path = Path.Combine(folder.Path, "pipe");
        using Process process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return path;
    }

    private sealed class Keeper : IPacketSink
    {
        private int packets;
        private int ticks;

        public int Packets => Volatile.Read(ref packets);

        public int Ticks => Volatile.Read(ref ticks);

        public bool OnPacket(in RawPacket packet)
        {
            Interlocked.Increment(ref packets);
            return true;
        }

        public bool OnTick(long nowNs)
        {
            if (nowNs != 0)
            {
                Interlocked.Increment(ref ticks);
            }

            return true;
        }
    }
}
