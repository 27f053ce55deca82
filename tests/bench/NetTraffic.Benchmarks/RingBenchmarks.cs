using BenchmarkDotNet.Attributes;
using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Packets;

namespace NetTraffic.Benchmarks;

/// <summary>The packet ring, per packet: what it costs the thread that captures, and what it costs with the disk's share.</summary>
[MemoryDiagnoser]
public class RingBenchmarks : IDisposable
{
    private const int HotPackets = 512;
    private const long RingBytes = 256 << 20;
    private static readonly PacketInterface Wire = new("eth0", 1);
    private readonly List<(byte[] Frame, DecodedPacket Decoded)> packets = [];
    private string folder = "";
    private PacketRing? ring;
    private PacketRingAppender? appender;

    [GlobalSetup]
    public void Start()
    {
        folder = Directory.CreateTempSubdirectory("nettraffic-bench-").FullName;
        ring = new PacketRing(folder, new PacketRingOptions { MaxBytes = RingBytes, Wait = true });
        appender = ring.AddAppender(Wire);
        using CaptureFileSource source = CaptureFileSource.Open(SampleFile.Path);
        source.Run(new Keeper(packets), CancellationToken.None);
        AddAll(appender);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        ring?.Dispose();
        ring = null;
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// The packets of the sample, read from its file and put into the ring; <see cref="StageBenchmarks.Read"/> and Decode are the part
    /// that is not the ring's.
    /// </summary>
    [Benchmark(OperationsPerInvoke = SampleFile.Packets)]
    public long ReadDecodeAdd()
    {
        using CaptureFileSource source = CaptureFileSource.Open(SampleFile.Path);
        source.Run(new Adder(appender!), CancellationToken.None);
        return ring!.Counters.Packets;
    }

    /// <summary>The same without the ring.</summary>
    [Benchmark(OperationsPerInvoke = SampleFile.Packets, Baseline = true)]
    public long ReadDecode()
    {
        using CaptureFileSource source = CaptureFileSource.Open(SampleFile.Path);
        source.Run(new Adder(null), CancellationToken.None);
        return source.Counters.Packets;
    }

    /// <summary>Packets that are in the processor's cache, put into the ring as fast as the disk takes them.</summary>
    [Benchmark(OperationsPerInvoke = SampleFile.Packets)]
    public long Add()
    {
        AddAll(appender!);
        return ring!.Counters.Packets;
    }

    private void AddAll(PacketRingAppender target)
    {
        for (int i = 0; i < SampleFile.Packets; i++)
        {
            (byte[] frame, DecodedPacket decoded) = packets[i & (HotPackets - 1)];
            target.Add(new RawPacket(decoded.TimestampNs, frame.Length, 1, 0, frame), decoded);
        }
    }

    private sealed class Adder(PacketRingAppender? appender) : IPacketSink
    {
        private readonly PacketDecoder decoder = new();

        public bool OnPacket(in RawPacket packet)
        {
            decoder.Decode(packet, out DecodedPacket decoded);
            appender?.Add(packet, decoded);
            return true;
        }

        public bool OnTick(long nowNs) => true;
    }

    private sealed class Keeper(List<(byte[] Frame, DecodedPacket Decoded)> packets) : IPacketSink
    {
        private readonly PacketDecoder decoder = new();

        public bool OnPacket(in RawPacket packet)
        {
            decoder.Decode(packet, out DecodedPacket decoded);
            packets.Add((packet.Data.ToArray(), decoded));
            return packets.Count < HotPackets;
        }

        public bool OnTick(long nowNs) => true;
    }
}
