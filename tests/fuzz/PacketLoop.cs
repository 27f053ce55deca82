using System.Diagnostics;
using NetTraffic.Decode;
using NetTraffic.Decode.Tests;
using NetTraffic.Flows;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Fuzz.Tests;

/// <summary>Mutated packets through decoder, text and flow table.</summary>
internal sealed class PacketLoop : IFlowRowSink
{
    private const int MostFlows = 10_000;
    private const long MostBytes = 1 << 20;
    private static readonly TimeSpan LongestPacket = TimeSpan.FromSeconds(5);
    private readonly PacketDecoder decoder = new();
    private readonly FlowTable table;
    private long rowPackets;

    public PacketLoop() => table = new FlowTable(new FlowOptions { MaxFlows = MostFlows }, this);

    /// <summary>Looks at a packet as well, and may throw: shows that the loop can fail.</summary>
    public Action<byte[]>? Also { get; init; }

    public void OnRow(in FlowRow row) => rowPackets += row.SourcePackets + row.DestinationPackets;

    /// <summary>Runs; throws at the first finding.</summary>
    public void Run(int seed, long first, long count)
    {
        List<(int LinkType, byte[] Frame)> seeds = Seeds();
        DecodedPacket decoded = default;
        for (long i = first; i < first + count; i++)
        {
            Random random = Mutator.Of(seed, i);
            (int linkType, byte[] frame) = seeds[random.Next(seeds.Count)];
            byte[] mutated = Mutator.Mutate(frame, random);
            if (random.Next(50) == 0)
            {
                linkType = random.Next(300);
            }

            RawPacket raw = new(1_700_000_000_000_000_000 + (i * 1_000_000), mutated.Length + random.Next(3), linkType, 0, mutated);
            try
            {
                Try(raw, mutated, ref decoded);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException(
                    $"Seed {seed}, iteration {i}, link type {linkType}, {Convert.ToHexStringLower(mutated)}: {error.Message}", error);
            }
        }

        table.Close();
        Assert.Equal(count, table.Counters.Packets);
        Assert.Equal(count, rowPackets);
    }

    private void Try(in RawPacket raw, byte[] bytes, ref DecodedPacket decoded)
    {
        long begin = Stopwatch.GetTimestamp(), memory = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(raw, out decoded);
        Assert.InRange(decoded.Payload(raw.Data).Length, 0, raw.Data.Length);
        string text = PacketText.Describe(raw.Data, decoded);
        Assert.InRange(text.Length, 0, PacketText.MaxLength);
        Assert.Equal(Display.Text(text), text);
        table.Add(decoded);
        Also?.Invoke(bytes);
        Assert.InRange(table.Counters.ActiveFlows, 0, MostFlows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - memory, 0, MostBytes);
        Assert.InRange(Stopwatch.GetElapsedTime(begin), TimeSpan.Zero, LongestPacket);
    }

    private static List<(int LinkType, byte[] Frame)> Seeds()
    {
        List<(int, byte[])> seeds = [.. FrameCatalog.All.Select(row => (row.LinkType, row.Frame))];
        seeds.AddRange(FileLoop.Packets(Repository.SampleCapture, 2000).Select(packet => (packet.LinkType, packet.Data)));
        return seeds;
    }
}
