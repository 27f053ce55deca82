using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Flows.Tests;

/// <summary>The hot path allocates nothing once the table has grown to its size.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void A_warm_table_counts_packets_without_allocating()
    {
        Counter sink = new();
        FlowTable table = new(new FlowOptions { MaxFlows = 5000 }, sink);
        DecodedPacket[] packets = new DecodedPacket[100_000];
        Random random = new(1);
        long now = 1_700_000_000_000_000_000;
        for (int i = 0; i < packets.Length; i++)
        {
            packets[i] = new DecodedPacket
            {
                TimestampNs = now += 1_000_000,
                Source = IpAddress128.FromIPv4((uint)random.Next(200)),
                Destination = IpAddress128.FromIPv4((uint)random.Next(200)),
                IpProtocol = (byte)(random.Next(2) == 0 ? 6 : 17),
                IpVersion = 4,
                TcpFlags = (TcpFlags)random.Next(256),
                WireLength = 100,
                Traits = PacketTraits.HasTransport,
            };
        }

        Count(table, packets);
        Shift(packets, now - packets[0].TimestampNs + 1_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Count(table, packets);
        Allocations.AssertNoneSince(before);
        Assert.Equal(200_000, table.Counters.Packets);
        Assert.True(table.Counters.EvictedFlows > 0 && sink.Rows > 0);
    }

    private static void Count(FlowTable table, DecodedPacket[] packets)
    {
        for (int at = 0; at < packets.Length; at += 1000)
        {
            table.Add(packets.AsSpan(at, 1000));
        }
    }

    private static void Shift(DecodedPacket[] packets, long byNs)
    {
        foreach (ref DecodedPacket packet in packets.AsSpan())
        {
            packet.TimestampNs += byNs;
        }
    }

    private sealed class Counter : IFlowRowSink
    {
        public long Rows { get; private set; }

        public void OnRow(in FlowRow row) => Rows++;
    }
}
