using NetTraffic.Packets;

namespace NetTraffic.Testing;

/// <summary>A frame that outlives the call that handed it over.</summary>
internal sealed record TestPacket(long TimestampNs, int WireLength, int LinkType, int Interface, byte[] Data)
{
    public RawPacket Raw => new(TimestampNs, WireLength, LinkType, Interface, Data);

    public bool Same(TestPacket other) => TimestampNs == other.TimestampNs && WireLength == other.WireLength && LinkType == other.LinkType
        && Interface == other.Interface && Data.AsSpan().SequenceEqual(other.Data);

    public override string ToString() =>
        $"{TimestampNs} ns, {WireLength} bytes on the wire, link type {LinkType}, interface {Interface}, {Convert.ToHexString(Data)}";
}

/// <summary>Keeps every packet of a source.</summary>
internal sealed class PacketKeeper : IPacketSink
{
    public List<TestPacket> Packets { get; } = [];

    /// <summary>The source is asked to stop after this many packets.</summary>
    public int Limit { get; init; } = int.MaxValue;

    public bool OnPacket(in RawPacket packet)
    {
        Packets.Add(new TestPacket(packet.TimestampNs, packet.WireLength, packet.LinkType, packet.InterfaceIndex, packet.Data.ToArray()));
        return Packets.Count < Limit;
    }

    public bool OnTick(long nowNs) => true;
}
