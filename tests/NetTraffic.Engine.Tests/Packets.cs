using NetTraffic.Capture;
using NetTraffic.Decode;
using NetTraffic.Net;
using NetTraffic.Packets;
using NetTraffic.Testing;

namespace NetTraffic.Engine.Tests;

/// <summary>Reads packets, and makes rings to read them from.</summary>
internal static class Packets
{
    /// <summary>Frame numbers of a file's packets that a query wants.</summary>
    public static List<long> Numbers(string path, PacketQuery query)
    {
        List<long> numbers = [];
        PacketReadResult result = TrafficEngine.ReadPackets(path, query,
            (in RawPacket _, in DecodedPacket _, in PacketOrigin origin) => Add(numbers, origin.Number), CancellationToken.None);
        Assert.Equal(numbers.Count, result.Packets);
        return numbers;
    }

    public static List<long> Numbers(string path, TrafficFilter filter) => Numbers(path, new PacketQuery { Filter = filter });

    /// <summary>Frame numbers that TShark's display filter gives.</summary>
    public static List<long> TSharkNumbers(string path, string displayFilter) =>
        [.. TShark.Fields(path, displayFilter, "frame.number").Select(row => long.Parse(row[0]))];

    /// <summary>Packets of a store's rings that a query wants.</summary>
    public static List<(TestPacket Packet, string CaptureId)> OfRings(ITrafficStore store, PacketQuery query, out PacketReadResult result,
        int most = int.MaxValue)
    {
        List<(TestPacket, string)> packets = [];
        bool Visit(in RawPacket raw, in DecodedPacket decoded, in PacketOrigin origin)
        {
            packets.Add((new TestPacket(raw.TimestampNs, raw.WireLength, raw.LinkType, raw.InterfaceIndex, raw.Data.ToArray()),
                origin.CaptureId));
            Assert.Equal(packets.Count, origin.Number);
            Assert.Equal(raw.TimestampNs, decoded.TimestampNs);
            return packets.Count < most;
        }

        result = TrafficEngine.ReadPackets(store, query, Visit, CancellationToken.None);
        Assert.Equal(packets.Count, result.Packets);
        return packets;
    }

    /// <summary>Imports a file, and keeps its packets in a ring as a capture does.</summary>
    public static string ImportWithRing(ITrafficStore store, string path, long mostBytes = long.MaxValue)
    {
        string id = TrafficEngine.Import(new ImportRequest { Path = path, StorePath = store.Path }, null, CancellationToken.None).CaptureId;
        using CaptureFileSource source = CaptureFileSource.Open(path);
        using PacketRing ring = new(store.GetPacketFolder(id), new PacketRingOptions { Wait = true, MaxBytes = mostBytes });
        source.Run(new RingFiller(ring.AddAppender(source.Interfaces)), CancellationToken.None);
        ring.Complete();
        return id;
    }

    /// <summary>Skips the calling test where there is no libpcap to compile capture filters.</summary>
    public static void RequireLibpcap()
    {
        try
        {
            BpfFilter.Compile("ip", 1).Dispose();
        }
        catch (CaptureException error) when (error.Problem == CaptureProblem.LibraryMissing)
        {
            Assert.Skip(error.Message);
        }
    }

    public static AddressRange[] Addresses(params string[] texts) => [.. texts.Select(AddressRange.Parse)];

    private static bool Add(List<long> numbers, long number)
    {
        numbers.Add(number);
        return true;
    }

    private sealed class RingFiller(PacketRingAppender appender) : IPacketSink
    {
        private readonly PacketDecoder decoder = new();

        public bool OnPacket(in RawPacket packet)
        {
            decoder.Decode(packet, out DecodedPacket decoded);
            appender.Add(packet, decoded);
            return true;
        }

        public bool OnTick(long nowNs) => true;
    }
}
