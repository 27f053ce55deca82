using NetTraffic.Packets;

namespace NetTraffic.Engine;

/// <summary>Flow rows as the objects users see, without a detour through the store.</summary>
internal static class FlowMapper
{
    public static Flow ToFlow(in FlowRow row, string interfaceName, string sensor)
    {
        bool ip = row.IpVersion != 0;
        bool icmp = ip && row.IpProtocol is 1 or 58;
        bool tcp = ip && row.IpProtocol == 6;
        bool ports = ip && ProtocolNames.HasPorts(row.IpProtocol);
        return new Flow
        {
            StartTime = Clock.FromMicroseconds(row.StartTimeUs),
            Time = Clock.FromMicroseconds(row.TimeUs),
            EndTime = Clock.FromMicroseconds(row.EndTimeUs),
            SourceAddress = ip ? row.Source.ToString() : null,
            SourcePort = ports ? row.SourcePort : null,
            DestinationAddress = ip ? row.Destination.ToString() : null,
            DestinationPort = ports ? row.DestinationPort : null,
            IpVersion = ip ? row.IpVersion : null,
            IpProtocol = ip ? row.IpProtocol : null,
            Transport = ProtocolNames.Transport(row.IpVersion, row.IpProtocol, row.EtherType, row.LinkType),
            Application = row.Application == 0 ? null : ApplicationTable.Name(row.Application),
            State = row.State.ToString(),
            SourcePackets = row.SourcePackets,
            SourceBytes = row.SourceBytes,
            DestinationPackets = row.DestinationPackets,
            DestinationBytes = row.DestinationBytes,
            SourceTcpFlags = tcp ? row.SourceTcpFlags : null,
            DestinationTcpFlags = tcp ? row.DestinationTcpFlags : null,
            HandshakeRtt = row.HandshakeRttUs < 0 ? null : TimeSpan.FromMicroseconds(row.HandshakeRttUs),
            SourceRetransmissions = row.SourceRetransmissions,
            DestinationRetransmissions = row.DestinationRetransmissions,
            IcmpType = icmp ? row.SourcePort : null,
            IcmpCode = icmp ? row.DestinationPort : null,
            VlanId = row.VlanId == DecodedPacket.NoVlan ? null : row.VlanId,
            Tunnel = ProtocolNames.Tunnel(row.Tunnel),
            EtherType = row.EtherType == 0 ? null : row.EtherType,
            SourceMac = PacketMapper.Mac(row.SourceMac),
            DestinationMac = PacketMapper.Mac(row.DestinationMac),
            CommunityId = ip ? CommunityId.Compute(row) : null,
            EndReason = row.EndReason == FlowEndReason.Ongoing ? null : row.EndReason.ToString(),
            Interface = interfaceName,
            Sensor = sensor,
            FlowId = row.FlowId,
        };
    }
}
