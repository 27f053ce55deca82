using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>What an import allocates on all of its threads. Alone: what other tests allocate meanwhile would count too.</summary>
[CollectionDefinition(nameof(ImportAllocationTests), DisableParallelization = true)]
[Collection(nameof(ImportAllocationTests))]
public class ImportAllocationTests
{
    [Fact]
    public void Importing_more_packets_of_the_same_flows_allocates_no_more()
    {
        const int few = 200_000, many = 800_000;
        using ScratchFolder folder = new();
        long Allocated(int packets)
        {
            string path = folder.Write($"{packets}.pcap", PcapBytes.Write(Enumerable.Range(0, packets).Select(Udp), 1));
            string store = Path.Combine(folder.Path, "store" + packets);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            TrafficEngine.Import(new ImportRequest { Path = path, StorePath = store }, null, CancellationToken.None);
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        Allocated(1000);
        long more = -Allocated(few) + Allocated(many);
        Assert.True(more < many - few, $"{many - few:N0} packets more allocated {more:N0} bytes more: that is per packet.");
    }

    /// <summary>Packets of 64 flows, a microsecond apart.</summary>
    private static TestPacket Udp(int number)
    {
        byte[] frame =
            Convert.FromHexString("ffffffffffff00112233445508004500002000000000401100000a0000010a000002000000350008" + "000061626364");
        (frame[34], frame[35]) = (40, (byte)(number % 64));
        return new TestPacket(1_700_000_000_000_000_000 + (number * 1000L), frame.Length, 1, 0, frame);
    }
}
