using System.Diagnostics;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>A ring in use: watched, read, and troubled while packets come.</summary>
public sealed class PacketRingLiveTests
{
    private static readonly PacketRingOptions Small = new() { MaxBytes = PacketRing.SmallestBytes, Wait = true };

    [Fact]
    public async Task The_bound_holds_at_every_moment_for_whoever_watches()
    {
        using ScratchFolder folder = new();
        using PacketRing ring = new(folder.Path, Small);
        using CancellationTokenSource done = new();
        Task<(long Largest, int Looks)> watching = Task.Run(
            () =>
            {
                (long largest, int looks) = (0, 0);
                for (; !done.IsCancellationRequested; looks++)
                {
                    largest = Math.Max(largest, Rings.Measure(folder.Path));
                }

                return (largest, looks);
            },
            TestContext.Current.CancellationToken);
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        Stopwatch clock = Stopwatch.StartNew();
        for (int i = 0; clock.ElapsedMilliseconds < 400; i++)
        {
            Add(appender, Rings.Numbered(i, (uint)(i * 31), (uint)i, i % 5000 == 0 ? 200_000 : 60 + (i % 1400), i));
        }

        ring.Complete();
        await done.CancelAsync();
        (long most, int times) = await watching;
        Assert.InRange(most, PacketRing.SmallestBytes / 2, PacketRing.SmallestBytes);
        Assert.InRange(times, 20, int.MaxValue);
        Assert.Equal(0, ring.Counters.LostPackets);
    }

    [Fact]
    public async Task A_reader_beside_the_writer_never_fails_and_gets_each_packet_at_most_once_and_in_order()
    {
        using ScratchFolder folder = new();
        using PacketRing ring = new(folder.Path, Small);
        using CancellationTokenSource done = new();
        Task<int> reading = Task.Run(
            () =>
            {
                int found = 0;
                for (int round = 0; !done.IsCancellationRequested; round++)
                {
                    List<TestPacket> packets = Rings.Read(folder.Path,
                        round % 2 == 0 ? null : new PacketSelection { Address = [AddressRange.Parse("10.0.0.0/24")] });
                    int before = -1;
                    foreach (TestPacket packet in packets)
                    {
                        int number = Rings.NumberOf(packet);
                        Assert.True(number > before, $"{number} came after {before}");
                        Assert.Equal(Length(number), packet.Data.Length);
                        before = number;
                    }

                    found += packets.Count;
                }

                return found;
            },
            TestContext.Current.CancellationToken);
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        Stopwatch clock = Stopwatch.StartNew();
        for (int i = 0; clock.ElapsedMilliseconds < 500; i++)
        {
            Add(appender, Rings.Numbered(i, 0x0A000000 + (uint)(i / 1000), 0xC0000201, Length(i), i));
            if (i % 200 == 0)
            {
                Thread.Yield();
            }
        }

        await done.CancelAsync();
        Assert.InRange(await reading, 1, int.MaxValue);
        ring.Complete();

        static int Length(int number) => 40 + (number % 1400);
    }

    [Fact]
    public void What_came_is_on_disk_after_a_quarter_of_a_second()
    {
        using ScratchFolder folder = new();
        using PacketRing ring = new(folder.Path, new PacketRingOptions());
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        Add(appender, Rings.Numbered(1, 2, 3, 100, 5));
        Stopwatch clock = Stopwatch.StartNew();
        while (ring.Counters.Packets == 0 && clock.ElapsedMilliseconds < 5000)
        {
            Thread.Sleep(10);
            appender.Tick();
        }

        Assert.InRange(clock.ElapsedMilliseconds, 0, 250);
        Assert.Equal([1], Rings.Read(folder.Path).Select(Rings.NumberOf));
    }

