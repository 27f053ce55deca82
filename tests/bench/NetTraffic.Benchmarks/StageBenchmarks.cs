using BenchmarkDotNet.Attributes;
using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Flows;
using NetTraffic.Packets;

namespace NetTraffic.Benchmarks;

/// <summary>
/// Each stage alone, over the packets of one capture. Time is per packet; what is allocated is per packet as well, and must be 0 B
/// (a few bytes a packet would show; what a stage allocates once is spread over all of them).
/// </summary>
[MemoryDiagnoser]
public class StageBenchmarks
{
    private DecodedPacket[] decoded = [];
    private byte[][] frames = [];
    private PacketDecoder decoder = new();
    private FlowTable table = new(new FlowOptions(), new NoRows());

    [GlobalSetup(Target = nameof(Decode))]
    public void LoadFrames() => frames = Collect().Frames;

    [GlobalSetup(Target = nameof(Track))]
    public void LoadDecoded()
    {
        decoded = Collect().Decoded;
        table = new FlowTable(new FlowOptions(), new NoRows());
        table.Add(decoded);
    }

    /// <summary>Reading: records of the file as spans.</summary>
    [Benchmark(OperationsPerInvoke = SampleFile.Packets)]
    public long Read()
    {
        using CaptureFileSource source = CaptureFileSource.Open(SampleFile.Path);
        CountingSink sink = new();
        source.Run(sink, CancellationToken.None);
        return sink.Bytes;
    }

    /// <summary>Decoding: headers out of frames.</summary>
    [Benchmark(OperationsPerInvoke = SampleFile.Packets)]
    public long Decode()
    {
        decoder = new PacketDecoder();
        long sum = 0;
        foreach (byte[] frame in frames)
        {
            RawPacket raw = new(0, frame.Length, 1, 0, frame);
            decoder.Decode(raw, out DecodedPacket packet);
            sum += packet.WireLength;
        }

        return sum;
    }

    /// <summary>The flow table, warm: every flow is known.</summary>
    [Benchmark(OperationsPerInvoke = SampleFile.Packets)]
    public long Track()
    {
        table.Add(decoded);
        return table.Counters.Packets;
    }

    private static (byte[][] Frames, DecodedPacket[] Decoded) Collect()
    {
        using CaptureFileSource source = CaptureFileSource.Open(SampleFile.Path);
        CollectingSink sink = new();
        source.Run(sink, CancellationToken.None);
        return ([.. sink.Frames], [.. sink.Decoded]);
    }

    private sealed class NoRows : IFlowRowSink
    {
        public void OnRow(in FlowRow row)
        {
        }
    }

    private sealed class CountingSink : IPacketSink
    {
        public long Bytes { get; private set; }

        public bool OnPacket(in RawPacket packet)
        {
            Bytes += packet.WireLength;
            return true;
        }

        public bool OnTick(long nowNs) => true;
    }

    private sealed class CollectingSink : IPacketSink
    {
        private readonly PacketDecoder decoder = new();

        public List<byte[]> Frames { get; } = [];

        public List<DecodedPacket> Decoded { get; } = [];

        public bool OnPacket(in RawPacket packet)
        {
            Frames.Add(packet.Data.ToArray());
            decoder.Decode(packet, out DecodedPacket decoded);
            Decoded.Add(decoded);
            return Frames.Count < SampleFile.Packets;
        }

        public bool OnTick(long nowNs) => true;
    }
}
