using CsCheck;
using NetTraffic.Testing;

namespace NetTraffic.Capture.Tests;

/// <summary>Random packets.</summary>
internal static class Generators
{
    private static readonly Gen<byte[]> Data = Gen.Byte.Array[0, 80];

    /// <summary>Packets of one interface with times in microseconds, as far as pcap's 32 bits of seconds go.</summary>
    public static Gen<List<TestPacket>> MicrosecondPackets(int linkType) =>
        Gen.Select(Data, Gen.Long[0, 4_000_000_000_000_000], Gen.Int[0, 70_000],
            (data, microseconds, more) => new TestPacket(microseconds * 1000, data.Length + more, linkType, 0, data)).List[0, 8];

    /// <summary>The same in nanoseconds.</summary>
    public static Gen<List<TestPacket>> NanosecondPackets(int linkType) =>
        Gen.Select(Data, Gen.Long[0, 4_000_000_000_000_000_000], Gen.Int[0, 70_000],
            (data, nanoseconds, more) => new TestPacket(nanoseconds, data.Length + more, linkType, 0, data)).List[0, 8];

    /// <summary>
    /// Packets of up to 70,000 bytes on one of several interfaces, which the packets' link types are those of; any time that pcapng can
    /// say.
    /// </summary>
    public static Gen<List<TestPacket>> AnyPackets(IReadOnlyList<NetTraffic.Packets.PacketInterface> interfaces) =>
        Gen.Select(Gen.OneOf(Gen.Int[0, 90], Gen.Int[0, 2000], Gen.Int[0, 70_000]), Gen.Int,
            Gen.OneOf(Gen.Long[0, long.MaxValue], Gen.Long[1_700_000_000_000_000_000, 1_800_000_000_000_000_000]), Gen.Int[0, 70_000],
                Gen.Int[0, interfaces.Count - 1])
            .Select((length, seed, stamp, more, which) => new TestPacket(stamp, length + more, interfaces[which].LinkType, which,
                Bytes(length, seed)))
            .List[0, 12];

    private static byte[] Bytes(int length, int seed)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }
}
