using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using NetTraffic.Capture.Native;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Files that go to the disk past the page cache.</summary>
public sealed class DirectWriterTests : IDisposable
{
    private const int BufferBytes = DirectWriter.BufferBytes, Files = 5;
    private readonly ScratchFolder folder = new();
    private readonly byte[] noise = new byte[(1 << 20) + 17];

    public DirectWriterTests() => new Random(4).NextBytes(noise);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(DirectFile.Alignment)]
    [InlineData(BufferBytes)]
    [InlineData((2 * BufferBytes) + 12_345)]
    public void Files_are_whole_and_closed_at_the_end_and_take_no_more_than_that(int length)
    {
        RequireDirect();
        using DirectWriter writer = new(0);
        Assert.Null(writer.TryBegin(New("first"), length));
        FileStream[] files = new FileStream[Files];
        for (int i = 0; i < Files; i++)
        {
            files[i] = New($"{i}");
            Assert.True(DirectFile.TryReserve(files[i].SafeFileHandle, 0, 3 * BufferBytes));
            DirectTarget target = writer.TryBegin(files[i], length)!;
            Append(writer, target, length);
            writer.Complete(target);
        }

        writer.Dispose();
        Assert.Null(writer.TakeFailure());
        foreach (FileStream file in files)
        {
            Assert.True(file.SafeFileHandle.IsClosed);
            Assert.Equal(0, Resident(file.Name, length));
            Assert.InRange(Allocated(file.Name), 0, length + (1 << 20));
            AssertNoise(file.Name, length);
        }
    }

    [Fact]
    public void A_file_grows_in_order_and_what_waits_for_company_can_be_written_at_once()
    {
        RequireDirect();
        using DirectWriter writer = new(0);
        writer.TryBegin(New("first"), 1);
        using FileStream file = New("1");
        DirectTarget target = writer.TryBegin(file, BufferBytes)!;
        Append(writer, target, BufferBytes + 1000);
        Wait(() => target.Written == BufferBytes);
        Assert.Equal(BufferBytes, new FileInfo(file.Name).Length);
        Wait(() => DirectWriter.HasWaited(target, 20));
        Assert.False(DirectWriter.HasWaited(target, 1_000_000));
        writer.GoOnCached(target);
        AssertNoise(file.Name, BufferBytes + 1000);
        Assert.False(file.SafeFileHandle.IsClosed);
    }

    [Fact]
    public void What_the_disk_refuses_cuts_the_file_and_is_counted_and_said_once()
    {
        RequireDirect();
        using DirectWriter writer = new(0);
        using FileStream file = New("1");
        using SafeFileHandle readOnly = File.OpenHandle(file.Name, share: FileShare.ReadWrite);
        DirectTarget target = new(file, readOnly, measures: false);
        Append(writer, target, 100);
        DirectWriter.CountPackets(target, 3);
        Assert.ThrowsAny<IOException>(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                Append(writer, target, BufferBytes);
                DirectWriter.CountPackets(target, 1);
            }
        });
        writer.Complete(target);
        writer.Dispose();
        Assert.InRange(writer.LostPackets, 3, 7);
        Assert.Contains(file.Name, writer.TakeFailure(), StringComparison.Ordinal);
        Assert.Null(writer.TakeFailure());
        Assert.Equal(0, new FileInfo(target.Path).Length);
        Assert.True(file.SafeFileHandle.IsClosed);
    }

    [Fact]
    public void Files_that_are_let_go_of_are_closed_and_the_next_are_not_harmed()
    {
        RequireDirect();
        using DirectWriter writer = new(0);
        writer.TryBegin(New("first"), 1);
        FileStream[] files = [New("0"), New("1"), New("2")];
        DirectTarget[] targets = [.. files.Select(file => writer.TryBegin(file, BufferBytes)!)];
        Append(writer, targets[0], 1000);
        writer.Complete(targets[0]);
        writer.CancelWrites(files[0].Name, 1000);
        Append(writer, targets[1], 1000);
        writer.Abandon(targets[1]);
        Append(writer, targets[2], BufferBytes + 1);
        writer.Complete(targets[2]);
        writer.Dispose();
        Assert.All(files, file => Assert.True(file.SafeFileHandle.IsClosed));
        AssertNoise(files[2].Name, BufferBytes + 1);
        Assert.Equal(0, writer.LostPackets);
    }

    [Fact]
    public void Behind_a_slow_disk_files_are_left_to_the_kernel_as_far_as_memory_allows()
    {
        RequireDirect();
        using DirectWriter writer = new(3 * BufferBytes);
        Assert.Null(writer.TryBegin(New("first"), BufferBytes));

        // Its flush takes longer than the nothing that came for it. Until that is known, the disk counts as slow.
        FileStream file = New("1");
        DirectTarget measured = writer.TryBegin(file, BufferBytes)!;
        Assert.True(measured.Measures);
        writer.Complete(measured);
        Assert.Null(writer.TryBegin(New("2"), BufferBytes));
        Wait(() => file.SafeFileHandle.IsClosed);
        Assert.Null(writer.TryBegin(New("3"), BufferBytes));
        DirectTarget more = writer.TryBegin(New("4"), BufferBytes)!;
        Assert.False(more.Measures);
        writer.Complete(more);

        // What is deleted was left to the kernel no more.
        writer.CancelWrites(more.Path, BufferBytes);
        writer.Complete(writer.TryBegin(New("5"), BufferBytes)!);
        writer.CancelWrites(Path.Combine(folder.Path, "2"), BufferBytes);
        Assert.Null(writer.TryBegin(New("6"), BufferBytes));
    }

    [Fact]
    public void A_disk_that_keeps_up_gets_every_file_until_it_does_not()
    {
        RequireDirect();
        using DirectWriter writer = new(100L * BufferBytes);
        writer.TryBegin(New("first"), BufferBytes);
        FileStream file = New("1");
        DirectTarget measured = writer.TryBegin(file, BufferBytes)!;
        Append(writer, measured, 100);
        Wait(() => measured.Age.Elapsed.TotalSeconds > 2);
        writer.Complete(measured);
        Wait(() => file.SafeFileHandle.IsClosed);
        DirectTarget second = writer.TryBegin(New("2"), BufferBytes)!;
        writer.Complete(second);
        DirectTarget third = writer.TryBegin(New("3"), BufferBytes)!;
        third.Waited = TimeSpan.FromMinutes(1);
        writer.Complete(third);
        Assert.Null(writer.TryBegin(New("4"), BufferBytes));
    }

    [Fact]
    public void A_large_ring_gives_every_packet_back_and_stays_out_of_the_page_cache()
    {
        RequireDirect();
        const int packets = 4000, packetBytes = 60_000;
        string ring = Path.Combine(folder.Path, "ring");
        Rings.Write(ring, new PacketRingOptions { MaxBytes = long.MaxValue }, [Rings.Lan],
            Enumerable.Range(0, packets).Select(i => Rings.Numbered(i, 1, 2, packetBytes, i)));
        string[] files = [.. Directory.GetFiles(ring, "*.pcapng").Order(StringComparer.Ordinal)];
        Assert.Equal(4, files.Length);

        // The first goes through the cache always, and another may where a loaded machine keeps its packets waiting.
        Assert.InRange(files[1..].Min(file => Resident(file, new FileInfo(file).Length)), 0, 1 << 20);
        Assert.Equal(Enumerable.Range(0, packets), Rings.Read(ring).Select(Rings.NumberOf));
    }

    [Fact]
    public void Where_the_disk_is_smaller_than_a_large_ring_the_oldest_packets_make_room_and_none_is_lost()
    {
        const int packets = 6000, packetBytes = 60_000;
        using TinyDisk disk = TinyDisk.MakeOrSkip(200 << 20);
        string place = Path.Combine(disk.Path, "ring");
        using PacketRing ring = new(place, new PacketRingOptions { MaxBytes = long.MaxValue, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        Rings.Add(appender, packets, packetBytes);

        ring.Complete();
        Assert.Equal((packets, 0), (ring.Counters.Packets, ring.Counters.LostPackets));
        Assert.Contains("keeps less than it may", ring.LastProblem, StringComparison.Ordinal);
        List<int> kept = [.. Rings.Read(place).Select(Rings.NumberOf)];
        Assert.InRange(kept.Count, 1500, 3500);
        Assert.Equal(Enumerable.Range(packets - kept.Count, kept.Count), kept);
        Assert.Equal(Rings.Measure(place), ring.Counters.DiskBytes);
    }

    [Fact]
    public void Packets_that_come_slowly_are_there_for_who_reads_beside()
    {
        RequireDirect();
        const int packets = 1300, packetBytes = 60_000;
        string place = Path.Combine(folder.Path, "ring");
        using PacketRing ring = new(place, new PacketRingOptions { MaxBytes = long.MaxValue, Wait = true });
        PacketRingAppender appender = ring.AddAppender(Rings.Lan);
        Rings.Add(appender, packets, packetBytes);

        // The second file has begun; a chunk that is not full is the appender's business.
        Wait(() => ring.Counters.Packets > packets - 20);
        Wait(() => Rings.Read(place).Count == ring.Counters.Packets);
        Assert.Equal(2, Directory.GetFiles(place, "*.pcapng").Length);
    }

    private void Append(DirectWriter writer, DirectTarget target, int length)
    {
        for (int at = 0; at < length; at += noise.Length)
        {
            writer.Append(target, noise.AsSpan(0, Math.Min(noise.Length, length - at)));
        }
    }

    private void AssertNoise(string path, int length)
    {
        ReadOnlySpan<byte> read = File.ReadAllBytes(path);
        Assert.Equal(length, read.Length);
        for (; !read.IsEmpty; read = read[Math.Min(noise.Length, read.Length)..])
        {
            Assert.True(read[..Math.Min(noise.Length, read.Length)].SequenceEqual(noise.AsSpan(0, Math.Min(noise.Length, read.Length))));
        }
    }

    private void RequireDirect()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Direct writes are Linux's.");
        Assert.SkipWhen(new DriveInfo(folder.Path).DriveFormat is "tmpfs" or "ramfs" or "overlay",
            $"'{folder.Path}' is on no disk; set TMPDIR to a folder that is.");
        Assert.SkipUnless(File.Exists("/usr/bin/fincore")
            && File.Exists("/usr/bin/du"), "fincore (util-linux) or du (coreutils) is not installed.");
    }

    private static void Wait(Func<bool> done)
    {
        for (Stopwatch clock = Stopwatch.StartNew(); !done() && clock.Elapsed.TotalSeconds < 20; Thread.Sleep(10))
        {
        }

        Assert.True(done(), "It did not get there within 20 s.");
    }

    private FileStream New(string name) =>
        new(Path.Combine(folder.Path, name), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static long Allocated(string path) => Ask("/usr/bin/du", "--block-size=1", path);

    // The last page of a file goes through the cache.
    private static long Resident(string path, long length) =>
        Math.Max(0,
            Ask("/usr/bin/fincore", "--bytes", "--noheadings", "--output", "RES",
                path) - (length % DirectFile.Alignment == 0 ? 0 : DirectFile.Alignment));

    private static long Ask(string program, params string[] arguments)
    {
        using Process measured =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string answer = measured.StandardOutput.ReadToEnd();
        measured.WaitForExit();
        return long.Parse(answer.Split('\t')[0], CultureInfo.InvariantCulture);
    }
}
