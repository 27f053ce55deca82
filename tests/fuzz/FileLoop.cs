using System.Diagnostics;
using NetTraffic.Capture;
using NetTraffic.Decode.Tests;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Fuzz.Tests;

/// <summary>Mutated capture files.</summary>
internal sealed class FileLoop
{
    private const long MostBytes = 32 << 20;
    private static readonly TimeSpan LongestFile = TimeSpan.FromSeconds(20);

    /// <summary>Reads a file; in a test that the loop can fail, another reader.</summary>
    public Action<string> Read { get; init; } = path => Packets(path, int.MaxValue);

    /// <summary>Runs; throws at the first finding.</summary>
    public void Run(int seed, long first, long count)
    {
        byte[][] seeds = [.. Seeds()];
        using ScratchFolder folder = new();
        for (long i = first; i < first + count; i++)
        {
            Random random = Mutator.Of(seed, i);
            byte[] mutated = Mutator.Mutate(seeds[random.Next(seeds.Length)], random);
            string path = folder.Write("mutated", mutated);
            long begin = Stopwatch.GetTimestamp(), memory = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Read(path);
            }
            catch (IOException error) when (error.Message.Length > 0)
            {
                // What is no capture, or a damaged one, is said.
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Seed {seed}, iteration {i}, {mutated.Length} bytes: {error}", error);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - memory;
            TimeSpan taken = Stopwatch.GetElapsedTime(begin);
            Assert.True(allocated <= MostBytes && taken <= LongestFile,
                $"Seed {seed}, iteration {i}, {mutated.Length} bytes: took {allocated} bytes of memory and {taken}.");
        }
    }

    /// <summary>Copies of a capture's first packets.</summary>
    public static List<(int LinkType, byte[] Data)> Packets(string path, int most)
    {
        Keeper keeper = new(most);
        using CaptureFileSource source = CaptureFileSource.Open(path, CancellationToken.None);
        source.Run(keeper, CancellationToken.None);
        return keeper.Found;
    }

    /// <summary>A classic pcap file of the catalogue's Ethernet frames, in two hours.</summary>
    public static byte[] SmallPcap()
    {
        byte[][] frames = [.. FrameCatalog.All.Where(row => row.LinkType == 1).Select(row => row.Frame)];
        return PcapBytes.Write(
            frames.Select((frame, i) => new TestPacket((1_700_000_000 + (i * 7200L / frames.Length)) * 1_000_000_000, frame.Length, 1, 0, frame)),
            1);
    }

    private static IEnumerable<byte[]> Seeds()
    {
        byte[] pcap = SmallPcap();
        yield return pcap;
        yield return File.ReadAllBytes(Repository.SampleCapture)[..40_000];
        yield return CaptureBytes.Gzip(pcap);
    }

    private sealed class Keeper(int most) : IPacketSink
    {
        public List<(int LinkType, byte[] Data)> Found { get; } = [];

        public bool OnPacket(in RawPacket packet)
        {
            Found.Add((packet.LinkType, packet.Data.ToArray()));
            return Found.Count < most;
        }

        public bool OnTick(long nowNs) => true;
    }
}
