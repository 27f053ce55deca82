using NetTraffic.Influx;

namespace NetTraffic.Benchmarks;

/// <summary>Points as the forwarder sends them: 5 tags and 4 fields, 132 bytes.</summary>
internal static class InfluxLines
{
    private static readonly string[] Protocols = ["tcp", "udp", "icmp", "sctp"];
    private static readonly string[] Applications = ["https", "dns", "quic", "ssh", "ntp", "smb"];
    private static readonly string[] Sites = [.. Enumerable.Range(0, 50).Select(i => $"site-{i:00}")];

    /// <summary>Clears the encoder and writes so many points, a second apart for each of 1,200 series.</summary>
    public static void Encode(LineEncoder encoder, long first, int count)
    {
        encoder.Clear();
        for (long i = first; i < first + count; i++)
        {
            encoder.Begin("net_traffic");
            encoder.Tag("application", Applications[i % 6]);
            encoder.Tag("interface", "eth0");
            encoder.Tag("protocol", Protocols[(i / 6) & 3]);
            encoder.Tag("sensor", "probe-1");
            encoder.Tag("site", Sites[i / 24 % 50]);
            encoder.Field("bytes", 1_234_567L + i);
            encoder.Field("flows", 3L);
            encoder.Field("lost", 0L);
            encoder.Field("packets", 812L);
            encoder.End(Start + (i / 1_200 * 1_000_000_000L));
        }
    }

    private static readonly long Start = LineEncoder.ToNanoseconds(DateTime.UtcNow.Date.AddDays(-1));
}