    [Fact]
    public void Several_lanes_share_a_ring()
    {
        using ScratchFolder folder = new();
        PacketInterface other = new("wlan0", 1);
        using (PacketRing ring = new(folder.Path, new PacketRingOptions { Wait = true }))
        {
            Thread[] threads =
            [
                .. new[] { Rings.Lan, other }.Select(wire => new Thread(() =>
                {
                    PacketRingAppender appender = ring.AddAppender(wire);
                    for (int i = 0; i < 3000; i++)
                    {
                        Add(appender, Rings.Numbered(i, 1, 2, 1000, i));
                    }
                })),
            ];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
        }

        using PacketRingSource source = new(folder.Path, new PacketSelection());
        PacketKeeper keeper = new();
        source.Run(keeper, CancellationToken.None);
        Assert.Equal(["lan0", "wlan0"], source.Interfaces.Select(found => found.Name).Order(StringComparer.Ordinal));
        Assert.All(keeper.Packets.GroupBy(packet => packet.Interface),
            appender => Assert.Equal(Enumerable.Range(0, 3000), appender.Select(Rings.NumberOf)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_deleted_file_or_folder_is_noticed_said_and_made_again(bool wholeFolder)
    {
        using ScratchFolder scratch = new();
        string folder = Path.Combine(scratch.Path, "ring");
        using PacketRing ring = new(folder, new PacketRingOptions());
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        AddUntil(appender, () => ring.Counters.Packets > 0, 0);
        Assert.Null(ring.Problem);
        if (wholeFolder)
        {
            Directory.Delete(folder, recursive: true);
        }
        else
        {
            File.Delete(Assert.Single(Directory.GetFiles(folder, "*.pcapng")));
        }

        Stopwatch clock = Stopwatch.StartNew();
        AddUntil(appender, () => ring.Problem is not null, 1000);
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
        Assert.Contains("00000001.pcapng", ring.Problem, StringComparison.Ordinal);
        long before = ring.Counters.Packets;
        AddUntil(appender, () => ring.Counters.Packets > before, 2000);
        ring.Complete();
        Assert.Contains(Rings.Read(folder), packet => Rings.NumberOf(packet) >= 2000);
        Assert.EndsWith("00000002.pcapng", Assert.Single(Directory.GetFiles(folder, "*.pcapng")), StringComparison.Ordinal);
        Assert.Equal(Rings.Measure(folder), ring.Counters.DiskBytes);
    }

    [Fact]
    public void A_deleted_older_file_is_noticed_and_said_and_nothing_else_goes()
    {
        using ScratchFolder scratch = new();
        string folder = Path.Combine(scratch.Path, "ring");
        using PacketRing ring = new(folder, new PacketRingOptions { MaxBytes = 8 << 20, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        for (int i = 0; i < 2500; i++)
        {
            Add(appender, Rings.Numbered(i, 1, 2, 1000, i));
        }

        AddUntil(appender, () => ring.Counters.Packets > 2000, 2500);
        List<int> kept = [.. Rings.Read(folder).Select(Rings.NumberOf)];
        string second = Path.Combine(folder, "00000002.pcapng");
        int first = Reading.OfFile(second).Packets.Count;
        File.Delete(second);
        AddUntil(appender, () => ring.Problem is not null, 10_000);
        Assert.Contains("00000002.pcapng", ring.Problem, StringComparison.Ordinal);
        ring.Complete();
        (List<TestPacket> read, string problem) = Rings.ReadDamaged(folder);
        Assert.Contains("00000002.pcapng' is not there", problem, StringComparison.Ordinal);
        Assert.Equal(kept.Count - first,
            read.Count(packet => Rings.NumberOf(packet) < 10_000 && kept.Contains(Rings.NumberOf(packet))));
        Assert.Equal(Rings.Measure(folder), ring.Counters.DiskBytes);
    }

    private static void Add(PacketRingAppender appender, TestPacket packet) => appender.Add(packet.Raw, Rings.Decoded(packet));

    private static void AddUntil(PacketRingAppender appender, Func<bool> done, int number)
    {
        for (Stopwatch clock = Stopwatch.StartNew(); !done() && clock.ElapsedMilliseconds < 5000; Thread.Sleep(10))
        {
            Add(appender, Rings.Numbered(number, 1, 2, 100, number));
            appender.Tick();
        }

        Assert.True(done(), "The ring's thread did not get there within 5 s.");
    }

    private static void AddUntil(PacketRingAppender appender, Func<bool> done, Func<int> next, int most)
    {
        for (int i = 0; i < most && !done(); i++)
        {
            int number = next();
            Add(appender, Rings.Numbered(number, 1, 2, 1000, number));
            appender.Tick();
        }
    }
}
