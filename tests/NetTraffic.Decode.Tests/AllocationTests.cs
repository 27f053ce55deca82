using NetTraffic.Capture;
using NetTraffic.Testing;

namespace NetTraffic.Decode.Tests;

/// <summary>Decoding allocates nothing.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void A_hundred_thousand_packets_are_decoded_without_allocating()
    {
        PacketKeeper keeper = new();
        using (CaptureFileSource source = CaptureFileSource.Open(Repository.SampleCapture))
        {
            source.Run(keeper, TestContext.Current.CancellationToken);
        }

        PacketDecoder decoder = new();
        TestPacket[] packets = [.. keeper.Packets];
        DecodeAll(decoder, packets, packets.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        DecodeAll(decoder, packets, 100_000);
        Allocations.AssertNoneSince(before);
        Assert.Equal(100_000 + packets.Length, decoder.Counters.Packets);
    }

    private static void DecodeAll(PacketDecoder decoder, TestPacket[] packets, int count)
    {
        for (int i = 0; i < count; i++)
        {
            decoder.Decode(packets[i % packets.Length].Raw, out _);
        }
    }
}
