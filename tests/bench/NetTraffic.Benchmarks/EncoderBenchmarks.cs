using BenchmarkDotNet.Attributes;
using NetTraffic.Influx;

namespace NetTraffic.Benchmarks;

/// <summary>
/// Line protocol: a point of 5 tags and 4 fields, as <c>net_traffic</c> has them. The bar is 300 ns and 0 B a point; time and memory are
/// per point.
/// </summary>
[MemoryDiagnoser]
public class EncoderBenchmarks
{
    private const int Points = 20_000;

    private static readonly string[] Protocols = ["tcp", "udp", "icmp", "sctp"];
    private static readonly string[] Applications = ["https", "dns", "quic", "ssh", "ntp", "smb over tcp"];

    private readonly LineEncoder encoder = new();

    [GlobalSetup]
    public void Grow() => InfluxLines.Encode(encoder, 0, Points);

    /// <summary>Tags that need no escapes.</summary>
    [Benchmark(OperationsPerInvoke = Points)]
    public int Plain()
    {
        InfluxLines.Encode(encoder, 0, Points);
        return encoder.Length;
    }

    /// <summary>Every sixth application and each site needs escapes.</summary>
    [Benchmark(OperationsPerInvoke = Points)]
    public int Escaped()
    {
        encoder.Clear();
        for (int i = 0; i < Points; i++)
        {
            encoder.Begin("net_traffic");
            encoder.Tag("application", Applications[i % Applications.Length]);
            encoder.Tag("interface", "eth0");
            encoder.Tag("protocol", Protocols[i & 3]);
            encoder.Tag("sensor", "probe-1");
            encoder.Tag("site", "Zürich, north");
            encoder.Field("bytes", 1_234_567L + i);
            encoder.Field("flows", 3L);
            encoder.Field("packets", 812L);
            encoder.Field("ratio", 1500L);
            encoder.End(1_700_000_000_000_000_000 + i);
        }

        return encoder.Length;
    }
}
