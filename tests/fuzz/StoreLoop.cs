using System.Diagnostics;
using NetTraffic.Engine;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Fuzz.Tests;

/// <summary>What a store says of itself.</summary>
/// <param name="Packets">Packets of all flows, by its summary.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="FlowPackets">Packets of its flows, one by one.</param>
/// <param name="RingPackets">Raw packets that it still holds.</param>
/// <param name="RingSum">A sum over their bytes.</param>
/// <param name="CapturePackets">Packets of its captures, by their status.</param>
/// <param name="IntervalPackets">The same by the captures dataset.</param>
/// <param name="Said">Whether it said that something is damaged.</param>
internal readonly record struct StoreAnswer(
    long Packets, long Bytes, long FlowPackets, long RingPackets, ulong RingSum, long CapturePackets, long IntervalPackets, bool Said);

/// <summary>
/// Stores of which one file is mutated: segments, merged ones and their lists, status files, packet rings and their indexes, settings.
/// </summary>
internal sealed class StoreLoop
{
    private const long MostBytes = 512 << 20;
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);

    /// <summary>Asks a store; in a test that the loop can fail, another one.</summary>
    public Func<string, StoreAnswer> Ask { get; init; } = AskStore;

    /// <summary>Runs; throws at the first finding.</summary>
    public void Run(int seed, long first, long count)
    {
        using ScratchFolder folder = new();
        string original = Path.Combine(folder.Path, "original"), tried = Path.Combine(folder.Path, "tried");
        Make(folder, original);
        StoreAnswer right = AskStore(original);
        Assert.True(right is { Packets: > 20, RingPackets: > 20, Said: false });
        Assert.Equal(right.Packets, right.FlowPackets);
        string[] files = [.. Directory.GetFiles(original, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(original, path)).Order(StringComparer.Ordinal)];
        Assert.Contains(files, name => name.EndsWith(".index", StringComparison.Ordinal));
        Assert.Contains("config.json", files);
        Assert.Contains(files, name => name.EndsWith(".replaces", StringComparison.Ordinal));
        for (long i = first; i < first + count; i++)
        {
            Random random = Mutator.Of(seed, i);
            Copy(original, tried);
            string name = files[random.Next(files.Length)];
            string path = Path.Combine(tried, name);
            File.WriteAllBytes(path, Mutator.Mutate(File.ReadAllBytes(path), random));
            long begin = Stopwatch.GetTimestamp(), memory = GC.GetTotalAllocatedBytes();
            string where = $"Seed {seed}, iteration {i}, {name}";
            try
            {
                StoreAnswer answer = Ask(tried);
                Assert.True(answer.Said || answer == right, $"A total differs without a word: {answer}, not {right}");
            }
            catch (TrafficException error) when (error.Message.Length > 0)
            {
                // The store as a whole is refused, with what is wrong.
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{where}: {error}", error);
            }

            Assert.InRange(GC.GetTotalAllocatedBytes() - memory, 0, MostBytes);
            Assert.InRange(Stopwatch.GetElapsedTime(begin), TimeSpan.Zero, LongestAnswer);
        }
    }

    /// <summary>Everything that a store is asked for.</summary>
    public static StoreAnswer AskStore(string path)
    {
        using ITrafficStore store = TrafficEngine.OpenStore(path);
        bool said = false;
        try
        {
            TrafficEngine.OpenSettings(path).GetOption();
        }
        catch (SettingException)
        {
            said = true;
        }

        TrafficSummary summary = store.GetSummary(new TrafficFilter(), CancellationToken.None);
        long flowPackets = store.GetFlows(new TrafficFilter(), null, false, CancellationToken.None)
            .Sum(flow => flow.SourcePackets + flow.DestinationPackets);
        long captures = store.GetCaptures().Sum(capture => capture.Packets + capture.Bytes + capture.WrittenRows);
        long intervals = store.GetCaptureIntervals(new TrafficFilter(), CancellationToken.None).Sum(interval => interval.Packets);
        long ring = 0;
        ulong sum = 0;
        PacketReadResult read = TrafficEngine.ReadPackets(
            store,
            new PacketQuery(),
            (in RawPacket packet, in DecodedPacket _, in PacketOrigin _) =>
            {
                ring++;
                foreach (byte value in packet.Data)
                {
                    sum = (sum * 31) + value;
                }

                sum = (sum * 31) + (ulong)packet.TimestampNs + (ulong)packet.LinkType;
                return true;
            },
            CancellationToken.None);
        said |= read.Problems.Count > 0 || summary.Incomplete || store.DamagedFiles.Count > 0;
        return new StoreAnswer(summary.Packets, summary.Bytes, flowPackets, ring, sum, captures, intervals, said);
    }

    private static void Make(ScratchFolder folder, string store)
    {
        string capture = folder.Write("small.pcap", FileLoop.SmallPcap());
        TrafficEngine.OpenSettings(store).SetOption(new Dictionary<string, object?>(StringComparer.Ordinal) { ["Sensor"] = "fuzz" });
        for (int i = 0; i < 4; i++)
        {
            ImportResult result = TrafficEngine.Import(
                new ImportRequest { Path = capture, StorePath = store, PacketRing = i == 0 ? new PacketRingOptions() : null },
                null,
                CancellationToken.None);
            Assert.True(result.Complete, result.Message);
        }

        // One hour is merged, and what the merged segment replaces is still there.
        string hour = Directory.GetDirectories(Path.Combine(store, "flows"), "hour=*", SearchOption.AllDirectories)[0];
        foreach (string segment in Directory.GetFiles(hour))
        {
            File.SetLastWriteTimeUtc(segment, DateTime.UtcNow.AddMinutes(-20));
        }

        using ITrafficStore merging = TrafficEngine.OpenStore(store);
        Assert.Equal(1, merging.Compact(CancellationToken.None));
    }

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        foreach (string path in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
