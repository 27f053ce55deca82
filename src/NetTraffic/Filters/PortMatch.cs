using NetTraffic.Packets;

namespace NetTraffic;

/// <summary>Either side's port is one of some.</summary>
internal sealed class PortMatch(IReadOnlyList<int> ports) : IRowMatch, IPacketMatch
{
    private readonly int[] ports = [.. ports];

    public bool Matches(in FlowRow row, in FlowOrigin origin) =>
        Matches(row.IpVersion, row.IpProtocol, row.SourcePort, row.DestinationPort);

    public bool Matches(in DecodedPacket packet) =>
        Matches(packet.IpVersion, packet.IpProtocol, packet.SourcePort, packet.DestinationPort);

    private bool Matches(byte ipVersion, byte ipProtocol, ushort source, ushort destination) =>
        ipVersion != 0 && ProtocolNames.HasPorts(ipProtocol) && (ports.AsSpan().Contains(source) || ports.AsSpan().Contains(destination));
}
