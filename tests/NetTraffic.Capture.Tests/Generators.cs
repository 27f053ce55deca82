using CsCheck;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Random packets.</summary>
internal static class Generators
{
    private static readonly Gen<byte[]> Data = Gen.Byte.Array[0, 80];

    /// <summary>Packets of one interface with times in microseconds, as far as pcap's 32 bits of seconds go.</summary>
    public static Gen<List<TestPacket>> MicrosecondPackets(int linkType) =>
        Gen.Select(Data, Gen.Long[0, 4_000_000_000_000_000], Gen.Int[0, 70_000], (data, microseconds, more) => new TestPacket(microseconds * 1000, data.Length + more, linkType, 0, data)).List[0, 8];

    /// <summary>The same in nanoseconds.</summary>
    public static Gen<List<TestPacket>> NanosecondPackets(int linkType) =>
        Gen.Select(Data, Gen.Long[0, 4_000_000_000_000_000_000], Gen.Int[0, 70_000], (data, nanoseconds, more) => new TestPacket(nanoseconds, data.Length + more, linkType, 0, data)).List[0, 8];
}
